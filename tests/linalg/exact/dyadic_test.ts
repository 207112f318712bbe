import { bitLength, dyadic, dyadicVector, trailingZeros } from "../../../src/linalg/exact/dyadic.ts";
import { floor, isLess, midpoint, product, rational, scaled } from "../../../src/linalg/exact/rational.ts";
import { assert, fc } from "../../deps.ts";

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

Deno.test("dyadic and rational: any finite double, subnormal ones too, and nothing else", () => {
  const check = (x: number) => {
    const { n, e } = dyadic(x);
    const q = rational(x);
    assert(q.d > 0n);
    // n 2^e = q.n / q.d
    assert.equal(e >= 0 ? (n << BigInt(e)) * q.d : n * q.d, e >= 0 ? q.n : q.n << BigInt(-e));
    // Powers of two round nothing while the product is normal.
    if (Math.abs(x) < 2 ** -1021) return;
    assert.equal(Number(n) * 2 ** Math.max(e, -1000) * 2 ** Math.min(0, e + 1000), x);
  };
  [0, -0, 5e-324, -5e-324, 2.2250738585072014e-308, Number.MAX_VALUE, 1e-6, -1.5].forEach(check);
  fc.assert(fc.property(finite, check));
  assert.deepEqual(dyadic(5e-324), { n: 1n, e: -1074 });
  for (const x of [NaN, Infinity, -Infinity]) assert.throws(() => dyadic(x), RangeError);
});

Deno.test("dyadicVector: one exponent, the greatest there is", () => {
  assert.deepEqual(dyadicVector([0, 0]), { n: [0n, 0n], e: 0 });
  assert.deepEqual(dyadicVector([96, -32]), { n: [3n, -1n], e: 5 });
  fc.assert(fc.property(fc.array(finite, { minLength: 1, maxLength: 5 }), (values) => {
    const { n, e } = dyadicVector(values);
    values.forEach((x, i) => {
      const q = rational(x), back = scaled({ n: n[i], d: 1n }, e);
      assert.equal(back.n * q.d, q.n * back.d);
    });
    assert(n.every((each) => each === 0n) || n.some((each) => each % 2n !== 0n));
  }));
});

Deno.test("rational numbers: products, midpoints, order, whole parts", () => {
  const numbers = fc.record({ n: fc.bigInt(-1000n, 1000n), d: fc.bigInt(1n, 60n) });
  fc.assert(fc.property(numbers, numbers, (a, b) => {
    const value = ({ n, d }: { n: bigint; d: bigint }) => Number(n) / Number(d);
    assert(Math.abs(value(product(a, b)) - value(a) * value(b)) < 1e-6);
    const middle = midpoint(a, b);
    assert.equal(2n * middle.n * a.d * b.d, (a.n * b.d + b.n * a.d) * middle.d);
    assert.equal(isLess(a, b), value(a) < value(b));
    assert.equal(Number(floor(a)), Math.floor(value(a)));
  }));
});

Deno.test("bits of big integers", () => {
  fc.assert(fc.property(fc.bigInt(-(2n ** 200n), 2n ** 200n).filter((n) => n !== 0n), (n) => {
    const magnitude = n < 0n ? -n : n;
    assert.equal(bitLength(n), magnitude.toString(2).length);
    assert.equal(
      trailingZeros(n),
      magnitude.toString(2).length - magnitude.toString(2).replace(/0+$/, "").length,
    );
  }));
  assert.equal(bitLength(0n), 0);
});
