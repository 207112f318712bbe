import { InputError, ShapeError } from "../../../src/errors.ts";
import { gramMatrices } from "../../../src/linalg/gram/gram_matrices.ts";
import { targetMoments } from "../../../src/rank/certificates/target_moments.ts";
import { prepareFeatures } from "../../../src/rank/features/prepare_features.ts";
import { findStairs } from "../../../src/rank/stairs/find_stairs.ts";
import { featureSpectra } from "../../../src/rank/spectra/feature_spectrum.ts";
import { oneSidedSpectra } from "../../../src/rank/spectra/one_sided_spectra.ts";
import { assert } from "../../deps.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

const features = { rows: 4, columns: 2, data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 9) };

for (
  const [name, call] of [
    ["featureSpectra", featureSpectra],
    ["oneSidedSpectra", oneSidedSpectra],
    ["gramMatrices", gramMatrices],
  ] as const
) {
  Deno.test(`${name}: options and features that it does not take`, async () => {
    const keys = new RegExp(`^options of ${name} have no "weight"; did you mean "weights"\\?`);
    const refused: [options: object, message: RegExp][] = [
      [{ weight: [1, 1, 1, 1] }, keys],
      [{ precision: "float64" }, /^no precision "float64"; give one of /],
      [{ center: 1 }, /^center is 1: give true or false$/],
      [{ weights: "none" }, /^weights are none: give a list/],
      ...[NaN, Infinity, -Infinity, -1, 0].map((weight): [object, RegExp] => [
        { weights: [1, 1, weight, 1] },
        new RegExp(`^weight 2 \\(from 0\\) is ${weight}: give finite numbers above 0$`),
      ]),
    ];
    for (const [options, message] of refused) {
      await assert.rejects(call(gpu, [features], options), { name: InputError.name, message });
    }
    for (
      const shape of [{ rows: 2.5 }, { rows: 0, data: new Float32Array() }, { columns: 3 }, { columns: -2 }]
    ) {
      await assert.rejects(call(gpu, [{ ...features, ...shape }]), { name: ShapeError.name });
    }
    const data = [1, 2, 3, 4, 5, 6, 7, 9] as unknown as Float32Array;
    await assert.rejects(call(gpu, [{ ...features, data }]), {
      name: InputError.name,
      message: /Float32Array/,
    });
    const { rows, columns } = features;
    await assert.rejects(call(gpu, [{ rows, columns } as typeof features]), InputError);
    for (const wrong of [features, null, [null], [1], ["features"]]) {
      const given = wrong as unknown as [typeof features];
      await assert.rejects(call(gpu, given), { name: InputError.name, message: /^features (must be|are) / });
    }
    await assert.rejects(call(gpu, [features, { ...features, rows: 2, columns: 4 }]), ShapeError);
    assert.deepEqual(await call(gpu, []), []);
  });
}

Deno.test("prepareFeatures, findStairs, targetMoments: misspelt keys, weights that are none", () => {
  assert.throws(() => prepareFeatures(features, { centre: true } as object), {
    name: InputError.name,
    message: /^options of prepareFeatures have no "centre"; did you mean "center"\?/,
  });
  assert.throws(() => findStairs([1], [1], { hysterisis: 2 } as object), {
    name: InputError.name,
    message: /^options of findStairs have no "hysterisis"; did you mean "hysteresis"\?/,
  });
  for (const weight of [NaN, Infinity, -1]) {
    assert.throws(() => targetMoments([1, 2], [0.5, weight]), InputError);
  }
  assert.throws(() => targetMoments([1, 2, 3], [0.5, 0.5]), ShapeError);
});
