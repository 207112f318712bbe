import { finish } from "../../../src/gpu/turns.ts";
import { splitEntries } from "../../../src/linalg/gram/matrix_tiles.ts";
import { planPreparation, RunningPreparation } from "../../../src/linalg/gram/preparation.ts";
import { assert, fc } from "../../deps.ts";
import { inputError } from "../../support/input_error.ts";

const singles = fc.array(
  fc.oneof(
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0, -0, 2 ** -149, -(2 ** -127)),
  ),
  { minLength: 1, maxLength: 9 },
);

Deno.test("matrix_tiles: entries alone are scaled and rounded as those with room between rows", () => {
  fc.assert(fc.property(singles, fc.integer({ min: -150, max: 20 }), (list, exponent) => {
    const tile = Float32Array.from(list), factor = 2 ** exponent, columns = tile.length;
    // No product overflows, as a plan fits the factor to the largest entry.
    fc.pre(tile.every((value) => Math.abs(value) * factor < 2 ** 20));
    const preparation = { origin: null, root: null, factor, look: () => 1 };
    const plain = new Float32Array(columns + 3), padded = new Float32Array(columns + 7);
    const shape = { columns, first: 0 }, rest = { low: null, step: 1 } as const;
    const square = splitEntries(tile, preparation, shape, { ...rest, high: plain, at: 2, stride: columns });
    splitEntries(tile, preparation, shape, { ...rest, high: padded, at: 2, stride: columns + 4 });
    const scaled = list.map((value) => Math.fround(Math.fround(value) * factor));
    assert.deepEqual([...plain], [0, 0, ...scaled, 0]);
    assert.deepEqual(padded.subarray(0, columns + 3), plain);
    const left = scaled.map((value, i) => tile[i] * factor - value);
    assert.equal(square, left.reduce((sum, rest) => sum + rest * rest, 0));
  }));
});

Deno.test("matrix_tiles: the largest entry is found at any place, and one that is not finite is named", () => {
  const places = fc.record({ rows: fc.integer({ min: 1, max: 5 }), columns: fc.integer({ min: 1, max: 5 }) });
  fc.assert(fc.property(places, fc.nat(), fc.boolean(), ({ rows, columns }, at, isNegative) => {
    const place = at % (rows * columns), data = new Float32Array(rows * columns).fill(0.75);
    const source = { rows, columns, data }, sign = isNegative ? -1 : 1;
    data[place] = sign * 5;
    assert.equal(finish(planPreparation(source, {}, 2)).factor, 1 / 4);
    const running = new RunningPreparation(columns, false);
    running.look(data, 0);
    assert.equal(running.largest, 5);
    for (const wrong of [NaN, sign * Infinity]) {
      data[place] = wrong;
      const row = Math.floor(place / columns), column = place % columns;
      const named = inputError(
        new RegExp(`in row ${row}, column ${column} \\(from 0\\) is ${wrong}: give finite`),
      );
      assert.throws(() => finish(planPreparation(source, {}, 2)), named);
      assert.throws(() => running.look(data, 0), named);
    }
  }));
});
