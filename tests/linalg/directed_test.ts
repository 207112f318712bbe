import { addDown, addUp, ldexpDown, ldexpUp, multiplyDown, multiplyUp } from "../../src/linalg/directed.ts";
import { exponentOf, ldexp } from "../../src/linalg/rounding.ts";
import { assert, fc } from "../deps.ts";
import { type Dyadic, dyadic, minus, plus, signOf, times } from "../reference/dyadic.ts";

const EDGES = [0, 1, 0.1, 3, 2 ** -1074, 3 * 2 ** -1074, 2 ** -1022, Number.MAX_VALUE, 2 ** 1023, 2 ** -537];

/** Finite numbers of all magnitudes, the ends of the range among them. */
const finite = fc.oneof(
  fc.constantFrom(...EDGES, ...EDGES.map((x) => -x)),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const positive = finite.map(Math.abs);

/** The next float64 above. */
function next(x: number): number {
  if (x === 0) return Number.MIN_VALUE;
  const words = new BigInt64Array(Float64Array.of(x).buffer);
  words[0] += x > 0 ? 1n : -1n;
  return new Float64Array(words.buffer)[0];
}

/** Asserts that a float64 is the least of at least an exact value. */
function assertLeast(got: number, exact: Dyadic, what: string): void {
  const above = (x: number) =>
    x === Infinity ? 1 : x === -Infinity ? -1 : signOf(plus(dyadic(x), minus(exact)));
  assert(above(got) >= 0, `${what}: ${got} is below`);
  assert(above(-next(-got)) < 0, `${what}: ${got} is not the least`);
}

Deno.test("directed: sums, products, powers of two are rounded to the next number on the safe side", () => {
  fc.assert(
    fc.property(finite, finite, (a, b) => {
      const exact = plus(dyadic(a), dyadic(b));
      assertLeast(addUp(a, b), exact, `${a} + ${b}`);
      assertLeast(-addDown(a, b), minus(exact), `−(${a} + ${b})`);
    }),
    { numRuns: 2000, seed: 1 },
  );
  fc.assert(
    fc.property(positive, positive, (a, b) => {
      const exact = times(dyadic(a), dyadic(b));
      assertLeast(multiplyUp(a, b), exact, `${a} · ${b}`);
      assertLeast(-multiplyDown(a, b), minus(exact), `−(${a} · ${b})`);
    }),
    { numRuns: 2000, seed: 2 },
  );
  fc.assert(
    fc.property(finite, fc.integer({ min: -2200, max: 2200 }), (a, e) => {
      const exact = times(dyadic(a), { n: 1n, e });
      const up = ldexpUp(a, e), down = ldexpDown(a, e), nearest = ldexp(a, e);
      assertLeast(up, exact, `${a} · 2^${e}`);
      assertLeast(-down, minus(exact), `−(${a} · 2^${e})`);
      assert(nearest === up || nearest === down);
    }),
    { numRuns: 2000, seed: 3 },
  );
});

Deno.test("directed: what is not finite stays so", () => {
  assert.deepEqual([addUp(Infinity, 1), addDown(-Infinity, 1), addUp(-Infinity, 1)], [
    Infinity,
    -Infinity,
    -Infinity,
  ]);
  for (const value of [addUp(NaN, 1), multiplyUp(NaN, 1), ldexpUp(NaN, 3), addDown(Infinity, -Infinity)]) {
    assert(Number.isNaN(value));
  }
  assert.deepEqual([multiplyUp(0.5, Infinity), multiplyDown(0.5, Infinity)], [Infinity, Infinity]);
});

Deno.test("rounding: exponents and powers of two over the whole range", () => {
  for (let e = -1074; e <= 1023; e++) {
    const power = ldexp(1, e);
    assert.equal(exponentOf(power), e);
    assert.equal(exponentOf(-1.5 * power), e === -1074 ? -1073 : e);
    assert.equal(ldexp(power, -e), 1);
    assert.equal(exponentOf(ldexp(2 - 2 ** -52, Math.max(e, -1022))), Math.max(e, -1022));
  }
  // A tie is rounded once, to even: in two steps it would be rounded up.
  assert.equal(ldexp(1.5 - 2 ** -52, -1074), 2 ** -1074);
});
