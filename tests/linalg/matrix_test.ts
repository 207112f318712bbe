import { assert } from "../deps.ts";
import { InputError, ShapeError } from "../../src/errors.ts";
import { boundByCholesky } from "../../src/linalg/count/cholesky.ts";
import { countByInertia } from "../../src/linalg/count/inertia.ts";
import { countBySturm } from "../../src/linalg/count/sturm.ts";
import { eigh } from "../../src/linalg/eigen/eigh.ts";
import { eigvalsh } from "../../src/linalg/eigen/eigvalsh.ts";
import { type Matrix, squareMatrix } from "../../src/linalg/matrix.ts";
import { lstsq } from "../../src/linalg/svd/lstsq.ts";
import { svd } from "../../src/linalg/svd/svd.ts";
import { svdvals } from "../../src/linalg/svd/svdvals.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

// Requests that only unchecked JavaScript can make.
// deno-lint-ignore no-explicit-any
type Unchecked = any;

/** Public functions, each called with a list of matrices. */
const functions: Record<string, (matrices: Unchecked, options?: Unchecked) => Promise<unknown>> = {
  eigh: (matrices) => eigh(gpu, matrices),
  eigvalsh: (matrices) => eigvalsh(gpu, matrices),
  svd: (matrices, options) => svd(gpu, matrices, options),
  svdvals: (matrices) => svdvals(gpu, matrices),
  lstsq: (matrices, options) => lstsq(gpu, matrices.map?.((a: Matrix) => ({ a, b: a })) ?? matrices, options),
  countByInertia: (matrices) => countByInertia(gpu, matrices, [[1]]),
  countBySturm: (matrices, options) => countBySturm(gpu, matrices, [[1]], options),
  boundByCholesky: (matrices) => boundByCholesky(gpu, matrices),
};
/** Those that take options. */
const WITH_OPTIONS = ["svd", "lstsq", "countBySturm"];
/** Those that give bounds of a matrix that is not finite, instead of refusing it. */
const OF_ANY_NUMBERS = ["countByInertia", "countBySturm", "boundByCholesky"];

const good = squareMatrix(Float32Array.of(2, 1, 1, 2));
const notMatrices: [given: unknown, error: typeof InputError, message: RegExp][] = [
  [{ ...good, rows: 2.5 }, ShapeError, /^matrix 0 is 2.5 × 2: give a whole number of rows and columns/],
  [{ ...good, columns: 0 }, ShapeError, /^matrix 0 is 2 × 0: give a whole number of rows and columns/],
  [{ ...good, columns: "2" }, ShapeError, /^matrix 0 is 2 × 2: give a whole number of rows and columns/],
  [{ ...good, data: new Float32Array(3) }, ShapeError, /^matrix 0 has 3 entries, not 2 × 2: give rows/],
  [
    { rows: 2, columns: 2, entries: good.data },
    InputError,
    /^the data of matrix 0 must be .* not undefined$/,
  ],
  [{ ...good, data: [2, 1, 1, 2] }, InputError, /^the data of matrix 0 must be a Float32Array .* not Array$/],
  [Float32Array.of(2, 1, 1, 2), InputError, /^the data of matrix 0 must be a Float32Array/],
  [null, InputError, /^matrix 0 must be an object \{ rows, columns, data \}, not null$/],
];

for (const [name, call] of Object.entries(functions)) {
  Deno.test(`${name}: refuses what is no matrix, and says what to give`, async () => {
    for (const [given, error, message] of notMatrices) {
      await assert.rejects(call([given]), { name: error.name, message });
    }
    const list = name === "lstsq"
      ? /^problems must be a list/
      : /^matrices must be a list, not Object: give \[/;
    await assert.rejects(call(good), { name: InputError.name, message: list });
  });

  Deno.test(`${name}: entries that are NaN or infinite`, async () => {
    for (const bad of [NaN, Infinity]) {
      const request = call([squareMatrix(Float64Array.of(1, bad, bad, 1))]);
      if (OF_ANY_NUMBERS.includes(name)) assert.equal(((await request) as unknown[]).length, 1);
      else {
        const message = "matrix 0 has an entry that is NaN or infinite: give finite numbers";
        await assert.rejects(request, { name: InputError.name, message });
      }
    }
  });

  if (!WITH_OPTIONS.includes(name)) continue;
  Deno.test(`${name}: a misspelt option, and a precision that does not exist`, async () => {
    await assert.rejects(call([good], { precison: "double" }), {
      name: InputError.name,
      message: /^options of \w+ have no "precison"; did you mean "precision"\?/,
    });
    await assert.rejects(call([good], { precision: "float64" }), {
      name: InputError.name,
      message: 'no precision "float64"; give one of single, double',
    });
  });
}

Deno.test("eigh, eigvalsh: square matrices alone; entries of float64 are rounded", async () => {
  for (const solve of [eigh, eigvalsh]) {
    await assert.rejects(solve(gpu, [{ rows: 1, columns: 2, data: new Float32Array(2) }]), {
      name: ShapeError.name,
      message: "matrix 0 is 1 × 2: give a square one, n × n",
    });
    const wide = squareMatrix(Float64Array.of(2, 0.1, 0.1, 1));
    const narrow = squareMatrix(Float32Array.from(wide.data));
    assert.deepEqual(await solve(gpu, [wide]), await solve(gpu, [narrow]));
  }
});

Deno.test("countByInertia, countBySturm: thresholds that are no list for each matrix", async () => {
  for (const count of [countByInertia, countBySturm]) {
    for (const epsilons of [undefined, 0.1, [0.1]] as Unchecked[]) {
      await assert.rejects(count(gpu, [good], epsilons), {
        name: InputError.name,
        message: /^thresholds must be a list of numbers for each matrix: give \[\[0\.1\]\]/,
      });
    }
  }
});

Deno.test("squareMatrix: as many rows as columns, or an error", () => {
  const data = new Float64Array(9);
  assert.deepEqual(squareMatrix(data), { rows: 3, columns: 3, data });
  for (const length of [0, 2, 8]) {
    assert.throws(() => squareMatrix(new Float32Array(length)), {
      name: ShapeError.name,
      message: `${length} entries make no square matrix: give n × n of them, n ≥ 1`,
    });
  }
});
