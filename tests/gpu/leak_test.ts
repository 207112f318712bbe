import { Gpu } from "../../src/gpu/device.ts";
import { selfTestDoubleSingle } from "../../src/linalg/double_single/double_single_self_test.ts";
import { eigh } from "../../src/linalg/eigen/eigh.ts";
import { eigvalsh } from "../../src/linalg/eigen/eigvalsh.ts";
import { gramMatrices } from "../../src/linalg/gram/gram_matrices.ts";
import { lstsq } from "../../src/linalg/svd/lstsq.ts";
import { svd } from "../../src/linalg/svd/svd.ts";
import { svdvals } from "../../src/linalg/svd/svdvals.ts";
import { squareMatrix } from "../../src/linalg/matrix.ts";
import { featureRanks } from "../../src/rank/methods/feature_ranks.ts";
import { rankMethodNames } from "../../src/rank/methods/rank_methods.ts";
import { principalAngles } from "../../src/rank/ranks/principal_angles.ts";
import { pretrainLayer } from "../../src/train/pretrain/pretrain_layer.ts";
import { Training } from "../../src/train/training.ts";
import { assert } from "../deps.ts";
import { normals } from "../reference/random.ts";
import { smallTask, train } from "../support/tasks.ts";
import { countBuffers } from "../support/buffers.ts";

const ROWS = 40, COLUMNS = 12;
const features = { rows: ROWS, columns: COLUMNS, data: normals(ROWS * COLUMNS, 1) };
const other = { ...features, data: normals(ROWS * COLUMNS, 2) };
const doubles = { ...features, data: Float64Array.from(features.data) };
const diagonal = new Float32Array(COLUMNS ** 2).map((_, i) => i % (COLUMNS + 1) === 0 ? i : 0);
const epsilons = [1e-2, 1e-6];
const layer = { weights: Float32Array.of(1, 2, 3, -1), biases: Float32Array.of(0.1, 0.2, -0.3, 0) };

/** Everything that allocates GPU memory on its way and leaves none behind. */
const actions: Readonly<Record<string, (gpu: Gpu) => Promise<unknown>>> = {
  "Training": (gpu) => train(gpu, { task: smallTask(), steps: 20, probeEvery: 5, replicas: 2 }),
  "Training, minibatches": (gpu) => train(gpu, { task: smallTask(), steps: 20, batch: 8, probeEvery: 10 }),
  "Training, not started": async (gpu) => {
    using _ = await Training.create(gpu, { task: smallTask(), replicas: 3, batch: 8 });
  },
  "Training, refused": (gpu) =>
    assert.rejects(Training.create(gpu, { task: smallTask(), hidden: [200_000, 200_000] })),
  "pretrainLayer": (gpu) => {
    const { train: samples } = smallTask();
    const options = { samples, activation: "tanh", epsilon: 1e-6, learningRate: 1e-2, weightDecay: 0 };
    return pretrainLayer(gpu, { ...options, layers: [layer], steps: 5 });
  },
  "eigh": (gpu) => eigh(gpu, [squareMatrix(diagonal)]),
  "eigvalsh": (gpu) => eigvalsh(gpu, [squareMatrix(diagonal)]),
  "svd": (gpu) => svd(gpu, [features, other]),
  "svd, double": (gpu) => svd(gpu, [doubles], { precision: "double" }),
  "svdvals": (gpu) => svdvals(gpu, [features]),
  "lstsq": (gpu) => lstsq(gpu, [{ a: features, b: other }]),
  "gramMatrices": (gpu) => gramMatrices(gpu, [features], { center: true }),
  "gramMatrices, double": (gpu) => gramMatrices(gpu, [doubles], { precision: "double" }),
  "principalAngles": (gpu) => principalAngles(gpu, features, other),
  "selfTestDoubleSingle": (gpu) => selfTestDoubleSingle(gpu),
  ...Object.fromEntries(rankMethodNames.map((rankMethod) => [
    `featureRanks, ${rankMethod}`,
    (gpu: Gpu) => featureRanks(gpu, features, { epsilons, rankMethod }),
  ])),
};

for (const [name, action] of Object.entries(actions)) {
  Deno.test(`leaks: ${name} frees what it allocates, and a second run needs no new structs`, async () => {
    using gpu = await Gpu.open();
    using buffers = countBuffers(gpu);
    await action(gpu);
    const { structs } = buffers;
    assert.deepEqual(buffers.alive, []);
    for (let run = 0; run < 2; run++) {
      await action(gpu);
      assert.deepEqual(buffers.alive, []);
      assert.deepEqual(buffers.structs, structs);
    }
    gpu[Symbol.dispose]();
    assert.deepEqual(buffers.structs, []);
  });
}
