/**
 * L-BFGS with a line search for the strong Wolfe conditions in float64, as loops over evaluations
 * (Nocedal, Wright, Numerical Optimization, algorithms 3.5, 3.6 and 7.5).
 *
 * @module
 */

/** A function and its gradient at a point. */
export type Evaluate = (x: Float64Array) => { readonly value: number; readonly gradient: Float64Array };

/** A point that a search has accepted. */
export interface Accepted {
  /** Evaluations up to this one. */
  readonly evaluations: number;
  /** The point. */
  readonly x: Float64Array;
  /** f(x). */
  readonly value: number;
}

interface LinePoint {
  readonly alpha: number;
  readonly value: number;
  readonly slope: number;
  readonly x: Float64Array;
  readonly gradient: Float64Array;
}

const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, each, i) => sum + each * b[i], 0);

/** Minimiser of the cubic through two points with slopes. */
function cubic(a: LinePoint, b: LinePoint): number {
  const d1 = a.slope + b.slope - 3 * (a.value - b.value) / (a.alpha - b.alpha);
  const d2 = Math.sign(b.alpha - a.alpha) * Math.sqrt(d1 * d1 - a.slope * b.slope);
  return b.alpha - (b.alpha - a.alpha) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2);
}

/**
 * Minimises a function.
 *
 * @param evaluate The function.
 * @param start Where to start.
 * @param options Pairs that are kept, length of the first trial by steepest descent, and most
 * evaluations.
 * @returns The points that were accepted, the start among them.
 */
export function minimize(
  evaluate: Evaluate,
  start: Float64Array,
  { history, first, most }: { readonly history: number; readonly first: number; readonly most: number },
): Accepted[] {
  let evaluations = 0;
  const at = (x: Float64Array, direction: Float64Array, alpha: number): LinePoint => {
    const moved = x.map((each, i) => each + alpha * direction[i]);
    evaluations++;
    const { value, gradient } = evaluate(moved);
    return { alpha, value, slope: dot(gradient, direction), x: moved, gradient };
  };
  let here = at(start, new Float64Array(start.length), 0);
  const accepted: Accepted[] = [{ evaluations, x: here.x, value: here.value }];
  const pairs: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  while (evaluations < most) {
    const q = here.gradient.slice(), weights: number[] = [];
    for (const { s, y, rho } of pairs.toReversed()) {
      const weight = rho * dot(s, q);
      weights.unshift(weight);
      y.forEach((each, i) => q[i] -= weight * each);
    }
    const newest = pairs.at(-1);
    if (newest) {
      const scale = 1 / newest.rho / dot(newest.y, newest.y);
      q.forEach((each, i) => q[i] = scale * each);
    }
    for (const [k, { s, y, rho }] of pairs.entries()) {
      const weight = weights[k] - rho * dot(y, q);
      s.forEach((each, i) => q[i] += weight * each);
    }
    const direction = q.map((each) => -each), slope = dot(direction, here.gradient);
    if (!(slope < 0)) return accepted;
    const origin = { ...here, alpha: 0, slope };
    const found = search(origin, newest ? 1 : first / Math.sqrt(dot(here.gradient, here.gradient)), {
      line: (alpha) => at(origin.x, direction, alpha),
      isSpent: () => evaluations >= most,
    });
    if (!found) return accepted;
    const s = found.x.map((each, i) => each - here.x[i]);
    const y = found.gradient.map((each, i) => each - here.gradient[i]);
    pairs.push({ s, y, rho: 1 / dot(s, y) });
    if (pairs.length > history) pairs.shift();
    here = found;
    accepted.push({ evaluations, x: here.x, value: here.value });
  }
  return accepted;
}

/** Searches along a line; `null` once evaluations are spent. */
function search(
  origin: LinePoint,
  alpha: number,
  { line, isSpent }: { readonly line: (alpha: number) => LinePoint; readonly isSpent: () => boolean },
): LinePoint | null {
  const passes = ({ alpha, value }: LinePoint) => value <= origin.value + 1e-4 * alpha * origin.slope;
  const isFlat = ({ slope }: LinePoint) => Math.abs(slope) <= -0.9 * origin.slope;
  let low = origin, high: LinePoint | null = null;
  for (let trial = 1; !isSpent(); trial++) {
    const point = line(alpha), { value, slope } = point;
    if (passes(point) && isFlat(point)) return point;
    const isLong = !passes(point) || (high ? value >= low.value : trial > 1 && value >= low.value);
    if (!high && !isLong && slope < 0) {
      const width = point.alpha - low.alpha, guess = cubic(low, point);
      alpha = point.alpha + 9 * width;
      if (slope > low.slope && Number.isFinite(guess)) {
        alpha = Math.min(Math.max(guess, point.alpha + width), alpha);
      }
      low = point;
      continue;
    }
    if (isLong) high = point;
    else {
      if (!high || slope * (high.alpha - low.alpha) >= 0) high = low;
      low = point;
    }
    const width = high.alpha - low.alpha, share = (cubic(low, high) - low.alpha) / width;
    const isHalved = trial % 3 === 0 || !Number.isFinite(share);
    alpha = low.alpha + (isHalved ? 0.5 : Math.min(Math.max(share, 0.1), 0.9)) * width;
  }
  return null;
}
