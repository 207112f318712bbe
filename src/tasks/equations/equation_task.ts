/**
 * Tasks of solving a differential equation by its residual.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import { type Equation, equations } from "./equations.ts";
import { checkSamples, checkSeed, type SampleOptions, type TaskEntry } from "../options.ts";
import { equidistant, midpoints, quasirandom } from "../points.ts";
import type { Condition, DifferentialOperator, EquationTask, Samples } from "../task.ts";

/** Share of the samples that lie on the faces, in two dimensions or more. */
const FACE_SHARE = 1 / 5;

/**
 * Largest number of held-out samples, which make a grid with the same number along each coordinate.
 */
const HELD_OUT = 2500;

/**
 * Makes the task of solving a differential equation: find the network u of the least Σ_k w_k r_k²,
 * where r = 𝓛u − f in the domain, with weights that sum to 1, and r = u − u* on the faces on which
 * the solution u* is prescribed, or its derivative along the face's coordinate, with weights that
 * sum to the penalty of the equation (M. Raissi, P. Perdikaris, G. Karniadakis, "Physics-informed
 * neural networks", 2019).
 *
 * The samples of the domain come first, then those of each face in turn, those with a prescribed
 * derivative last, together a fifth of all.
 * Along one coordinate samples are equidistant, whatever the seed; in more they are the
 * low-discrepancy points of {@linkcode quasirandom}, shifted by the seed; a face that is a point is
 * one sample. The held-out samples are values of the solution at the midpoints of a grid.
 * Right-hand sides and solutions are taken at the f32 coordinates that the network sees.
 *
 * @param equation The equation.
 * @param options Number of samples, those on the faces among them, and seed.
 * @returns The task.
 * @throws {InputError} If `samples` or `seed` is out of range, or there is not a sample for the
 * domain and one for each face.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { equations } from "./equations.ts";
 *
 * const { train, conditions } = equationTask(equations.poisson1d, { samples: 5 });
 * assert.deepEqual([...train.x], [-1, 0, 1, -1, 1]);
 * assert.deepEqual(conditions.map(({ count }) => count), [3, 2]);
 * ```
 */
export function equationTask(equation: Equation, options: SampleOptions = {}): EquationTask {
  const { name, description, domain, operator, f, u, penalty, defaults } = equation;
  const faces = equation.faces.toSorted((one, other) => Number(!!one.slope) - Number(!!other.slope));
  const inputs = domain.length;
  const count = checkSamples(options.samples ?? equation.samples);
  const seed = checkSeed(options.seed ?? 0);
  if (count <= faces.length) {
    throw new InputError(
      `task "${name}": samples must be ${
        faces.length + 1
      } at least, one of the domain and one of each face, not ${count}`,
    );
  }
  const onFaces = inputs === 1 ? faces.length : Math.max(faces.length, Math.round(count * FACE_SHARE));
  const inside = count - onFaces;
  const spread = (count: number, dimension: number) =>
    dimension === 1 ? equidistant(count, 0, 1) : quasirandom(count, dimension, { low: 0, high: 1, seed });
  const place = (share: number, i: number) => domain[i][0] * (1 - share) + domain[i][1] * share;

  const x = new Float32Array(count * inputs), y = new Float32Array(count);
  const conditions: Condition[] = [];
  const prescribe = (operator: DifferentialOperator, first: number, last: number, f: Equation["f"]) => {
    y.set(valuesAt(x.subarray(first * inputs, last * inputs), inputs, f), first);
    conditions.push({ operator, count: last - first });
  };
  x.set(spread(inside, inputs).map((share, at) => place(share, at % inputs)));
  prescribe(operator, 0, inside, f);
  const borders = [0, ...faces.map((_, n) => n + 1)].map((n) =>
    inside + Math.round(onFaces * n / faces.length)
  );
  for (const [index, { coordinate, end }] of faces.entries()) {
    const [first, last] = borders.slice(index);
    const shares = spread(last - first, inputs - 1).values();
    for (let at = first * inputs; at < last * inputs; at++) {
      const i = at % inputs;
      x[at] = place(i === coordinate ? end : shares.next().value!, i);
    }
  }
  const values = faces.filter(({ slope }) => !slope).length;
  if (values > 0) prescribe(identity(inputs), inside, borders[values], u);
  for (const [index, { coordinate, slope }] of faces.entries()) {
    if (slope) prescribe(along(coordinate, inputs), borders[index], borders[index + 1], slope);
  }
  const weights = new Float32Array(count).fill(1 / inside, 0, inside).fill(penalty / onFaces, inside);
  return {
    name,
    description,
    kind: "equation",
    inputs,
    outputs: 1,
    loss: "mean-squared-residual",
    train: { count, x, y, weights },
    test: solutionOf(equation),
    defaults,
    conditions,
  };
}

/** The solution itself, on a grid. */
function solutionOf({ domain, u }: Equation): Samples {
  const each = Math.floor(HELD_OUT ** (1 / domain.length) + 1e-9);
  const x = midpoints(each, domain);
  const y = valuesAt(x, domain.length, u);
  const count = y.length;
  return { count, x, y, weights: new Float32Array(count).fill(1 / count) };
}

function valuesAt(x: Float32Array, inputs: number, f: (...x: number[]) => number): Float32Array {
  return Float32Array.from(
    { length: x.length / inputs },
    (_, k) => f(...x.subarray(k * inputs, (k + 1) * inputs)),
  );
}

/** The operator of a condition that prescribes u. */
function identity(inputs: number): DifferentialOperator {
  const none = new Array<number>(inputs).fill(0);
  return { second: none, first: none, value: 1, cube: 0, advection: 0 };
}

/** The operator of a condition that prescribes a first derivative. */
function along(coordinate: number, inputs: number): DifferentialOperator {
  const first = Array.from({ length: inputs }, (_, i) => +(i === coordinate));
  return { ...identity(inputs), value: 0, first };
}

/** The equations of the table as tasks, by name. */
export const equationEntries: Readonly<Record<string, TaskEntry>> = Object.fromEntries(
  Object.entries(equations).map(([name, equation]): [string, TaskEntry] => [name, {
    help: equation.description,
    kind: "equation",
    load: (options) => equationTask(equation, options),
  }]),
);
