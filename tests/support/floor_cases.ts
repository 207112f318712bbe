// Small cases of the loss floor whose Gram matrices, moments and losses are exact fractions.

import { uniform } from "../../src/stats/random.ts";
import {
  add,
  compare,
  type Fraction,
  fraction,
  multiply,
  subtract,
  toNumber,
} from "../reference/fraction.ts";

/** Numbers drawn for one case. */
export class Draw {
  readonly random: () => number;
  constructor(seed: number) {
    this.random = uniform(seed);
  }
  /** An integer of [low, high]. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.random() * (high - low + 1));
  }
  pick<T>(...values: readonly T[]): T {
    return values[this.integer(0, values.length - 1)];
  }
  /** A number of [−1, 1] on a grid of 2⁻⁶, so that products stay short. */
  grid(): number {
    return this.integer(-64, 64) / 64;
  }
}

/** A case: vectors by samples, all exact in float64. */
export interface FloorCase {
  readonly weights: readonly number[];
  /** ψ_i, orthogonal unless `isSkew`, by descending norm. */
  readonly features: readonly (readonly number[])[];
  /** y_c. */
  readonly targets: readonly (readonly number[])[];
  readonly gram: readonly (readonly Fraction[])[];
}

export const inner = (weights: readonly number[], a: readonly number[], b: readonly number[]): Fraction =>
  weights.reduce(
    (sum, w, k) => add(sum, multiply(fraction(w), multiply(fraction(a[k]), fraction(b[k])))),
    fraction(0),
  );

/**
 * Draws orthogonal vectors by Gram–Schmidt without division, so that their entries are integers,
 * scaled by powers of two. The first is the constant, nearly the constant, orthogonal to it, or
 * any.
 */
export function drawCase(draw: Draw, isSkew: boolean): FloorCase {
  const m = draw.integer(2, 4), n = draw.integer(0, Math.min(3, m)), outputs = draw.integer(1, 2);
  const total = draw.pick(1, 1, 1, 0.5, 3);
  const parts = Array.from({ length: m }, () => draw.integer(1, 4));
  const weights = parts.map((part) => total * part / 8);
  const ones = new Array<number>(m).fill(1);
  const start = draw.pick("constant", "near", "orthogonal", "any");
  const basis: number[][] = start === "orthogonal" ? [ones] : [];
  const first = basis.length;
  for (let tries = 0; basis.length < first + n && tries < 8; tries++) {
    let v = ones.map(() => draw.integer(-3, 3));
    if (basis.length === 0 && start === "constant") v = [...ones];
    if (basis.length === 0 && start === "near") v[0] = 512 + draw.integer(-2, 2);
    if (basis.length === 0 && start === "near") v.fill(512, 1);
    for (const u of basis) {
      // v ← ⟨u, u⟩ v − ⟨u, v⟩ u, with integers for weights: their common factor does not matter.
      const [uu, uv] = [u, v].map((x) => parts.reduce((sum, part, k) => sum + part * u[k] * x[k], 0));
      v = v.map((x, k) => uu * x - uv * u[k]);
      // Longer entries would not be exact in the next step.
      if (Math.max(...v.map(Math.abs)) > 2 ** 16) v.fill(0);
    }
    if (v.some((x) => x !== 0)) basis.push(v);
  }
  const vectors = basis.slice(first).map((v) => {
    const scale = 2 ** -(Math.ceil(Math.log2(Math.max(...v.map(Math.abs)))) + draw.integer(0, 6));
    return v.map((x) => x * scale);
  });
  if (isSkew) {
    for (const [i, v] of vectors.entries()) {
      const other = vectors[(i + 1) % vectors.length];
      vectors[i] = v.map((x, k) => x + other[k] * draw.grid() / 64);
    }
  }
  const square = (v: readonly number[]) => toNumber(inner(weights, v, v));
  const features = vectors.sort((a, b) => square(b) - square(a));
  const isZero = draw.integer(0, 15) === 0;
  const targets = Array.from({ length: outputs }, () => ones.map(() => isZero ? 0 : draw.grid()));
  const gram = features.map((a) => features.map((b) => inner(weights, a, b)));
  return { weights, features, targets, gram };
}

/** ‖x‖² over all entries. */
export const squareOf = (rows: readonly (readonly number[])[]) =>
  rows.flat().reduce((sum, x) => add(sum, multiply(fraction(x), fraction(x))), fraction(0));

/** Σ w ‖Ψ z + 1 b − y‖². */
export function lossOf({ weights, features, targets }: FloorCase, z: number[][], b: number[]): Fraction {
  return targets.reduce((sum, y, c) => {
    const residual = y.map((value, k) =>
      features.reduce(
        (at, v, i) => add(at, multiply(fraction(v[k]), fraction(z[i][c]))),
        fraction(b[c] - value),
      )
    );
    return weights.reduce(
      (at, w, k) => add(at, multiply(fraction(w), multiply(residual[k], residual[k]))),
      sum,
    );
  }, fraction(0));
}

/** Rounds to 20 bits after the point, so that sums stay exact. */
const short = (x: number) => Math.round(x * 2 ** 20) / 2 ** 20;

/**
 * Output layers that aim at the floor: least squares on the leading p eigenfeatures, with the
 * constant projected out, or a bias cut to some length, and random ones.
 */
export function outputLayers(
  draw: Draw,
  { gram, weights, features, targets }: FloorCase,
): { z: number[][]; b: number[] }[] {
  const ones = weights.map(() => 1);
  const moments = features.map((v) => targets.map((y) => toNumber(inner(weights, v, y))));
  const means = features.map((v) => toNumber(inner(weights, v, ones)));
  const lambda = gram.map((row, i) => toNumber(row[i]));
  const mass = weights.reduce((sum, w) => sum + w, 0);
  const constant = mass - means.reduce((sum, mean, i) => sum + mean * mean / lambda[i], 0);
  const r = targets.map((y, c) =>
    toNumber(inner(weights, ones, y)) -
    means.reduce((sum, mean, i) => sum + mean * moments[i][c] / lambda[i], 0)
  );
  const full = r.map((value) => constant > 1e-9 ? value / constant : 0);
  const cut = draw.random();
  const biases = [r.map(() => 0), full, full.map((value) => cut * value), r.map(() => draw.grid())];
  return biases.flatMap((each) => {
    const b = each.map(short);
    const p = draw.integer(0, features.length);
    const fit = features.map((_, i) =>
      targets.map((_, c) => i < p ? short((moments[i][c] - means[i] * b[c]) / lambda[i]) : 0)
    );
    const random = features.map(() => targets.map(() => draw.grid()));
    return [{ z: fit, b }, { z: fit.map((row) => row.map((x) => short(x * draw.random()))), b }, {
      z: random,
      b,
    }];
  });
}

/** Computed eigenvalues with bounds: the exact one is at an end of its interval, or within. */
export function perturb(
  draw: Draw,
  lambda: readonly Fraction[],
): { eigenvalues: number[]; bounds: number[] } {
  const share = draw.pick(0, 2 ** -20, 2 ** -8, 0.25, 0.4, 0.9, 1.5), end = draw.pick(-1, 1, 0);
  const eigenvalues = lambda.map((exact) => {
    const value = toNumber(exact), at = end === 0 ? draw.integer(-8, 8) / 8 : end;
    return Math.max(0, value + at * share * value);
  });
  const bounds = lambda.map((exact, i) => {
    let bound = share * toNumber(exact);
    const difference = subtract(fraction(eigenvalues[i]), exact);
    const distance = difference.n < 0n ? { ...difference, n: -difference.n } : difference;
    while (compare(distance, fraction(bound)) > 0) bound += toNumber(exact) * 2 ** -52;
    return bound;
  });
  return { eigenvalues, bounds };
}
