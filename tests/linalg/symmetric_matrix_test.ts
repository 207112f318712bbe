import { eigh } from "../../src/linalg/eigen/eigh.ts";
import { eigvalsh } from "../../src/linalg/eigen/eigvalsh.ts";
import { InputError } from "../../src/errors.ts";
import { squareMatrix } from "../../src/linalg/matrix.ts";
import { symmetricMatrix } from "../../src/linalg/symmetric_matrix.ts";
import { countRanks } from "../../src/rank/methods/counting.ts";
import { countMethodNames } from "../../src/rank/methods/rank_methods.ts";
import { assert, fc } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { normals } from "../reference/random.ts";
import { exactCount, exactMatrix } from "../reference/exact_inertia.ts";

const gpu = await openGpu();

Deno.test("symmetricMatrix: what is symmetric stays the same object, else the lower triangle is mirrored", () => {
  const same = squareMatrix(Float64Array.of(1, 2, 2, 3));
  assert.equal(symmetricMatrix(same, 0), same);
  fc.assert(fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0 }), (n, seed) => {
    // Two orders of summation of a Gram matrix, in single precision.
    const m = 40, phi = normals(m * n, seed);
    const gram = new Float32Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        for (let k = 0; k < m; k++) {
          const at = i < j ? k : m - 1 - k;
          gram[i * n + j] = gram[i * n + j] + Math.fround(phi[at * n + i] * phi[at * n + j]);
        }
      }
    }
    const { data } = symmetricMatrix(squareMatrix(gram), 0);
    data.forEach((x, e) => {
      const i = Math.floor(e / n), j = e % n;
      assert.equal(x, gram[Math.max(i, j) * n + Math.min(i, j)]);
    });
  }));
});

Deno.test("symmetricMatrix: entries that differ by more than rounding are named", () => {
  const refused = [
    [2, 0, 5, 2],
    [2, 5, 0, 2],
    [1, 0, 1e-6, 1e-10],
    [0, 1, 1.001, 0],
    [1e-300, 0, 1e-301, 1e-300],
    [Number.MAX_VALUE, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MAX_VALUE],
  ];
  for (const entries of refused) {
    assert.throws(() => symmetricMatrix(squareMatrix(Float64Array.from(entries)), 3), {
      name: InputError.name,
      message: `matrix 3 is not symmetric: row 1, column 0 (from 0) has ${entries[2]}, row 0, column 1 has ${
        entries[1]
      }`,
    });
  }
  const { data } = symmetricMatrix(squareMatrix(Float32Array.of(1, NaN, 2, 1)), 0);
  assert.deepEqual(data, Float32Array.of(1, NaN, NaN, 1));
});

Deno.test("eigh, eigvalsh, countRanks: a matrix that is not symmetric is refused by all", async () => {
  const good = Float32Array.of(2, 1, 1, 2), bad = Float32Array.of(2, 0, 5, 2);
  const refusal = { name: InputError.name, message: /^matrix 1 is not symmetric: row 1, column 0 / };
  await assert.rejects(eigh(gpu, [good, bad].map(squareMatrix)), refusal);
  await assert.rejects(eigvalsh(gpu, [good, bad].map(squareMatrix)), refusal);
  for (const rankMethod of countMethodNames) {
    await assert.rejects(countRanks(gpu, [good, bad], [[1], [1]], { rankMethod }), refusal);
  }
});

Deno.test("countRanks: all methods count the lower triangle where rounding has made the upper differ", async () => {
  // Smallest eigenvalue 2⁻²³ of the lower triangle, 2⁻¹³ of the upper one.
  const a = 1 - 2 ** -23, b = 1 - 2 ** -13;
  const matrix = Float32Array.of(1, b, a, 1);
  const lower = exactMatrix([1, a, a, 1], 2);
  const epsilons = [1.5, 1e-5, 1.1e-7, 1e-8];
  const wanted = epsilons.map((epsilon) => exactCount(lower, epsilon).above);
  assert.deepEqual(wanted, [1, 1, 2, 2]);
  for (const rankMethod of countMethodNames) {
    const [ranks] = await countRanks(gpu, [matrix], [epsilons], { rankMethod });
    ranks.forEach(({ low, high }, k) =>
      assert(low <= wanted[k] && wanted[k] <= high, `${rankMethod}, ε = ${epsilons[k]}: [${low}, ${high}]`)
    );
  }
});
