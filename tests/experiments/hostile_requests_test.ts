import { fileURLToPath } from "node:url";
import { type NumberFlag, parseFlags } from "../../src/cli/flags.ts";
import { completeValues, type OptionTable } from "../../src/cli/options.ts";
import { rankFlags } from "../../src/cli/rank/flags.ts";
import { InputError, StaircaseError } from "../../src/errors.ts";
import type { Experiment } from "../../src/experiments/core/experiment.ts";
import { runPlan } from "../../src/experiments/core/run.ts";
import { experimentFlags, experiments } from "../../src/experiments/mod.ts";
import { assert } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { inputError } from "../support/input_error.ts";
import { root, run, temporaryFolder } from "../support/program.ts";

const NUMBERS = [
  ...["9007199254740991", "9007199254740993", "4294967296", "4294967295", "-1", "-9007199254740991", "0.5"],
  ...[
    "NaN",
    "Infinity",
    "1e308",
    "1e309",
    "-1e308",
    "",
    " ",
    "0x10",
    "1".repeat(20_000),
    "1,".repeat(5000) + "1",
  ],
];
const TEXTS = [
  ...["", " ", "-1", "9007199254740991", "x".repeat(20_000), "two\nlines", "\x00", "\x1b[31m", "__proto__"],
  ...["1,".repeat(5000) + "1", "../".repeat(2000), ":", ";", ","],
];

/** Tasks that need no package of images, and little to compute. */
const CHEAP: Readonly<Record<string, readonly string[]>> = {
  methods: ["--targets=abs", "--width=8"],
  "rank-collapse": ["--deviations=1"],
  "staircase-atlas": ["--tasks=cosines"],
  pretraining: ["--tasks=cosines"],
  "sgd-rank": ["--task=mixture"],
};

/** Reads a command line, as the program of an experiment does before it opens the GPU. */
async function planOf(experiment: Experiment, args: readonly string[]) {
  const { options, name } = experiment;
  const { flags } = parseFlags(experimentFlags(experiment), [...CHEAP[name] ?? [], ...args]);
  const given = Object.fromEntries(Object.entries(flags).filter(([key]) => Object.hasOwn(options, key)));
  const plan = await experiment.plan(completeValues<OptionTable>(options, given, name));
  experiment.runs(plan);
  return plan;
}

for (const experiment of experiments) {
  Deno.test(`${experiment.name}: any value of any flag is taken, or refused in one short line`, async () => {
    for (const flag of experimentFlags(experiment)) {
      for (const value of flag.kind === "string" ? TEXTS : flag.kind === "boolean" ? ["", "1"] : NUMBERS) {
        try {
          await planOf(experiment, [`--${flag.name}=${value}`]);
        } catch (error) {
          const what = `--${flag.name}=${value.slice(0, 40)}: ${error}`;
          assert(error instanceof InputError, what);
          assert(error.message.length <= 450 && error.message !== "", what);
          // deno-lint-ignore no-control-regex
          assert(!/[\x00-\x1f\x7f]/.test(error.message), what);
        }
      }
    }
  });
}

Deno.test("whole numbers of all programs have an upper bound, which the message says", () => {
  // Axes are checked against those of the arrays.
  const flags = [...experiments.flatMap(experimentFlags), ...rankFlags].filter(({ name }) => name !== "axes");
  for (const flag of flags) {
    if (flag.kind !== "integer" && flag.kind !== "integers") continue;
    const { name, max = Infinity } = flag as NumberFlag;
    assert(max <= 2 ** 32, `--${name} has no upper bound`);
    assert.throws(
      () => parseFlags([flag], [`--${name}=${max + 1}`]),
      inputError(
        new RegExp(`^--${name} must be a whole number from -?\\d+ to ${max}(e\\d+)?, not "${max + 1}"$`),
      ),
    );
  }
});

Deno.test("networks, layers, thresholds and steps of an experiment have upper bounds together", async () => {
  const byName = new Map(experiments.map((experiment) => [experiment.name, experiment]));
  const cases: [name: string, args: string[], line: RegExp][] = [
    [
      "pretraining",
      ["--replicas=65536"],
      /^replicas must be a whole number from 1 to 65536, not 327680$/,
    ],
    [
      "rank-collapse",
      ["--replicas=65536"],
      /^networks of a run must be a number of at most 65536, not 327680$/,
    ],
    ["sgd-rank", ["--replicas=65536"], /^networks of a run must be .*, not 589824$/],
    ["sgd-rank", ["--steps=4294967295"], /^steps of the smallest batch must be /],
    ["directional-convergence", ["--replicas=65536"], /^networks of a run must be /],
    ["directional-convergence", ["--flow-steps=4294967295"], /^steps of flow and ascent must be /],
    [
      "directional-convergence",
      ["--samples=16777216"],
      /^5 sets of 16777216 samples of 10 inputs are 838860800 /,
    ],
    ["staircase", [`--layers=${"1,".repeat(1024)}1`], /^1025 hidden layers: give at most 1024$/],
    ["staircase", [`--epsilons=${"1,".repeat(1024)}1`], /^1025 thresholds ε: give at most 1024$/],
    [
      "staircase-atlas",
      ["--depths=9007199254740991"],
      /^--depths must be a whole number from 1 to 1024, not /,
    ],
  ];
  for (const [name, args, line] of cases) {
    await assert.rejects(
      planOf(byName.get(name)!, args),
      inputError(line),
      `${name} ${args[0].slice(0, 40)}`,
    );
  }
});

Deno.test("data that no task reads are refused, before anything is looked for there", async () => {
  const cases: [name: string, tasks: string][] = [
    ["staircase", "--task=cosines"],
    ["staircase-atlas", "--tasks=cosines,abs"],
    ["pretraining", "--tasks=cosines:tanh"],
    ["rank-collapse", "--task=mixture"],
    ["sgd-rank", "--task=mixture"],
    ["loss-floor", "--task=cosines"],
    ["depth-profile", "--task=cosines"],
  ];
  for (const experiment of experiments) {
    const found = cases.find(([name]) => name === experiment.name);
    assert(found !== undefined || !("data" in experiment.options), `${experiment.name} has --data`);
    if (!found) continue;
    await assert.rejects(
      planOf(experiment, [found[1], "--data=/nonexistent"]),
      inputError(/^(no task reads data|task "\w+" reads no files; leave out data) "\/nonexistent"/),
    );
  }
});

Deno.test("what the adapter has no room for is refused before it is allocated", async () => {
  const gpu = await openGpu();
  const cases: [name: string, args: string[]][] = [
    ["staircase", ["--replicas=65536"]],
    ["staircase", ["--layers=9007199254740991"]],
    ["methods", ["--targets=cosines", "--width=1048576"]],
    ["staircase-atlas", ["--width=1048576"]],
    ["pretraining", ["--replicas=13000"]],
    ["pretraining", ["--layers=9007199254740991"]],
  ];
  for (const [name, args] of cases) {
    const experiment = experiments.find((each) => each.name === name)!;
    const plan = await planOf(experiment, args);
    await assert.rejects(
      runPlan({ gpu }, experiment, plan),
      (error) => error instanceof StaircaseError && error.exitStatus === 2,
      `${name} ${args}`,
    );
  }
});

Deno.test("verify and attack: numbers without bounds are refused with status 2", async () => {
  using folder = temporaryFolder();
  const { path: cwd } = folder;
  const cases: [program: string, args: string[]][] = [
    ["examples/verify.ts", [".", "--share=9007199254740991"]],
    ["tests/attack.ts", ["--ranks=9007199254740991"]],
    ["tests/attack.ts", ["--seed=9007199254740991"]],
  ];
  for (const [file, args] of cases) {
    const program = fileURLToPath(new URL(file, root));
    const { code, out, err } = await run(args, { cwd, program });
    assert.deepEqual([code, out], [2, ""], err);
    assert.match(err, /^\w+: --\w+ must be a whole number from \d+ to \S+, not "9007199254740991"\n$/);
  }
});
