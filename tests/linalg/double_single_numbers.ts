/**
 * Double-single numbers for the tests, drawn where rounding is hardest, and their exact values.
 *
 * @module
 */
import { type Dyadic, dyadic, plus } from "../reference/dyadic.ts";
import { fc } from "../deps.ts";

/** Words hi, lo with hi the nearest single to hi + lo. */
export type Words = readonly [hi: number, lo: number];

/**
 * Single-precision numbers of magnitude 2^low to 2^(high + 1): any bits, few bits, next to powers
 * of two.
 */
export function singles(low: number, high: number): fc.Arbitrary<number> {
  const fraction = fc.oneof(
    fc.integer({ min: 0, max: 2 ** 23 - 1 }),
    fc.constantFrom(0, 1, 2, 2 ** 22, 2 ** 22 - 1, 2 ** 22 + 1, 2 ** 23 - 2, 2 ** 23 - 1),
    fc.integer({ min: 0, max: 4095 }).map((k) => k * 2 ** 11),
  );
  return fc.tuple(fraction, fc.integer({ min: low, max: high }), fc.boolean()).map(([m, e, negative]) =>
    (negative ? -1 : 1) * (2 ** 23 + m) * 2 ** (e - 23)
  );
}

/** Low words for a high word: 0, half an ulp, any less, some far less. */
function lows(hi: number): fc.Arbitrary<number> {
  const ulp = 2 ** (exponentOf(hi) - 23);
  const mantissa = Math.abs(hi) / ulp;
  // Below a power of two the neighbour is half as far; a tie rounds to an even mantissa only.
  const most = mantissa === 2 ** 23 ? ulp / 4 : ulp / 2;
  const tie = mantissa === 2 ** 23 ? ulp / 4 : mantissa % 2 === 0 ? ulp / 2 : 0;
  const any = fc.tuple(
    fc.integer({ min: 1, max: 2 ** 23 }),
    fc.oneof(fc.constant(0), fc.nat(30)),
    fc.boolean(),
  )
    .map(([m, gap, negative]) => (negative ? -1 : 1) * (2 ** 24 - m) / 2 ** 24 * most * 2 ** -gap);
  return fc.oneof({ weight: 6, arbitrary: any }, fc.constantFrom(0, tie, -tie));
}

/** The exponent of a number: |x| in [2^e, 2^(e+1)). */
export function exponentOf(x: number): number {
  const e = Math.floor(Math.log2(Math.abs(x)));
  return 2 ** e > Math.abs(x) ? e - 1 : 2 ** (e + 1) <= Math.abs(x) ? e + 1 : e;
}

/** Double-single numbers of magnitude 2^low to 2^(high + 1). */
export function doubleSingles(low: number, high: number): fc.Arbitrary<Words> {
  return singles(low, high).chain((hi) => lows(hi).map((lo): Words => [hi, lo]));
}

/**
 * Pairs, of which some cancel: in all but the low word, in all but the last bits, altogether; of
 * any magnitudes.
 */
export function pairs(low: number, high: number): fc.Arbitrary<readonly [Words, Words]> {
  const any = doubleSingles(low, high);
  return any.chain((a): fc.Arbitrary<readonly [Words, Words]> => {
    const [hi, lo] = a;
    const ulp = 2 ** (exponentOf(hi) - 23);
    const opposite = lows(-hi).map((other): Words => [-hi, other]);
    const near = fc.constantFrom(-2, -1, 1, 2).chain((k) => {
      const other = Math.fround(-(hi + k * ulp));
      return lows(other).map((low): Words => [other, low]);
    });
    const close = doubleSingles(Math.max(low, exponentOf(hi) - 26), Math.min(high, exponentOf(hi) + 26));
    const related = fc.oneof(
      any,
      close,
      opposite,
      near,
      fc.constant<Words>([-hi, -lo]),
      fc.constant<Words>(a),
    );
    return related.map((b): readonly [Words, Words] => [a, b]);
  });
}

/** hi + lo, exactly. */
export function exact([hi, lo]: Words): Dyadic {
  return plus(dyadic(hi), dyadic(lo));
}
