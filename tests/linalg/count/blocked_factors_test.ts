import { Commands } from "../../../src/gpu/commands.ts";
import type { Dispatch } from "../../../src/gpu/kernel.ts";
import {
  BlockedFactors,
  factorBound,
  mostFactors,
  packMatrix,
  rowsOfBlocks,
  type ShiftedMatrix,
} from "../../../src/linalg/count/blocked_factors.ts";
import { selfTestDoubleSingle } from "../../../src/linalg/double_single/double_single_self_test.ts";
import { squareMatrix } from "../../../src/linalg/matrix.ts";
import { mostOperations } from "../../../src/linalg/pieces.ts";
import { assert } from "../../deps.ts";
import { eigenvalues } from "../../reference/eigenvalues.ts";
import { symmetric } from "../../reference/matrix.ts";
import { normals } from "../../reference/random.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();
const { form } = await selfTestDoubleSingle(gpu);

/** Factors matrices of one order, and reads the proofs. */
async function prove(
  matrices: readonly Float64Array[],
  lanes: readonly (Omit<ShiftedMatrix, "isReversed"> & { readonly isReversed?: boolean })[],
) {
  const order = Math.sqrt(matrices[0].length);
  const packed = matrices.map((each) => packMatrix(squareMatrix(each)));
  using factors = new BlockedFactors(gpu, order, packed, lanes.length);
  const commands = new Commands(gpu);
  commands.run(...await factors.bind(form, lanes.map((lane) => ({ isReversed: false, ...lane }))));
  commands.submit();
  return await factors.readProofs(lanes.length);
}

/** A symmetric indefinite matrix of which all entries are below 2, in float64. */
function indefinite(n: number, seed: number): Float64Array {
  return Float64Array.from(symmetric(normals(n * n, seed).map((x) => Math.max(-1.9, Math.min(1.9, x))), n));
}

Deno.test("blocked_factors: the pivots are those of float64, in both orders, and so is the sum of the error", async () => {
  const n = 71, matrix = indefinite(n, 3).map((x, e) => x / 8 + (e % (n + 1) === 0 ? 0.5 : 0));
  matrix[0] = 1.5; // It stays as it is scaled.
  for (const isReversed of [false, true]) {
    const at = (i: number, j: number) => matrix[isReversed ? (n - 1 - i) * n + n - 1 - j : i * n + j];
    const shift = 0.25, l = Array.from({ length: n }, () => new Float64Array(n)), d = new Float64Array(n);
    let sum = 0, positive = 0;
    for (let j = 0; j < n; j++) {
      for (let i = j; i < n; i++) {
        let rest = at(i, j) - (i === j ? shift : 0);
        for (let k = 0; k < j; k++) rest -= l[i][k] * d[k] * l[j][k];
        if (i === j) d[j] = rest;
        l[i][j] = rest / d[j];
        sum += Math.abs(d[j]) * l[i][j] ** 2;
      }
      if (d[j] > 0) positive++;
    }
    const [{ count, bound }] = await prove([matrix], [{ matrix: 0, shift, isReversed }]);
    assert.equal(count, positive);
    const measured = bound / (1.01 * factorBound(n));
    assert.ok(Math.abs(measured / sum - 1) < 1e-4, `${measured}, not ${sum}`);
  }
});

Deno.test("blocked_factors: counts are of eigenvalues within the bound, for orders that fill blocks and do not", async () => {
  for (const n of [1, 4, 31, 32, 33, 64, 67]) {
    const matrices = [indefinite(n, n), indefinite(n, n + 1)];
    const shifts = [-3, -0.4, 0, 1e-3, 0.7, 5];
    const lanes = [1, 0].flatMap((matrix) =>
      shifts.flatMap((shift) => [false, true].map((isReversed) => ({ matrix, shift, isReversed })))
    );
    const proofs = await prove(matrices, lanes);
    const scales = matrices.map((each) => 2 ** packMatrix(squareMatrix(each)).exponent);
    const exact = matrices.map((each, m) => eigenvalues(each, n).map((value) => scales[m] * value));
    proofs.forEach(({ count, bound }, lane) => {
      const { matrix, shift } = lanes[lane], slack = bound + 1e-13 * n;
      const least = exact[matrix].filter((value) => value > shift + slack).length;
      const most = exact[matrix].filter((value) => value > shift - slack).length;
      assert.ok(bound < 1e-6, `n = ${n}: ${bound}`);
      assert.ok(least <= count && count <= most, `n = ${n}, shift ${shift}: ${count}, not ${least}–${most}`);
    });
  }
});

Deno.test("blocked_factors: a pivot of 0 proves nothing from one end, and does no harm from the other", async () => {
  const n = 40, matrix = indefinite(n, 5);
  const shift = 0.5;
  matrix[0] = shift;
  matrix[n + 1] = 1.5;
  const [first, last] = await prove([matrix], [{ matrix: 0, shift }, { matrix: 0, shift, isReversed: true }]);
  assert.ok(Number.isNaN(first.bound));
  assert.equal(last.count, eigenvalues(matrix, n).filter((value) => value > shift).length);
  assert.ok(last.bound < 1e-8, `${last.bound}`);
});

Deno.test("blocked_factors: what is not finite, or far out of proportion, proves nothing and spoils no other", async () => {
  const n = 35, good = indefinite(n, 1);
  const spoilt = [NaN, Infinity].map((bad) => good.map((x, e) => e === 34 * n + 2 ? bad : x));
  // Growth of 2⁶⁰ in one step.
  const small = new Float64Array(n * n).map((_, e) => e % (n + 1) === 0 ? 1 : 0);
  small[0] = 2 ** -58;
  small[n] = small[1] = 1;
  const matrices = [good, ...spoilt, small, good];
  const proofs = await prove(matrices, matrices.map((_, matrix) => ({ matrix, shift: 2 ** -70 })));
  assert.deepEqual(proofs.map(({ bound }) => Number.isFinite(bound)), [true, false, false, false, true]);
  assert.deepEqual(proofs[0], proofs[4]);
});

Deno.test("blocked_factors: no dispatch is longer than others of the library, and 3 for a column of blocks do", async () => {
  const n = 700, lanes = mostFactors(gpu, n);
  assert.ok(lanes >= 6);
  using factors = new BlockedFactors(gpu, n, [packMatrix(squareMatrix(new Float64Array(n * n)))], lanes);
  for (const count of [1, lanes]) {
    const shifts = new Array<ShiftedMatrix>(count).fill({ matrix: 0, shift: 0.5, isReversed: false });
    const columns = await factors.bind(form, shifts);
    assert.equal(columns.length, rowsOfBlocks(n));
    const operations = columns.flat().map((dispatch: Dispatch) => dispatch.operations);
    // Whole blocks make pieces.
    assert.ok(Math.max(...operations) <= 1.25 * mostOperations(gpu), `${Math.max(...operations)}`);
    // Of n³ / 6 terms, and what blocks on the diagonal compute twice.
    const all = operations.reduce((sum, each) => sum + each, 0);
    assert.ok(all > 64 * count * n ** 3 / 6 && all < 1.3 * 64 * count * n ** 3 / 6, `${all}`);
    if (count === 1) assert.ok(columns.flat().length <= 3 * rowsOfBlocks(n));
  }
  // What the largest order takes at a time.
  assert.ok(mostFactors(gpu, 4096) >= 1);
});
