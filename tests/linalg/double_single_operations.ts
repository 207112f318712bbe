/**
 * The functions of double_single.wgsl with operands, exact results and the bounds that its head
 * states.
 *
 * @module
 */
import { splitDouble } from "../../src/linalg/double_single/double_single.ts";
import { U2 } from "../../src/linalg/rounding.ts";
import type { DoubleSingleFunction } from "../../src/linalg/double_single/double_single_cases.ts";
import { fc } from "../deps.ts";
import { type Dyadic, dyadic, minus, plus, ratio, times } from "../reference/dyadic.ts";
import { doubleSingles, exact, pairs, type Words } from "./double_single_numbers.ts";

/** Operands a, b, c of one case. */
export type Operands = readonly [Words, Words, Words];

/** Pairs for sums: as wide as the last bits of low words stay normal, though results may cancel. */
const sums = pairs(-45, 120).map(([a, b]): Operands => [a, b, [0, 0]]);
const products = pairs(-30, 60).map(([a, b]): Operands => [a, b, [0, 0]]);
const quotients = pairs(-30, 35).map(([a, b]): Operands => [a, b, [0, 0]]);
const roots = doubleSingles(-69, 125).map(([hi, lo]): Operands => {
  const a: Words = hi < 0 ? [-hi, -lo] : [hi, lo];
  return [a, [0, 0], [0, 0]];
});
/** Products with a third number that is any, or cancels nearly all of them. */
const fused = fc.tuple(pairs(-20, 30), doubleSingles(-40, 70), fc.nat(60), fc.boolean()).map(
  ([[a, b], c, k, cancel]): Operands => {
    const product = (a[0] + a[1]) * (b[0] + b[1]);
    return [a, b, cancel ? splitDouble(-product * (1 + 2 ** -k)) : c];
  },
);

/** Error of a result in units of the bound's, given its exact words and operands. */
export type Judge = (z: Dyadic, operands: Operands) => number;

/** |z − exact| / |exact|. */
const relative = (value: (operands: Operands) => Dyadic): Judge => (z, operands) => {
  const right = value(operands);
  return ratio(plus(z, minus(right)), right) / U2;
};
/** |x|. */
export const magnitude = (x: Dyadic): Dyadic => x.n < 0n ? minus(x) : x;
/** The high word, exactly. */
export const high = ([hi]: Words) => dyadic(hi);

/** A function of double_single.wgsl, with operands to try it on. */
export interface Operation {
  readonly name: DoubleSingleFunction;
  readonly operands: fc.Arbitrary<Operands>;
  readonly judge: Judge;
  /** In units of u²; 0 for exact. */
  readonly bound: number;
}

const QUICK = sums.map(([a, b, c]): Operands => Math.abs(a[0]) >= Math.abs(b[0]) ? [a, b, c] : [b, a, c]);
/** Half an ulp is u at most; what a Newton step leaves is far below 2⁻¹⁸ of it. */
const HALF_ULP = 2 ** 24 * (1 + 2 ** -18);

/** The table of errors in the head of double_single.wgsl. */
export const OPERATIONS: readonly Operation[] = [
  { name: "two_sum", operands: sums, judge: relative(([a, b]) => plus(high(a), high(b))), bound: 0 },
  { name: "quick_two_sum", operands: QUICK, judge: relative(([a, b]) => plus(high(a), high(b))), bound: 0 },
  { name: "two_prod", operands: products, judge: relative(([a, b]) => times(high(a), high(b))), bound: 0 },
  { name: "split", operands: sums, judge: relative(([a]) => high(a)), bound: 0 },
  { name: "ds_from_f32", operands: sums, judge: relative(([a]) => high(a)), bound: 0 },
  { name: "ds_negate", operands: sums, judge: relative(([a]) => minus(exact(a))), bound: 0 },
  {
    name: "rounded_quotient",
    operands: quotients,
    judge: (z, [a, b]) => ratio(plus(times(z, high(b)), minus(high(a))), high(a)) / U2,
    bound: HALF_ULP,
  },
  {
    name: "rounded_root",
    operands: roots,
    judge: (z, [a]) => ratio(plus(times(z, z), minus(high(a))), high(a)) / 2 / U2,
    bound: HALF_ULP,
  },
  { name: "ds_add", operands: sums, judge: relative(([a, b]) => plus(exact(a), exact(b))), bound: 3 },
  { name: "ds_sub", operands: sums, judge: relative(([a, b]) => plus(exact(a), minus(exact(b)))), bound: 3 },
  { name: "ds_add_f32", operands: sums, judge: relative(([a, b]) => plus(exact(a), high(b))), bound: 2 },
  { name: "ds_mul", operands: products, judge: relative(([a, b]) => times(exact(a), exact(b))), bound: 7 },
  { name: "ds_mul_f32", operands: products, judge: relative(([a, b]) => times(exact(a), high(b))), bound: 2 },
  {
    name: "ds_div",
    operands: quotients,
    judge: (z, [a, b]) => ratio(plus(times(z, exact(b)), minus(exact(a))), exact(a)) / U2,
    bound: 27,
  },
  {
    name: "ds_sqrt",
    operands: roots,
    judge: (z, [a]) => ratio(plus(times(z, z), minus(exact(a))), exact(a)) / 2 / U2,
    bound: 11,
  },
  {
    name: "ds_fma_f32",
    operands: fused,
    judge: relative(([a, b, c]) => plus(exact(c), times(high(a), high(b)))),
    bound: 3,
  },
  {
    name: "ds_fma",
    operands: fused,
    judge: (z, [a, b, c]) => {
      const product = times(exact(a), exact(b)), right = plus(exact(c), product);
      const scale = plus(magnitude(right), magnitude(product));
      return ratio(plus(z, minus(right)), scale) / U2;
    },
    bound: 7,
  },
];
