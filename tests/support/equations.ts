/**
 * Small differential equations with known solutions.
 *
 * @module
 */
import { equidistant, quasirandom } from "../../src/tasks/points.ts";
import type { DifferentialOperator, Samples, Task } from "../../src/tasks/task.ts";

/** The operator that leaves a function as it is, with other coefficients where given. */
function operator(axes: number, given: Partial<DifferentialOperator>): DifferentialOperator {
  const none = new Array<number>(axes).fill(0);
  return { second: none, first: none, value: 0, cube: 0, advection: 0, ...given };
}

/** Points with one weight each and f there. */
function samplesOf(x: Float32Array, axes: number, weight: number, f: (x: Float32Array) => number): Samples {
  const count = x.length / axes;
  const y = Float32Array.from({ length: count }, (_, k) => f(x.subarray(k * axes, (k + 1) * axes)));
  return { count, x, y, weights: new Float32Array(count).fill(weight) };
}

/** Samples one behind the other. */
function together(...parts: readonly Samples[]): Samples {
  const join = (key: "x" | "y" | "weights") => Float32Array.from(parts.flatMap((part) => [...part[key]]));
  const count = parts.reduce((all, part) => all + part.count, 0);
  return { count, x: join("x"), y: join("y"), weights: join("weights") };
}

const defaults = {
  hidden: [10, 10],
  activation: "tanh",
  initializer: "xavier-normal",
  optimizer: "adam",
  learningRate: 0.01,
  batch: null,
  steps: 300,
  probeEvery: 100,
  epsilons: [1e-3, 1e-6],
};
const common = { inputs: 1, outputs: 1, loss: "mean-squared-residual", defaults } as const;

/**
 * u″ = −π² sin πx on (−1, 1), u(±1) = 0, whose solution is sin πx.
 *
 * @param count Points in the domain. Default: 30.
 * @returns The task.
 */
export function poisson(count = 30): Task {
  const inside = Float32Array.from({ length: count }, (_, k) => (2 * k + 1) / count - 1);
  const domain = samplesOf(inside, 1, 2 / count, ([x]) => -(Math.PI ** 2) * Math.sin(Math.PI * x));
  const ends = samplesOf(Float32Array.of(-1, 1), 1, 20, () => 0);
  return {
    ...common,
    name: "poisson",
    description: "u″ = f",
    train: together(domain, ends),
    test: samplesOf(equidistant(101, -1, 1), 1, 2 / 101, ([x]) => Math.sin(Math.PI * x)),
    conditions: [
      { operator: operator(1, { second: [1] }), count },
      { operator: operator(1, { value: 1 }), count: 2 },
    ],
  };
}

/**
 * u_t + u u_x = 0 for x in [−1, 1], t in [0, 1], u = x at t = 0 and on the boundary as the solution
 * x / (1 + t) has it: a rarefaction.
 *
 * @returns The task.
 */
export function rarefaction(): Task {
  const solution = ([x, t]: Float32Array) => x / (1 + t);
  const square = (count: number, seed: number) =>
    quasirandom(count, 2, -1, 1, seed).map((each, i) => i % 2 === 0 ? each : (1 + each) / 2);
  const domain = samplesOf(square(50, 1), 2, 1 / 50, () => 0);
  const edge = Float32Array.from({ length: 30 }, (_, k) => k / 29);
  const start = samplesOf(Float32Array.from([...edge].flatMap((s) => [2 * s - 1, 0])), 2, 1 / 30, solution);
  const sides = samplesOf(
    Float32Array.from([...edge].flatMap((s, k) => [k % 2 === 0 ? -1 : 1, s])),
    2,
    1 / 30,
    solution,
  );
  return {
    ...common,
    name: "rarefaction",
    description: "Burgers' equation without viscosity",
    inputs: 2,
    train: together(domain, start, sides),
    test: samplesOf(square(100, 2), 2, 1 / 100, solution),
    conditions: [
      { operator: operator(2, { first: [0, 1], advection: 1 }), count: 50 },
      { operator: operator(2, { value: 1 }), count: 30 },
      { operator: operator(2, { value: 1 }), count: 30 },
    ],
  };
}
