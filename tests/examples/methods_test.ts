import { fileURLToPath } from "node:url";
import type { MethodsPlan } from "../../src/experiments/methods/plan.ts";
import { assert } from "../deps.ts";
import { filesIn, readTable, root, run, runRecorded, temporaryFolder } from "../support/program.ts";

const program = fileURLToPath(new URL("examples/methods.ts", root));
const small = [
  "--targets=cosines,franke2d",
  "--width=8",
  "--depth=1",
  "--samples=32",
  "--steps=20",
  "--replicas=2",
];

Deno.test("methods: writes its files, and says what they say", async () => {
  using folder = temporaryFolder();
  const args = [...small, "--methods=elm,fourier", "--frequencies=dyadic:2"];
  const { out, record } = await runRecorded<MethodsPlan>(args, { cwd: folder.path, program }, [
    "methods.csv",
    "methods.svg",
    "methods_trace.csv",
    "run.json",
  ]);
  const { status, configuration, verdict, timings } = record;
  assert.deepEqual([status, configuration.replicas, timings.steps, verdict.claims.length], [
    "done",
    2,
    80,
    6,
  ]);
  const { tasks, frequencies } = configuration;
  assert.deepEqual(tasks.map(({ heldOut }) => heldOut), [4096, 4096]);
  assert.deepEqual(frequencies, { kind: "dyadic", octaves: 2 });
  for (const { claim, values } of verdict.claims) {
    assert(out.includes(`: ${claim} (`));
    assert.equal(values.length, 2);
  }
  // Two targets, three methods, two replicas, two thresholds.
  assert.equal(readTable(`${folder.path}/o/methods.csv`).rows.length, 2 * 3 * 2 * 2);
});

Deno.test("methods: a wrong request is one line and status 2, and leaves no file", async () => {
  using folder = temporaryFolder();
  for (
    const [args, message] of [
      [["--targets=digits"], /^methods: no target "digits"; give one of cosines, sines, .*\n$/],
      [["--targets="], /^methods: --targets needs a value; see --help\n$/],
      [["--methods=magic"], /^methods: no method "magic";.* give one of plain, fourier, .*\n$/],
      [
        ["--frequencies=some"],
        /^methods: frequencies "some": give random:COUNT:DEVIATION or dyadic:OCTAVES, .*\n$/,
      ],
      [["--steps=0"], /^methods: .*--steps.*\n$/],
      [["--seeds=2"], /^methods: --seeds is now --replicas\n$/],
    ] as const
  ) {
    const { code, out, err } = await run(args, { cwd: folder.path, program });
    assert.deepEqual([code, out], [2, ""], err);
    assert.match(err.replace(/^adapter: .*\n/, ""), message);
  }
  assert.deepEqual(filesIn(`${folder.path}/runs/methods`), []);
});
