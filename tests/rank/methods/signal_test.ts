import { assert } from "../../deps.ts";
import { eigh } from "../../../src/linalg/eigen/eigh.ts";
import { eigvalsh } from "../../../src/linalg/eigen/eigvalsh.ts";
import { gramMatrices } from "../../../src/linalg/gram/gram_matrices.ts";
import { sampleGramMatrices } from "../../../src/linalg/gram/sample_gram_matrices.ts";
import { lstsq } from "../../../src/linalg/svd/lstsq.ts";
import { svd } from "../../../src/linalg/svd/svd.ts";
import { svdvals } from "../../../src/linalg/svd/svdvals.ts";
import { featureRanks } from "../../../src/rank/methods/feature_ranks.ts";
import { countRanks } from "../../../src/rank/methods/counting.ts";
import { rankMethodNames } from "../../../src/rank/methods/rank_methods.ts";
import { principalAngles } from "../../../src/rank/ranks/principal_angles.ts";
import { weightRanks } from "../../../src/rank/ranks/weight_ranks.ts";
import { normals } from "../../reference/random.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

const features = { rows: 90, columns: 40, data: normals(3600, 1) };
const other = { ...features, data: normals(3600, 2) };
const square = {
  rows: 40,
  columns: 40,
  data: new Float32Array(1600).map((_, i) => i % 41 === 0 ? i + 1 : 0),
};
const epsilons = [1e-2, 1e-6];

/** Every function that works for long, with a signal. */
const actions: Readonly<Record<string, (signal: AbortSignal) => Promise<unknown>>> = {
  "eigh": (signal) => eigh(gpu, [square], { signal }),
  "eigvalsh": (signal) => eigvalsh(gpu, [square], { signal }),
  "gramMatrices": (signal) => gramMatrices(gpu, [features], { signal }),
  "sampleGramMatrices": (signal) => sampleGramMatrices(gpu, [features], { signal }),
  "lstsq": (signal) => lstsq(gpu, [{ a: features, b: other }], { signal }),
  "svd": (signal) => svd(gpu, [features], { signal }),
  "svd, double": (signal) => svd(gpu, [features], { precision: "double", signal }),
  "svdvals": (signal) => svdvals(gpu, [features], { signal }),
  "countRanks": (signal) => countRanks(gpu, [square.data], [epsilons], { signal }),
  "principalAngles": (signal) => principalAngles(gpu, features, other, { signal }),
  "weightRanks": (signal) => weightRanks(gpu, [features], { signal }),
  ...Object.fromEntries(rankMethodNames.map((rankMethod) => [
    `featureRanks, ${rankMethod}`,
    (signal: AbortSignal) => featureRanks(gpu, features, { epsilons, rankMethod, signal }),
  ])),
};

for (const [name, action] of Object.entries(actions)) {
  Deno.test(`signal: ${name} rejects with its reason, and is none the worse for one that stays quiet`, async () => {
    const reason = new Error("enough");
    await assert.rejects(action(AbortSignal.abort(reason)), reason);
    await action(new AbortController().signal);
  });
}

Deno.test("signal: long work stops on its way, and the same work then gives the same bits", async () => {
  const large = { rows: 300, columns: 160, data: normals(48_000, 3) };
  const options = { epsilons, rankMethod: "gram-jacobi", precision: "double" } as const;
  const expected = await featureRanks(gpu, large, options);
  const controller = new AbortController(), reason = new Error("enough");
  setTimeout(() => controller.abort(reason), 1);
  await assert.rejects(featureRanks(gpu, large, { ...options, signal: controller.signal }), reason);
  assert.deepEqual(await featureRanks(gpu, large, options), expected);
});
