/**
 * A table of functions to fit.
 *
 * @module
 */

import type { TaskDefaults } from "./task.ts";

/** A real function on a cube, to be learned. */
export interface TargetFunction {
  /** Name by which a program asks for it. */
  readonly name: string;
  /** One line for figures and help: the formula. */
  readonly description: string;
  /** Dimension d of the input. */
  readonly inputs: number;
  /** Ends [a, b] of every coordinate: the domain is the cube [a, b]^d. */
  readonly domain: readonly [number, number];
  /** The function, of d coordinates. */
  readonly f: (...x: number[]) => number;
  /** Default number of samples. */
  readonly samples: number;
  /** Settings under which it trains well, where they are not those of `taskDefaults`. */
  readonly defaults: Partial<TaskDefaults>;
}

/** Name of a function of the table. */
export type FunctionName =
  | "cosines"
  | "sines"
  | "runge"
  | "abs"
  | "step"
  | "ripple2d"
  | "franke2d"
  | "gaussian5d"
  | "product3d";

const { PI, abs, cos, exp, sign, sin } = Math;

/** Plain momentum on the full batch, whose staircase is smooth. */
const MOMENTUM: Partial<TaskDefaults> = {
  optimizer: "momentum",
  learningRate: 1e-2,
  batch: null,
  steps: 10_000,
};

/** For functions on which momentum stays on an early stair for very long. */
const ADAM: Partial<TaskDefaults> = { batch: null };

/** The same, for functions with much detail. */
const WIDE: Partial<TaskDefaults> = { ...ADAM, hidden: [100, 100] };

/** Franke's function: two peaks, a dip and a slope on the unit square (R. Franke, 1979). */
function franke(x: number, y: number): number {
  return 0.75 * exp(-((9 * x - 2) ** 2 + (9 * y - 2) ** 2) / 4) +
    0.75 * exp(-((9 * x + 1) ** 2) / 49 - (9 * y + 1) / 10) +
    0.5 * exp(-((9 * x - 7) ** 2 + (9 * y - 3) ** 2) / 4) -
    0.2 * exp(-((9 * x - 4) ** 2) - (9 * y - 7) ** 2);
}

/** Functions to fit, by name. */
export const targetFunctions: Readonly<Record<FunctionName, TargetFunction>> = {
  cosines: {
    name: "cosines",
    description: "cos πx + cos 3πx + cos 8πx on [−1, 1]",
    inputs: 1,
    domain: [-1, 1],
    f: (x) => cos(PI * x) + cos(3 * PI * x) + cos(8 * PI * x),
    samples: 256,
    defaults: MOMENTUM,
  },
  sines: {
    name: "sines",
    description: "sin 2πx + sin 6πx on [−1, 1]",
    inputs: 1,
    domain: [-1, 1],
    f: (x) => sin(2 * PI * x) + sin(6 * PI * x),
    samples: 256,
    defaults: ADAM,
  },
  runge: {
    name: "runge",
    description: "Runge's function 1 / (1 + 25x²) on [−1, 1]",
    inputs: 1,
    domain: [-1, 1],
    f: (x) => 1 / (1 + 25 * x * x),
    samples: 256,
    defaults: ADAM,
  },
  abs: {
    name: "abs",
    description: "|x| on [−1, 1]",
    inputs: 1,
    domain: [-1, 1],
    f: abs,
    samples: 256,
    defaults: ADAM,
  },
  step: {
    name: "step",
    description: "sign x on [−1, 1]",
    inputs: 1,
    domain: [-1, 1],
    f: sign,
    samples: 256,
    defaults: ADAM,
  },
  ripple2d: {
    name: "ripple2d",
    description: "cos π(x + y) + sin 3πx · cos 2πy on [−1, 1]²",
    inputs: 2,
    domain: [-1, 1],
    f: (x, y) => cos(PI * (x + y)) + sin(3 * PI * x) * cos(2 * PI * y),
    samples: 1024,
    defaults: WIDE,
  },
  franke2d: {
    name: "franke2d",
    description: "Franke's function on [0, 1]²",
    inputs: 2,
    domain: [0, 1],
    f: franke,
    samples: 1024,
    defaults: ADAM,
  },
  gaussian5d: {
    name: "gaussian5d",
    description: "exp(−|x|²) on [−1, 1]⁵",
    inputs: 5,
    domain: [-1, 1],
    f: (...x) => exp(-x.reduce((sum, coordinate) => sum + coordinate ** 2, 0)),
    samples: 2048,
    defaults: WIDE,
  },
  product3d: {
    name: "product3d",
    description: "sin πx · sin πy · sin πz on [−1, 1]³",
    inputs: 3,
    domain: [-1, 1],
    f: (x, y, z) => sin(PI * x) * sin(PI * y) * sin(PI * z),
    samples: 2048,
    defaults: WIDE,
  },
};

/**
 * Tells whether a function of the table has a name.
 *
 * @param name Any name.
 * @returns Whether there is a function of that name.
 */
export function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(targetFunctions, name);
}
