import { assert } from "../deps.ts";
import { findMatrices } from "../../src/weights/find_matrices.ts";
import { measureMatrix } from "../../src/weights/measure.ts";
import { measureOnGpu, spectrumMethodNames } from "../../src/weights/measure_on_gpu.ts";
import { normals } from "../reference/random.ts";
import { openGpu } from "../support/gpu.ts";
import { floats, modelFile } from "../support/model_files.ts";
import { temporaryFolder } from "../support/program.ts";

const gpu = await openGpu();
const options = { epsilons: [0.1, 0.01], draws: 0, seed: 1 };

Deno.test("methods of the GPU give what the host gives, within both bounds; NaN is told", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/m.safetensors`, wrong = normals(12, 1);
  wrong[5] = NaN;
  await Deno.writeFile(
    path,
    modelFile({
      tall: floats([37, 12], normals(37 * 12, 2)),
      wide: floats([9, 41], normals(9 * 41, 3)),
      deficient: floats([16, 16], normals(256, 4).map((x, e) => e % 16 < 11 ? x : 0)),
      wrong: floats([4, 3], wrong),
      "q.lora_A.weight": floats([2, 6], normals(12, 5)),
      "q.lora_B.weight": floats([5, 2], normals(10, 6)),
    }),
  );
  const { matrices } = await findMatrices({ path, files: [path] }, { splits: [], channels: "first" });
  assert.deepEqual(spectrumMethodNames, ["gram-jacobi", "one-sided-jacobi"]);
  for (const rankMethod of spectrumMethodNames) {
    const found = await Array.fromAsync(measureOnGpu(gpu, matrices, { ...options, rankMethod }));
    assert.deepEqual(found.map(({ index }) => index), [0, 1, 2, 3, 4]);
    for (const { index, measures, reason } of found) {
      if (matrices[index].name === "wrong") {
        assert.match(reason, /NaN in row 1, column 2/);
        continue;
      }
      const host = await measureMatrix(matrices[index], options);
      assert.equal(measures!.values.length, host.values.length);
      host.values.forEach((value, i) => {
        const error = Math.abs(measures!.values[i] - value);
        assert.ok(error <= measures!.bounds[i] + host.bounds[i], `${rankMethod}, ${matrices[index].name}`);
        assert.ok(measures!.bounds[i] < 1e-3 * host.values[0]);
      });
      assert.ok(Math.abs(measures!.norm / host.norm - 1) < 1e-6);
      assert.deepEqual(
        measures!.ranks.map(({ low, high }) => [low, high]),
        host.ranks.map(({ low, high }) => [low, high]),
      );
    }
  }
});

Deno.test("measures on the GPU stop when a signal says so", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  const plans = [{}] as unknown as Parameters<typeof measureOnGpu>[1];
  const all = measureOnGpu(gpu, plans, { ...options, rankMethod: "gram-jacobi", signal });
  await assert.rejects(Array.fromAsync(all), /enough/);
});
