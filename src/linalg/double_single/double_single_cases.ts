/**
 * Hard cases for double-single arithmetic, and their judgement by float64.
 *
 * @module
 */
import { joinDouble, splitDouble } from "./double_single.ts";
import { U2 } from "../rounding.ts";

/** The functions of `double_single_self_test.wgsl`, in the order of its cases. */
export const DOUBLE_SINGLE_FUNCTIONS = [
  "two_sum",
  "quick_two_sum",
  "two_prod",
  "split",
  "rounded_quotient",
  "rounded_root",
  "ds_add",
  "ds_sub",
  "ds_add_f32",
  "ds_mul",
  "ds_mul_f32",
  "ds_div",
  "ds_sqrt",
  "ds_fma_f32",
  "ds_fma",
  "ds_scale",
  "ds_negate",
  "ds_from_f32",
  "ds_compare",
  "sum of products, single",
  "sum of products",
] as const;

/** Name of a function of double-single arithmetic. */
export type DoubleSingleFunction = typeof DOUBLE_SINGLE_FUNCTIONS[number];

/** A function and its operands a, b, c: words hi, lo of each. */
export interface DoubleSingleCase {
  /** Function to apply. */
  readonly name: DoubleSingleFunction;
  /**
   * Six words: hi and lo of a, of b, of c. Functions of fewer operands, or of single ones, leave
   * out the others.
   */
  readonly operands: readonly number[];
}

/** An error and the bound on it, both in units of u² = 2⁻⁴⁸. */
export interface Verdict {
  /**
   * Error, relative to the result or to what the function's bound is relative to; infinite for NaN.
   */
  readonly error: number;
  /** Bound that `double_single.wgsl` states, and the reference's own rounding. */
  readonly bound: number;
}

/** Terms of the sums of products; an even number, since all but the last two cancel in pairs. */
const TERMS = 256;
/**
 * Error that float64 itself may have, twice 2⁻⁵³: all that a function without an error is allowed.
 */
const REFERENCE = 2 ** -52 / U2;

/**
 * Operands of all binades' shapes: few bits and many, above and below powers of two, neighbours
 * that cancel to the last bits of the low word, magnitudes that overlap in part or not at all. All
 * are exact in float64.
 */
const NUMBERS: readonly number[] = [
  1,
  -1 - 2 ** -23,
  1 - 2 ** -24,
  -1 + 2 ** -24 + 2 ** -48,
  1 + 2 ** -24 - 2 ** -49,
  Math.PI,
  -Math.PI - 2 ** -45,
  Math.PI * 2 ** -20,
  Math.E * 2 ** 25,
  1 / 3,
  -2 / 3,
  Math.SQRT2,
  -Math.SQRT2 * (1 + 2 ** -22),
  2 ** -25 + 2 ** -49,
  16777215 + 2 ** -8 / 3,
  -0.1 * 2 ** 12,
  1e9 / 7,
  -1e-9 / 7,
];

const PAIRWISE: readonly DoubleSingleFunction[] = [
  "two_sum",
  "two_prod",
  "ds_add",
  "ds_sub",
  "ds_add_f32",
  "ds_mul",
  "ds_mul_f32",
  "ds_div",
  "ds_fma_f32",
  "ds_fma",
];

/** A sum whose exact result, 2⁻¹²⁷, is subnormal: it tells whether an adapter takes that for 0. */
export const SUBNORMAL_CASE: DoubleSingleCase = {
  name: "two_sum",
  operands: [1.5 * 2 ** -126, 0, -(2 ** -126), 0],
};

/**
 * Functions and factors of their operands that bring results to the lower end of the range that
 * `double_single.wgsl` promises. Low words lie just above 2⁻¹²⁶ there: an adapter that takes more
 * than subnormal numbers for 0 loses them.
 */
const LOWEST: readonly (readonly [name: DoubleSingleFunction, first: number, second: number])[] = [
  ["two_sum", 2 ** -79, 2 ** -103],
  ["two_prod", 2 ** -39, 2 ** -39],
  ["ds_add", 2 ** -70, 2 ** -70],
  ["ds_sub", 2 ** -70, 2 ** -70],
  ["ds_add_f32", 2 ** -70, 2 ** -70],
  ["ds_mul", 2 ** -35, 2 ** -35],
  ["ds_mul_f32", 2 ** -35, 2 ** -35],
];

/**
 * Operands between 1 and 4 of all bits, for the ends of the range: single numbers, and such with a
 * low word.
 */
const FULL = [1 + 2 ** -23, 3 - 2 ** -22, 5 / 3, -Math.SQRT2, Math.E, -1 - 2 ** -23 - 2 ** -48];

/**
 * Lists the cases of the self-test.
 *
 * @returns Functions and operands. The sums of products are apart from each other, since lavapipe
 * counts the iterations of eight neighbours together.
 */
export function hardCases(): DoubleSingleCase[] {
  const cases: DoubleSingleCase[] = [];
  for (const name of PAIRWISE) {
    NUMBERS.forEach((x, i) =>
      NUMBERS.forEach((y, j) => {
        // A third operand that nearly cancels the product, or another number.
        const z = (i + j) % 2 === 0 ? -x * y * (1 + 2 ** -27) : NUMBERS[(i + 2 * j) % NUMBERS.length];
        cases.push({ name, operands: [x, y, z].flatMap(splitDouble) });
      })
    );
  }
  for (const [name, first, second] of LOWEST) {
    for (const x of FULL) {
      for (const y of FULL) cases.push({ name, operands: [first * x, second * y].flatMap(splitDouble) });
    }
  }
  for (const x of NUMBERS) {
    const operands = splitDouble(Math.abs(x));
    cases.push({ name: "ds_sqrt", operands }, { name: "split", operands });
    cases.push({ name: "quick_two_sum", operands: [operands[0], 0, Math.fround(-0.7 * operands[0]), 0] });
  }
  return [{ name: "sum of products, single", operands: [] }, ...cases, {
    name: "sum of products",
    operands: [],
  }];
}

/**
 * Makes the terms of the sums of products: pairs that cancel except for the last bits, and two that
 * remain.
 *
 * @returns Words hi, lo of both factors of each term.
 */
export function hardTerms(): Float32Array {
  const terms = new Float32Array(4 * TERMS);
  for (let i = 0; i < TERMS; i++) {
    const k = Math.floor(i / 2);
    const x = Math.sin(k + 1) * 2 ** (k % 24), y = Math.cos(k * k) * 2 ** (k % 17 - 8);
    terms.set([...splitDouble(i % 2 === 0 ? x : -x * (1 + 2 ** -22)), ...splitDouble(y)], 4 * i);
  }
  return terms;
}

/**
 * Judges a result by float64, whose own rounding the bound allows for.
 *
 * @param one Function and operands, exact in float64.
 * @param terms Terms of the sums of products.
 * @param hi High word of the result.
 * @param lo Low word of the result.
 * @returns Its error and the bound on it.
 */
export function judge(one: DoubleSingleCase, terms: Float32Array, hi: number, lo: number): Verdict {
  const [aHigh, aLow = 0, bHigh = 0, bLow = 0, cHigh = 0, cLow = 0] = one.operands;
  const a = joinDouble(aHigh, aLow), b = joinDouble(bHigh, bLow), c = joinDouble(cHigh, cLow);
  const against = (exact: number, bound: number, scale = Math.abs(exact)): Verdict => {
    const difference = Math.abs(hi + lo - exact);
    const error = difference === 0 ? 0 : difference / scale / U2;
    return { error: Number.isNaN(error) ? Infinity : error, bound: bound + REFERENCE };
  };
  switch (one.name) {
    case "two_sum":
    case "quick_two_sum":
      return against(aHigh + bHigh, 0);
    case "two_prod":
      return against(aHigh * bHigh, 0);
    case "split":
      return against(aHigh, 0);
    case "ds_add":
      return against(a + b, 3);
    case "ds_sub":
      return against(a - b, 3);
    case "ds_add_f32":
      return against(a + bHigh, 2);
    case "ds_mul":
      return against(a * b, 7);
    case "ds_mul_f32":
      return against(a * bHigh, 2);
    case "ds_div":
      return against(a / b, 27);
    case "ds_sqrt":
      return against(Math.sqrt(a), 11);
    case "ds_fma_f32":
      return against(c + aHigh * bHigh, 3);
    case "ds_fma":
      return against(c + a * b, 7, Math.abs(c + a * b) + Math.abs(a * b));
    default:
      return judgeSum(one.name, terms, against);
  }
}

/** Judges a sum of products: each addition is off by 3 u² of a partial sum, each product by 7. */
function judgeSum(
  name: DoubleSingleFunction,
  terms: Float32Array,
  against: (exact: number, bound: number, scale: number) => Verdict,
): Verdict {
  let exact = 0, scale = 0;
  for (let at = 0; at < terms.length; at += 4) {
    const [x, xLow, y, yLow] = terms.subarray(at, at + 4);
    const product = name === "sum of products" ? (x + xLow) * (y + yLow) : x * y;
    exact += product;
    scale += Math.abs(product);
  }
  return against(exact, 3 * terms.length / 4 + 7, scale);
}
