import { fileURLToPath } from "node:url";
import type { ExperimentRecord } from "../../src/experiments/experiment_record.ts";
import { assert } from "../deps.ts";
import { filesIn, readTable, root, run, temporaryFolder } from "./program.ts";

const program = fileURLToPath(new URL("examples/methods.ts", root));
const small = [
  "--targets=cosines,franke2d",
  "--width=8",
  "--depth=1",
  "--samples=32",
  "--steps=20",
  "--seeds=2",
];

Deno.test("methods: writes its files, and says what they say", async () => {
  using folder = temporaryFolder();
  const args = [...small, "--methods=elm,fourier", "--frequencies=dyadic:2", "--json", "--out=o"];
  const ended = await run(args, { cwd: folder.path, program });
  assert.equal(ended.code, 0, ended.err);
  assert.deepEqual(filesIn(`${folder.path}/o`), [
    "methods.csv",
    "methods.svg",
    "methods_trace.csv",
    "run.json",
  ]);
  const record = JSON.parse(Deno.readTextFileSync(`${folder.path}/o/run.json`)) as ExperimentRecord;
  assert.deepEqual(JSON.parse(ended.out.trimEnd().split("\n").at(-1)!), record);
  const { status, configuration, verdict, timings } = record;
  assert.deepEqual([status, configuration.replicas, timings.steps, verdict.claims.length], [
    "done",
    2,
    80,
    6,
  ]);
  const { tasks, frequencies } = configuration as unknown as {
    readonly tasks: readonly { readonly heldOut: number }[];
    readonly frequencies: unknown;
  };
  assert.deepEqual(tasks.map(({ heldOut }) => heldOut), [4096, 4096]);
  assert.deepEqual(frequencies, { kind: "dyadic", octaves: 2 });
  for (const { claim, seeds } of verdict.claims) {
    assert(ended.out.includes(`: ${claim} (`));
    assert.equal(seeds.length, 2);
  }
  // Two targets, three methods, two seeds, two thresholds.
  assert.equal(readTable(`${folder.path}/o/methods.csv`).rows.length, 2 * 3 * 2 * 2);
});

Deno.test("methods: a wrong request is one line and status 2, and leaves no file", async () => {
  using folder = temporaryFolder();
  for (
    const [args, message] of [
      [["--targets=digits"], /^methods: no target "digits": give some of cosines, sines, .*\n$/],
      [["--targets="], /^methods: --targets is given no value; see --help\n$/],
      [["--methods=magic"], /^methods: unknown method "magic": use plain, fourier, .*\n$/],
      [
        ["--frequencies=some"],
        /^methods: frequencies "some": give random:COUNT:DEVIATION or dyadic:OCTAVES, .*\n$/,
      ],
      [["--steps=0"], /^methods: .*--steps.*\n$/],
      [["--replicas=2"], /^methods: .*--replicas.*\n$/],
    ] as const
  ) {
    const { code, out, err } = await run(args, { cwd: folder.path, program });
    assert.deepEqual([code, out], [2, ""], err);
    assert.match(err.replace(/^adapter: .*\n/, ""), message);
  }
  assert.deepEqual(filesIn(`${folder.path}/runs/methods`), []);
});
