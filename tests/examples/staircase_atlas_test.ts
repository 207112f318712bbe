import { fileURLToPath } from "node:url";
import type { AtlasPlan } from "../../src/experiments/staircase_atlas/plan.ts";
import { assert } from "../deps.ts";
import {
  assertAllDiverge,
  filesIn,
  readTable,
  root,
  run,
  runRecorded,
  temporaryFolder,
} from "../support/program.ts";

const program = fileURLToPath(new URL("examples/staircase_atlas.ts", root));
const small = ["--samples=24", "--width=6", "--depths=1,2", "--steps=20", "--replicas=2", "--epsilons=1e-2"];

Deno.test("staircase-atlas: writes its files, and says what they say", async () => {
  using folder = temporaryFolder();
  const args = [...small, "--tasks=abs,burgers", "--activations=tanh", "--optimizers=adam,sgd:0.01"];
  const { out, record } = await runRecorded<AtlasPlan>(
    [...args, "--product"],
    { cwd: folder.path, program },
    ["cells.csv", "run.json", "staircase_atlas.csv", "staircase_atlas.svg"],
  );
  const { configuration: { tasks, replicas, runs }, status, verdict, timings } = record;
  assert.deepEqual([status, replicas, runs, timings.planned], ["done", 2, 8, 160]);
  assert.deepEqual(tasks.map(({ name, samples }) => [name, samples]), [["abs", 24], ["burgers", 24]]);
  for (const { claim, values } of verdict.claims) {
    assert(out.includes(`: ${claim} (`) && values.length <= 2);
  }
  const { header, rows } = readTable(`${folder.path}/o/cells.csv`);
  assert.match(header, /^task,activation,depth,optimizer,learning_rate,width,samples,steps,networks,loss,/);
  assert.equal(rows.length, 8);
  assert.deepEqual(
    new Set(rows.map((row) => row.slice(3, 5).join(" "))),
    new Set(["adam 0.002", "sgd 0.01"]),
  );
  // 21 probes of two networks in two tasks, with two optimisers, of one and of two layers.
  assert.equal(readTable(`${folder.path}/o/staircase_atlas.csv`).rows.length, 21 * 2 * 2 * 2 * 3);
});

Deno.test("staircase-atlas: a wrong request is one line and status 2, and leaves no file", async () => {
  using folder = temporaryFolder();
  for (
    const [args, message] of [
      [
        ["--tasks=cosines,poison1d"],
        /^staircase-atlas: no task "poison1d"; did you mean "poisson1d"\? .*\n$/,
      ],
      [["--tasks=abs,abs"], /^staircase-atlas: tasks: abs is given twice, give it once\n$/],
      [
        ["--tasks=abs", "--activations=relu,"],
        /^staircase-atlas: activations "relu,": give names, separated by commas\n$/,
      ],
      [["--tasks=abs", "--optimizers=adam:0"], /^staircase-atlas: learning rate of adam:0: .*\n$/],
      [
        ["--tasks=burgers", "--samples=3"],
        /^staircase-atlas: task "burgers": samples must be 4 at least.*\n$/,
      ],
      [["--depths=0"], /^staircase-atlas: .*--depths.*\n$/],
    ] as const
  ) {
    const { code, out, err } = await run(args, { cwd: folder.path, program });
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, message);
  }
  assert.deepEqual(filesIn(`${folder.path}/runs/staircase-atlas`), []);
});

Deno.test("staircase-atlas: where every network diverges the files tell, and the status is 1", async () => {
  using folder = temporaryFolder();
  const args = ["--tasks=abs", "--activations=relu", "--depths=1", "--optimizers=sgd:1e30"];
  await assertAllDiverge("staircase-atlas", [...small, ...args], 2, { cwd: folder.path, program });
});
