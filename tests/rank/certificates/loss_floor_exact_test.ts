// The loss floor against exact arithmetic: small cases whose Gram matrices, moments and losses are
// fractions.

import { lossFloor } from "../../../src/rank/certificates/loss_floor.ts";
import { assert } from "../../deps.ts";
import {
  add,
  compare,
  divide,
  dot,
  type Fraction,
  fraction,
  multiply,
  rootAbove,
  subtract,
  toNumber,
} from "../../reference/fraction.ts";
import { Draw, drawCase, inner, lossOf, outputLayers, perturb, squareOf } from "../../support/floor_cases.ts";

/** Whether xᵀ(A − diag(low))x ≥ 0 for all x, by the principal minors. */
function isAbove(a: readonly (readonly Fraction[])[], low: readonly Fraction[]): boolean {
  const shifted = a.map((row, i) => row.map((x, j) => i === j ? subtract(x, low[i]) : x));
  const subsets = Array.from(
    { length: 2 ** a.length - 1 },
    (_, bits) => [...a.keys()].filter((i) => (bits + 1) >> i & 1),
  );
  return subsets.every((set) => determinant(set.map((i) => set.map((j) => shifted[i][j]))).n >= 0n);
}

function determinant(a: readonly (readonly Fraction[])[]): Fraction {
  if (a.length === 0) return fraction(1);
  return a[0].reduce((sum, x, j) => {
    const minor = determinant(a.slice(1).map((row) => row.filter((_, column) => column !== j)));
    const term = multiply(x, minor);
    return j % 2 === 0 ? add(sum, term) : subtract(sum, term);
  }, fraction(0));
}

/** Branches that a case has been to. */
type Branches = Map<string, number>;

function count(branches: Branches, name: string): void {
  branches.set(name, (branches.get(name) ?? 0) + 1);
}

function check(seed: number, isSkew: boolean, branches: Branches): void {
  const draw = new Draw(seed), each = drawCase(draw, isSkew), { weights, features, targets, gram } = each;
  const n = features.length;
  const lambda = gram.map((row, i) => toNumber(row[i]));
  const ones = weights.map(() => 1);
  const { eigenvalues, bounds } = perturb(draw, gram.map((row, i) => row[i]));
  if (isSkew) bounds.forEach((_, i) => bounds[i] += lambda[i] * 2 ** -draw.integer(1, 6));
  if (eigenvalues.some((value, i) => i > 0 && value > eigenvalues[i - 1])) return;
  const least = eigenvalues.map((value, i) => value - bounds[i]);
  const near = n > 0 ? draw.pick(...eigenvalues, ...least.filter((value) => value > 0)) : 0.1;
  const epsilon = draw.pick(
    0,
    2 ** -20,
    2 ** -6,
    4,
    near,
    near * (1 + 2 ** -30),
    near * (1 - 2 ** -30),
    near / 2,
  );
  let p = 0;
  while (p < n && least[p] > epsilon) p++;
  if (isSkew) {
    // The two assumptions of the bound, exactly.
    const leading = gram.slice(0, p).map((row) => row.slice(0, p));
    if (!isAbove(leading, least.slice(0, p).map(fraction))) return;
    const left = fraction(
      Math.max(epsilon, ...eigenvalues.slice(p).map((value, i) => value + bounds[p + i])),
    );
    const trailing = gram.slice(p).map((row) => row.slice(p).map((x) => ({ n: -x.n, d: x.d })));
    if (!isAbove(trailing, trailing.map(() => ({ n: -left.n, d: left.d })))) return;
  }
  const momentBound = draw.pick(0, 0, 2 ** -20, 2 ** -6);
  const square = toNumber(targets.reduce((sum, y) => add(sum, inner(weights, y, y)), fraction(0)));
  const mass = weights.reduce((sum, w) => sum + w, 0);
  // Perturbed so that the norm over all i and c stays below κ ‖y‖, and κ √Σw.
  const off = (i: number, norm: number, terms: number) =>
    i < p ? draw.pick(-1, 0, 1) * momentBound * norm * Math.sqrt(least[i] / (p * terms)) * (1 - 2 ** -40) : 0;
  const targetMoments = targets.map((y) =>
    features.map((v, i) => toNumber(inner(weights, v, y)) + off(i, Math.sqrt(square), targets.length))
  );
  const meanMoments = features.map((v, i) => toNumber(inner(weights, v, ones)) + off(i, Math.sqrt(mass), 1));
  const input = {
    eigenvalues,
    bounds,
    targetMoments,
    meanMoments,
    momentBound,
    targets: { square, means: targets.map((y) => toNumber(inner(weights, ones, y))), mass },
  };
  for (const { z, b } of outputLayers(draw, each)) {
    const weightNorm = rootAbove(squareOf(z)), biasNorm = rootAbove(squareOf([b]));
    const floor = lossFloor({ ...input, weightNorm, biasNorm }, epsilon);
    const loss = lossOf(each, z, b);
    assert(
      floor >= 0 && compare(fraction(floor), loss) <= 0,
      `seed ${seed}: ${floor} above ${toNumber(loss)}`,
    );
    count(branches, floor === 0 ? "no floor" : floor > 0.9 * toNumber(loss) ? "tight" : "loose");
    if (floor > 0 && n > 0 && bounds[0] > 0.1 * eigenvalues[0]) count(branches, "useful, δ large");
    if (biasNorm === 0) count(branches, "no bias");
  }
  const constant = mass - meanMoments.slice(0, p).reduce((sum, mean, i) => sum + mean ** 2 / least[i], 0);
  count(
    branches,
    n === 0 ? "no features" : p === 0 ? "none certain" : p < n ? "some certain" : "all certain",
  );
  count(branches, constant <= 0 ? "in span" : constant < 1e-3 * mass ? "nearly in span" : "outside");
  if (square === 0) count(branches, "no targets");
}

Deno.test("lossFloor: no output layer gets below it, in exact arithmetic", () => {
  const branches: Branches = new Map();
  for (let seed = 0; seed < 4000; seed++) check(seed, false, branches);
  for (let seed = 0; seed < 2000; seed++) check(seed, true, branches);
  // A floor of 0 would pass: thousands are close to the loss, and each branch has been seen.
  assert(branches.get("tight")! > 10_000 && branches.get("useful, δ large")! > 5000);
  const certain = ["no features", "none certain", "some certain", "all certain"];
  for (const branch of [...certain, "in span", "nearly in span", "outside", "no targets", "no bias"]) {
    assert(branches.get(branch)! > 100, `${branch}: ${branches.get(branch)}`);
  }
});

Deno.test("lossFloor: with exact eigenvalues it is the distance from the span, less √ε ‖β‖", () => {
  for (let seed = 0; seed < 1000; seed++) {
    const draw = new Draw(seed), { weights, features, targets, gram } = drawCase(draw, false);
    const ones = weights.map(() => 1), lambda = gram.map((row, i) => row[i]);
    const epsilon = draw.pick(0, 2 ** -20, 2 ** -6, ...lambda.map((value) => toNumber(value) / 2));
    const p = lambda.filter((value) => compare(value, fraction(epsilon)) > 0).length;
    const moments = targets.map((y) => features.map((v) => inner(weights, v, y)));
    const means = features.map((v) => inner(weights, v, ones));
    const sum = (values: Fraction[]) => values.reduce(add, fraction(0));
    const along = (a: readonly Fraction[], b: readonly Fraction[]) =>
      sum(lambda.slice(0, p).map((value, i) => divide(multiply(a[i], b[i]), value)));
    const mass = inner(weights, ones, ones), square = sum(targets.map((y) => inner(weights, y, y)));
    const constant = subtract(mass, along(means, means));
    const rests = targets.map((y, c) => subtract(inner(weights, ones, y), along(means, moments[c])));
    // A constant in the span leaves nothing of the mean, either.
    const biases = rests.map((rest) => constant.n === 0n ? fraction(0) : divide(rest, constant));
    const projected = sum([...moments.map((each) => along(each, each)), dot(biases, rests)]);
    const distance = Math.sqrt(toNumber(subtract(square, projected)));
    const weightNorm = draw.random(), biasNorm = 2 * rootAbove(dot(biases, biases));
    const charge = p < lambda.length ? Math.sqrt(epsilon) * weightNorm : 0;
    const floor = lossFloor({
      eigenvalues: lambda.map(toNumber),
      bounds: lambda.map(() => 0),
      targetMoments: moments.map((each) => each.map(toNumber)),
      meanMoments: means.map(toNumber),
      targets: {
        square: toNumber(square),
        means: targets.map((y) => toNumber(inner(weights, ones, y))),
        mass: toNumber(mass),
      },
      weightNorm,
      biasNorm,
    }, epsilon);
    const exact = Math.max(0, distance - charge) ** 2;
    // Rounding is 2⁻⁵³ of what is added up, at most (‖y‖ + B √Σw)² twice over, some 50 times.
    const size = 2 * (Math.sqrt(toNumber(square)) + biasNorm * Math.sqrt(toNumber(mass))) ** 2;
    assert(Math.abs(floor - exact) <= 120 * 2 ** -53 * size, `seed ${seed}: ${floor} and not ${exact}`);
  }
});
