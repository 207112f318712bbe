/**
 * Lowers the ranks of weight matrices by weight decay, with classes that vary more and less.
 *
 *     deno run -A examples/rank_collapse.ts --deviations 0.1,1 --weight-decay 0,1e-3,5e-3,2e-2
 */
import {
  experimentFlags,
  InputError,
  mixture,
  rankCollapse,
  runExperiment,
  runProgram,
  trainingOptions,
} from "../mod.ts";

await runProgram({
  name: "rank-collapse",
  summary: "lower the ranks of weight matrices by weight decay, with more and less variable classes",
  flags: [
    ...experimentFlags(
      { task: "mixture", samples: 100, layers: "32,32,32", "learning-rate": [0.2], steps: 4000 },
      ["weight-decay", "replicas", "probe-every", "epsilons", "relative", "precision"],
    ),
    {
      name: "weight-decay",
      kind: "numbers",
      default: [0, 1e-3, 2e-3, 5e-3, 2e-2],
      min: 0,
      help: "the ladder, ascending",
    },
    { name: "replicas", kind: "integer", default: 5, min: 1, help: "networks for each weight decay" },
    {
      name: "deviations",
      kind: "numbers",
      default: null,
      min: 0,
      help: "within the classes of mixture, a training run each (0.1,1)",
    },
    {
      name: "full",
      kind: "boolean",
      default: false,
      help: "500 samples, layers 64,64,64, learning rate 0.05, 4,000 steps",
    },
    {
      name: "out",
      kind: "string",
      default: "runs/rank-collapse",
      placeholder: "DIR",
      help: "where files go",
    },
  ],
  examples: [
    { args: "--weight-decay 0,0.01", help: "compares two weight decays" },
    { args: "--full", help: "runs the whole experiment" },
  ],
}, async ({ flags, signal }) => {
  const { full, weightDecay, replicas, seed } = flags;
  const size = full && { samples: 500, layers: "64,64,64", learningRate: [0.05], steps: 4000 };
  const unused = { probeEvery: null, epsilons: null, relative: false, precision: "single" } as const;
  const sized = { ...flags, ...size, ...unused };
  const { task, steps, ...options } = await trainingOptions(sized);
  if (task.name !== "mixture" && flags.deviations) {
    throw new InputError(`the task ${task.name} has the deviations that it has: leave out --deviations`);
  }
  const samples = task.train.count;
  const tasks = task.name === "mixture"
    ? (flags.deviations ?? [0.1, 1])
      .map((deviation) => ({ deviation, task: mixture({ samples, deviation, seed }) }))
    : [{ deviation: null, task }];
  const collapse = { ...options, tasks, steps: steps!, weightDecays: weightDecay, seeds: replicas, signal };
  await runExperiment(flags, {
    label: task.name,
    steps: tasks.length * steps!,
    run: (gpu, onProgress) =>
      rankCollapse(gpu, collapse, (steps, loss) => onProgress(steps, `loss ${loss.toExponential(2)}`)),
    files: ({ table, singularValues, figure }) => ({
      "rank_collapse.csv": table,
      "singular_values.csv": singularValues,
      "rank_collapse.svg": figure,
    }),
  });
});
