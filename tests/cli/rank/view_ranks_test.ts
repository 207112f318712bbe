import { openArrays } from "../../../src/io/array_file.ts";
import { ArrayView } from "../../../src/io/array_view.ts";
import { featureRanks } from "../../../src/rank/methods/feature_ranks.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert } from "../../deps.ts";
import { npyFile } from "../../support/array_files.ts";
import { openGpu } from "../../support/gpu.ts";
import { temporaryFolder } from "../../support/program.ts";
import { tanhFeatures } from "../../support/solve.ts";

const gpu = await openGpu();

Deno.test("featureRanks: of a file in tiles, tall or wide, in either order, as of memory", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/features.npy`;
  const shape = [9, 40, 11], values = [...tanhFeatures(uniform(5), 9, 440)];
  for (const fortranOrder of [false, true]) {
    await Deno.writeFile(path, npyFile(shape, values, { fortranOrder }));
    // Wide: 9 samples. Tall: 360 samples, 99 samples.
    for (const axes of [[1, 2], [2], [1]]) {
      const [array] = await openArrays(path);
      using _array = array;
      const view = new ArrayView(array, axes), { data } = view.whole();
      const options = { epsilons: [1e-3, 1e-6], rankMethod: "gram-jacobi", threshold: "relative" } as const;
      const streamed = await featureRanks(gpu, view, options);
      const held = await featureRanks(
        gpu,
        { rows: view.rows, columns: view.columns, data: data.slice() },
        options,
      );
      assert.ok(streamed.kind === "spectrum" && held.kind === "spectrum");
      assert.equal(streamed.eigenvalues.length, Math.min(view.rows, view.columns));
      streamed.eigenvalues.forEach((value, i) =>
        assert.ok(Math.abs(value - held.eigenvalues[i]) <= streamed.bounds[i] + held.bounds[i])
      );
      assert.deepEqual(streamed.ranks, held.ranks);
    }
  }
});
