import { finish } from "../../../src/gpu/turns.ts";
import { meansOf } from "../../../src/linalg/gram/means.ts";
import { ldexp } from "../../../src/linalg/rounding.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert, fc } from "../../deps.ts";
import { type Dyadic, dyadic, minus, plus, ratio, times } from "../../reference/dyadic.ts";
import { normals } from "../../reference/random.ts";

/** Σ w x and Σ w of a column, exactly. */
function sums(data: Float64Array, columns: number, j: number, weights?: Float64Array): [Dyadic, Dyadic] {
  let sum = dyadic(0), mass = dyadic(0);
  for (let k = 0; k * columns < data.length; k++) {
    const weight = dyadic(weights ? weights[k] : 1);
    sum = plus(sum, times(weight, dyadic(data[k * columns + j])));
    mass = plus(mass, weight);
  }
  return [sum, mass];
}

/** Means of columns, all rows in tiles of 7. */
function means(data: Float64Array, columns: number, weights?: Float64Array) {
  const sizes = new Float64Array(columns);
  data.forEach((x, e) => sizes[e % columns] = Math.max(sizes[e % columns], Math.abs(x)));
  const tiles = function* () {
    for (let first = 0; first * columns < data.length; first += 7) {
      yield { first, data: data.subarray(first * columns, (first + 7) * columns) };
    }
  };
  return finish(meansOf(tiles, sizes, weights));
}

Deno.test("meansOf: right to its bound, a few units of 2⁻⁵³ of the deviations, at any offset", () => {
  const problem = fc.record({
    rows: fc.constantFrom(1, 2, 37, 251),
    offset: fc.integer({ min: 0, max: 15 }),
    exponent: fc.constantFrom(-1074, -1040, -600, 0, 600, 950),
    heavy: fc.constantFrom(-1000, -1, 0, 7, 1000),
    weighted: fc.boolean(),
    seed: fc.nat(1e6),
  });
  fc.assert(
    fc.property(problem, ({ rows, offset, exponent, heavy, weighted, seed }) => {
      const random = uniform(seed);
      const data = Float64Array.from(normals(rows, seed), (x) => ldexp(10 ** offset + x, exponent));
      const weights = Float64Array.from({ length: rows }, () => ldexp(0.01 + random(), heavy));
      const given = weighted ? weights : undefined;
      const { origin: { high, low }, bound } = means(data, 1, given);
      const [sum, mass] = sums(data, 1, 0, given);
      const mean = plus(dyadic(high[0]), dyadic(low[0]));
      const error = plus(times(mean, mass), minus(sum));
      const most = Math.max(...data.map((x) => Math.abs(x - high[0])));
      // A mean that is off by μ leaves a norm of √Σw μ. Scaled, so that the test keeps its digits.
      const power = exponent < 0 ? 1000 : -exponent, root = Math.sqrt(ratio(mass, dyadic(1)));
      const off = ldexp(ratio(error, mass), power), promised = bound(power) / root;
      assert(off <= promised, `off by ${off}, promised ${promised}`);
      assert(promised <= ldexp(2 ** -49 * most + 2 ** -1073, power), `${promised} of ${most}`);
    }),
    { numRuns: 150, seed: 4 },
  );
});

Deno.test("meansOf: the mean of a constant column is the constant, and its bound 0", () => {
  const columns = 4, values = [0.1, 1e8 / 3, -7e-5, 5e-324];
  const data = Float64Array.from({ length: 100 * columns }, (_, e) => values[e % columns]);
  for (const weights of [undefined, Float64Array.from(normals(100, 3), (x) => 0.1 + x * x)]) {
    const { origin, bound } = means(data, columns, weights);
    assert.deepEqual([[...origin.high], [...origin.low]], [values, [0, 0, 0, 0]]);
    assert.equal(bound(0), 0);
  }
});
