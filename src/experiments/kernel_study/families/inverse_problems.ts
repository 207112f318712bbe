/**
 * Integral equations of the first kind, ∫ K(s, t) f(t) dt = g(s): test problems of regularisation,
 * whose singular values fall without a gap.
 *
 * All are discretised by the midpoint rule: Φ_kj = h K(s_k, t_j), with s_k the midpoints of m equal
 * parts of the interval of s, t_j those of n parts of length h of that of t.
 *
 * Sources of the equations: P. C. Hansen, "Regularization Tools", Numer. Algorithms 6, 1994, which
 * names the origin of each.
 *
 * @module
 */
import { type Families, type Family, fromEntries } from "./family.ts";

/** An integral equation. */
interface Equation {
  /** Ends of the interval of s. */
  readonly s: readonly [number, number];
  /** Ends of the interval of t. */
  readonly t: readonly [number, number];
  /** K(s, t). */
  readonly kernel: (s: number, t: number) => number;
}

const UNIT = [0, 1] as const, HALF_TURN = [-Math.PI / 2, Math.PI / 2] as const;

/** sin(u) / u. */
const sinc = (u: number) => u === 0 ? 1 : Math.sin(u) / u;

/** Depth of the masses of `gravity`. */
const DEPTH = 0.25;

const equations: Readonly<Record<string, Equation>> = {
  baart: { s: [0, Math.PI / 2], t: [0, Math.PI], kernel: (s, t) => Math.exp(s * Math.cos(t)) },
  // An image of light through a slit.
  shaw: {
    s: HALF_TURN,
    t: HALF_TURN,
    kernel: (s, t) => ((Math.cos(s) + Math.cos(t)) * sinc(Math.PI * (Math.sin(s) + Math.sin(t)))) ** 2,
  },
  foxgood: { s: UNIT, t: UNIT, kernel: (s, t) => Math.hypot(s, t) },
  phillips: {
    s: [-6, 6],
    t: [-6, 6],
    kernel: (s, t) => Math.abs(s - t) < 3 ? 1 + Math.cos(Math.PI * (s - t) / 3) : 0,
  },
  // The inverse heat equation with κ = 1, a Volterra equation.
  heat: {
    s: UNIT,
    t: UNIT,
    kernel: (s, t) => {
      const d = s - t;
      return d > 0 ? Math.exp(-1 / (4 * d)) / (2 * Math.sqrt(Math.PI) * d ** 1.5) : 0;
    },
  },
  gravity: { s: UNIT, t: UNIT, kernel: (s, t) => DEPTH / (DEPTH ** 2 + (s - t) ** 2) ** 1.5 },
  // Green's function of the second derivative.
  deriv2: { s: UNIT, t: UNIT, kernel: (s, t) => s < t ? s * (t - 1) : t * (s - 1) },
  wing: { s: UNIT, t: UNIT, kernel: (s, t) => t * Math.exp(-s * t * t) },
  ursell: { s: UNIT, t: UNIT, kernel: (s, t) => 1 / (s + t + 1) },
  // The Laplace transform, with t = u / (1 − u) ≥ 0 and dt = du / (1 − u)².
  ilaplace: { s: [0, 10], t: UNIT, kernel: (s, u) => Math.exp(-s * u / (1 - u)) / (1 - u) ** 2 },
};

function discretized({ s, t, kernel }: Equation): Family["make"] {
  const midpoint = ([from, to]: readonly [number, number], count: number, i: number) =>
    from + (to - from) * (i + 0.5) / count;
  return ({ rows, columns }) => {
    const h = (t[1] - t[0]) / columns;
    return fromEntries(rows, columns, (k, j) => h * kernel(midpoint(s, rows, k), midpoint(t, columns, j)));
  };
}

/** Discretised integral equations. */
export const inverseFamilies: Families = Object.fromEntries(
  Object.entries(equations).map(([name, equation]) => [name, { label: name, make: discretized(equation) }]),
);
