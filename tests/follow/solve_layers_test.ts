import { solveLayers, type SolveOptions } from "../../src/follow/solve_layers.ts";
import { featureRanks } from "../../src/rank/methods/feature_ranks.ts";
import { assert } from "../deps.ts";
import { randomFloats } from "../support/arrays.ts";
import { openGpu } from "../support/gpu.ts";
import { singularValues } from "../reference/singular_values.ts";

const gpu = await openGpu();
const random = randomFloats(3);
const matrix = (rows: number, columns: number) => ({ rows, columns, data: random(rows * columns) });
const options: SolveOptions = {
  epsilons: [1e-3],
  threshold: "absolute",
  normalization: { kind: "mean" },
  center: false,
  precision: "auto",
};

Deno.test("solveLayers: matrices of any shapes come back in their order, with the eigenvalues of float64", async () => {
  const features = [matrix(9, 4), matrix(1, 3), matrix(9, 4), matrix(5, 11), matrix(6, 1), matrix(9, 4)];
  for (const kind of ["mean", "sum"] as const) {
    const found = await solveLayers(gpu, features, { ...options, normalization: { kind } });
    for (const [i, spectrum] of found.entries()) {
      assert(typeof spectrum === "object");
      const { rows, columns, data } = features[i], scale = kind === "mean" ? rows : 1;
      const exact = singularValues(data, rows, columns).map((sigma) => sigma ** 2 / scale);
      assert.equal(spectrum.eigenvalues.length, exact.length);
      exact.forEach((value, k) =>
        assert(Math.abs(spectrum.eigenvalues[k] - value) <= spectrum.bounds[k] + 1e-13 * exact[0])
      );
    }
  }
});

Deno.test("solveLayers: together they have the bits that `rank` gives each alone", async () => {
  const features = [matrix(20, 6), matrix(20, 6), matrix(90, 70), matrix(70, 91), matrix(20, 6)];
  for (const precision of ["auto", "single", "double"] as const) {
    const found = await solveLayers(gpu, features, { ...options, precision });
    for (const [i, each] of features.entries()) {
      const alone = await featureRanks(gpu, each, { epsilons: [1e-3], precision });
      assert(alone.kind === "spectrum" && typeof found[i] === "object");
      assert.deepEqual([found[i].eigenvalues, found[i].bounds], [alone.eigenvalues, alone.bounds]);
    }
  }
});

Deno.test("solveLayers: what can not be solved says why, and the others of its shape are solved", async () => {
  const huge = { rows: 3, columns: 2, data: new Float64Array(6).fill(1e200) };
  const [before, wrong, behind] = await solveLayers(gpu, [matrix(3, 2), huge, matrix(3, 2)], options);
  assert(typeof before === "object" && typeof behind === "object");
  assert(typeof wrong === "string" && wrong.length > 10, String(wrong));
  const hole = matrix(80, 70), whole = matrix(80, 70);
  hole.data[17] = NaN;
  const wide = await solveLayers(gpu, [hole, whole], options);
  assert.deepEqual(wide.map((each) => typeof each), ["string", "object"]);
});
