/**
 * A table of differential equations to solve.
 *
 * @module
 */
import { burgersSolution } from "./burgers.ts";
import type { TaskDefaults } from "../task.ts";
import type { DifferentialOperator } from "../task.ts";

/**
 * A face of the box, on which a solution is prescribed: all points with one coordinate at one end
 * of its interval.
 */
export interface Face {
  /** Index of the coordinate, from 0. */
  readonly coordinate: number;
  /** Which end of its interval: 0 for the lower, 1 for the upper. */
  readonly end: 0 | 1;
  /**
   * Prescribes the derivative along that coordinate, of d coordinates, in place of u: an equation
   * of the third order needs one at one end of its interval.
   */
  readonly slope?: (...x: number[]) => number;
}

/** A differential equation on a box, whose solution is known. */
export interface Equation {
  /** Name by which a program asks for it. */
  readonly name: string;
  /** One line for figures and help: the formula. */
  readonly description: string;
  /** Ends [a_i, b_i] of each of the d coordinates. */
  readonly domain: readonly (readonly [number, number])[];
  /** 𝓛 of the equation 𝓛u = f. */
  readonly operator: DifferentialOperator;
  /** The right-hand side f, of d coordinates. */
  readonly f: (...x: number[]) => number;
  /** The solution u, of d coordinates, within 10⁻¹². */
  readonly u: (...x: number[]) => number;
  /**
   * Faces on which u is prescribed: the boundary, for an evolution the initial time and the ends in
   * space.
   */
  readonly faces: readonly Face[];
  /**
   * Weight of the mean squared error on the faces beside that of the mean squared residual in the
   * domain.
   */
  readonly penalty: number;
  /** Default number of samples, those on the faces among them. */
  readonly samples: number;
  /** Settings under which it trains well, where they are not those of `taskDefaults`. */
  readonly defaults: Partial<TaskDefaults>;
}

/** Name of an equation of the table. */
export type EquationName =
  | "poisson1d"
  | "poisson2d"
  | "helmholtz1d"
  | "helmholtz2d"
  | "diffusion2d"
  | "allen-cahn"
  | "burgers"
  | "kdv";

const { PI, cos, cosh, sin, sqrt, tanh } = Math;

/** Settings in two dimensions, where the first stair is long. */
const PLANE: Partial<TaskDefaults> = { learningRate: 5e-3 };

/** A linear operator without first derivatives. */
const linear = (second: number[], value = 0): DifferentialOperator => ({
  second,
  first: second.map(() => 0),
  value,
  cube: 0,
  advection: 0,
});

const interval = [-1, 1] as const;
const ends: Face[] = [{ coordinate: 0, end: 0 }, { coordinate: 0, end: 1 }];
const edges: Face[] = [...ends, { coordinate: 1, end: 0 }, { coordinate: 1, end: 1 }];
/**
 * Faces of an evolution on an interval, with time as the last coordinate: the start and the ends.
 */
const start: Face[] = [{ coordinate: 1, end: 0 }, ...ends];

/**
 * Wave numbers k of Helmholtz' equation on an interval and on a square. If (2k/π)² is near a square
 * number (a sum of two on the square, as for k = 5), the equation is near a resonance: a function
 * with a small residual may be far from the solution.
 */
const K = 5, PLANE_K = 4;
/** Time τ and square ℓ² of the length in which the Allen–Cahn equation acts. */
const TAU = 0.2, ELL2 = 0.002;
/** Viscosity ν of Burgers' equation. */
const NU = 0.1 / PI;
/**
 * Korteweg and de Vries' equation u_t + α u u_x + β u_xxx = 0 has the wave u = sech² κ (x − x₀ −
 * ct), if α = 12 β κ² and c = 4 β κ².
 */
const BETA = 1 / 80, KAPPA = 4, ALPHA = 12 * BETA * KAPPA ** 2, SPEED = 4 * BETA * KAPPA ** 2;

/**
 * The front of τ u_t = ℓ² u_xx + u − u³ that invades the unstable state 0 to the left, from x =
 * 0.4: √2 ℓ U′ = U (1 − U), at the speed 3ℓ / √2τ.
 */
function front(x: number, t: number): number {
  const speed = 3 * sqrt(ELL2 / 2) / TAU;
  return (1 + tanh((x - 0.4 + speed * t) / sqrt(8 * ELL2))) / 2;
}

/** The wave of {@linkcode BETA}, from x = −0.4 to 0.4 while t is in [0, 1]: κ (x − x₀ − ct). */
const phase = (x: number, t: number): number => KAPPA * (x + 0.4 - SPEED * t);
const wave = (x: number, t: number): number => 1 / cosh(phase(x, t)) ** 2;

/** Differential equations to solve, by name. */
export const equations: Readonly<Record<EquationName, Equation>> = {
  poisson1d: {
    name: "poisson1d",
    description: "−u″/π² = sin πx + sin 3πx + sin 6πx on [−1, 1], u(±1) = 0",
    domain: [interval],
    operator: linear([-1 / PI ** 2]),
    f: (x) => sin(PI * x) + sin(3 * PI * x) + sin(6 * PI * x),
    u: (x) => sin(PI * x) + sin(3 * PI * x) / 9 + sin(6 * PI * x) / 36,
    faces: ends,
    penalty: 1,
    samples: 258,
    defaults: {},
  },
  poisson2d: {
    name: "poisson2d",
    description: "−Δu/π² = sin πx sin πy + sin 2πx sin 2πy on [−1, 1]², u = 0 on its edges",
    domain: [interval, interval],
    operator: linear([-1 / PI ** 2, -1 / PI ** 2]),
    f: (x, y) => sin(PI * x) * sin(PI * y) + sin(2 * PI * x) * sin(2 * PI * y),
    u: (x, y) => sin(PI * x) * sin(PI * y) / 2 + sin(2 * PI * x) * sin(2 * PI * y) / 8,
    faces: edges,
    penalty: 1,
    samples: 1280,
    defaults: PLANE,
  },
  helmholtz1d: {
    name: "helmholtz1d",
    description: "u″/k² + u = f on [−1, 1], k = 5, u = sin 2πx + cos 3πx",
    domain: [interval],
    operator: linear([1 / K ** 2], 1),
    f: (x) => (1 - (2 * PI / K) ** 2) * sin(2 * PI * x) + (1 - (3 * PI / K) ** 2) * cos(3 * PI * x),
    u: (x) => sin(2 * PI * x) + cos(3 * PI * x),
    faces: ends,
    penalty: 1,
    samples: 258,
    defaults: {},
  },
  helmholtz2d: {
    name: "helmholtz2d",
    description: "Δu/k² + u = f on [−1, 1]², k = 4, u = sin πx sin 2πy",
    domain: [interval, interval],
    operator: linear([1 / PLANE_K ** 2, 1 / PLANE_K ** 2], 1),
    f: (x, y) => (1 - 5 * (PI / PLANE_K) ** 2) * sin(PI * x) * sin(2 * PI * y),
    u: (x, y) => sin(PI * x) * sin(2 * PI * y),
    faces: edges,
    penalty: 1,
    samples: 1280,
    defaults: PLANE,
  },
  diffusion2d: {
    name: "diffusion2d",
    description: "−(u_xx + u_xy + u_yy)/π² = 2 sin πx sin πy − cos πx cos πy on [−1, 1]², u = 0 on its edges",
    domain: [interval, interval],
    operator: { ...linear([-1 / PI ** 2, -1 / PI ** 2]), mixed: [-1 / PI ** 2] },
    f: (x, y) => 2 * sin(PI * x) * sin(PI * y) - cos(PI * x) * cos(PI * y),
    u: (x, y) => sin(PI * x) * sin(PI * y),
    faces: edges,
    penalty: 1,
    samples: 1280,
    defaults: PLANE,
  },
  "allen-cahn": {
    name: "allen-cahn",
    description: "0.2 u_t = 0.002 u_xx + u − u³, a front that crosses x in [−1, 1] while t in [0, 1]",
    domain: [interval, [0, 1]],
    operator: { second: [-ELL2, 0], first: [0, TAU], value: -1, cube: 1, advection: 0 },
    f: () => 0,
    u: front,
    faces: start,
    penalty: 3,
    samples: 1280,
    defaults: PLANE,
  },
  burgers: {
    name: "burgers",
    description:
      "u_t + u u_x = ν u_xx, ν = 0.1/π, u(x, 0) = −sin πx, u(±1, t) = 0, x in [−1, 1], t in [0, 1]",
    domain: [interval, [0, 1]],
    operator: { second: [-NU, 0], first: [0, 1], value: 0, cube: 0, advection: 1 },
    f: () => 0,
    u: (x, t) => burgersSolution(x, t, NU),
    faces: start,
    penalty: 3,
    samples: 1280,
    defaults: PLANE,
  },
  kdv: {
    name: "kdv",
    description: "u_t + 2.4 u u_x + u_xxx/80 = 0, a wave that crosses x in [−1, 1] while t in [0, 1]",
    domain: [interval, [0, 1]],
    operator: { second: [0, 0], first: [0, 1], value: 0, cube: 0, advection: ALPHA, third: [BETA, 0] },
    f: () => 0,
    u: wave,
    faces: [...start, {
      coordinate: 0,
      end: 1,
      slope: (x, t) => -2 * KAPPA * tanh(phase(x, t)) * wave(x, t),
    }],
    penalty: 3,
    samples: 1280,
    defaults: PLANE,
  },
};
