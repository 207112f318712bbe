import { finish } from "../../../src/gpu/turns.ts";
import { integerGram } from "../../../src/linalg/exact/integer_gram.ts";
import { assert, fc } from "../../deps.ts";

Deno.test("integerGram: sums of products, entry by entry", () => {
  const entry = fc.oneof(fc.bigInt(-3n, 3n), fc.bigInt(-(2n ** 60n), 2n ** 60n));
  const vectors = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 9 })).chain((
    [count, length],
  ) =>
    fc.tuple(
      fc.array(fc.array(entry, { minLength: length, maxLength: length }), {
        minLength: count,
        maxLength: count,
      }),
      fc.option(fc.array(fc.bigInt(0n, 2n ** 55n), { minLength: length, maxLength: length })),
    )
  );
  fc.assert(
    fc.property(vectors, ([vectors, multipliers]) => {
      const sum = (i: number, j: number) =>
        vectors[i].reduce((sum, value, l) => sum + (multipliers?.[l] ?? 1n) * value * vectors[j][l], 0n);
      const expected = vectors.map((_, i) => vectors.slice(0, i + 1).map((_, j) => sum(i, j)));
      assert.deepEqual(finish(integerGram(vectors, multipliers)), expected);
    }),
    { numRuns: 400 },
  );
});

Deno.test("integerGram: the largest magnitudes fill their fields and no more", () => {
  for (const size of [1n, 2n ** 24n, 2n ** 53n]) {
    for (const length of [1, 7, 8]) {
      const vectors = [size, -size, size].map((value) => new Array<bigint>(length).fill(value));
      const square = BigInt(length) * size * size;
      assert.deepEqual(finish(integerGram(vectors, null)), [[square], [-square, square], [
        square,
        -square,
        square,
      ]]);
    }
  }
});
