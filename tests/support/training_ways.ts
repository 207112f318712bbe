/**
 * Ways to train: every kind of task, optimiser and probe, at random.
 *
 * @module
 */
import { type OptimizerName, optimizers } from "../../src/nn/optim/optimizer.ts";
import type { TrainingOptions } from "../../src/train/options.ts";
import { fc } from "../deps.ts";
import { poisson } from "./equations.ts";
import { smallTask } from "./tasks.ts";

const classes = smallTask({
  loss: "softmax-cross-entropy",
  inputs: 3,
  outputs: 3,
  count: 50,
  target: (x, j) => +(j === (x[0] > 0.3 ? 0 : x[1] > 0 ? 1 : 2)),
  heldOut: true,
});

const tasks: Readonly<Record<string, TrainingOptions>> = {
  "full batch": { task: smallTask() },
  "mini-batches": { task: smallTask({ count: 60 }), batch: 20 },
  classes: { task: classes },
  "classes in mini-batches": { task: classes, batch: 7 },
  equation: { task: poisson() },
};

/** Every kind of task, optimiser, path and probe, and replicas that diverge. */
export const ways = fc.record({
  kind: fc.constantFrom(...Object.keys(tasks)),
  hidden: fc.constantFrom([6, 5], [9]),
  name: fc.constantFrom<OptimizerName>("sgd", "momentum", "adam", "adamw", "lbfgs"),
  replicas: fc.constantFrom(1, 3),
  diverges: fc.boolean(),
  probeEvery: fc.integer({ min: 3, max: 12 }),
  spectraEvery: fc.constantFrom(1, 2, 3),
  steps: fc.integer({ min: 1, max: 60 }),
  // The smallest threshold has spectra solved again.
  epsilons: fc.constantFrom([1e-2, 1e-6], [1e-4, 1e-12]),
  seed: fc.nat(100),
});

/** A way to train. */
export type Way = typeof ways extends fc.Arbitrary<infer Drawn> ? Drawn : never;

/** Options of a way to train. */
export function optionsOf(
  { kind, name, replicas, diverges, ...rest }: Way,
): TrainingOptions & { steps: number } {
  const rate = kind === "equation" && !name.startsWith("adam") ? 1e-5 : 0.01;
  const rates = Array.from({ length: replicas }, (_, r) => diverges && r === 1 ? 1e12 : rate);
  const full = optimizers[name].searches && { batch: null };
  return { ...tasks[kind], ...full, ...rest, replicas, optimizer: { name, learningRate: rates } };
}
