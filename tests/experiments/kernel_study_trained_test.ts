/**
 * Features of networks in training as families of the kernel study.
 *
 * @module
 */
import { familyGroups, trainedSteps } from "../../src/experiments/kernel_study/families/mod.ts";
import { kernelStudy } from "../../src/experiments/kernel_study/mod.ts";
import type { KernelStudySummary } from "../../src/experiments/kernel_study/report.ts";
import { trainNetworks } from "../../src/experiments/kernel_study/trained.ts";
import { loadTask } from "../../src/tasks/registry.ts";
import { Training } from "../../src/train/training.ts";
import { assert } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { assertSoundSvg } from "../support/sound.ts";
import { study } from "./study.ts";

const gpu = await openGpu();

Deno.test("trainNetworks: both layers at each step are those of a network trained that far", async () => {
  const width = 7, rows = 5, columns = 3, seed = 6;
  const networks = await trainNetworks(gpu, width, 2, seed, [0, 4, 9]);
  for (const steps of [0, 4, 9]) {
    using training = await Training.create(gpu, {
      task: await loadTask("cosines"),
      hidden: [width, width],
      activation: "tanh",
      optimizer: { name: "adam", learningRate: 5e-3 },
      probeEvery: 9,
      replicas: 2,
      steps,
      seed,
    });
    await training.finish();
    const all = await training.network.readAllParameters();
    for (const [index, layers] of [...all, all[0]].entries()) {
      for (let k = 0; k < rows; k++) {
        const x = -1 + 2 * k / (rows - 1);
        const first = Array.from({ length: width }, (_, j) => {
          return Math.tanh(x * layers[0].weights[j] + layers[0].biases[j]);
        });
        for (let j = 0; j < columns; j++) {
          const sum = first.reduce((sum, h, i) => sum + h * layers[1].weights[i * width + j], 0);
          const wanted = [first[j], Math.tanh(sum + layers[1].biases[j])];
          for (const layer of [1, 2] as const) {
            const found = networks.features({ step: steps, layer }, index, rows, columns);
            assert.equal(found.length, rows * columns);
            const off = Math.abs(found[k * columns + j] - wanted[layer - 1]);
            assert(off < 1e-14, `step ${steps}, layer ${layer}: off by ${off}`);
          }
        }
      }
    }
  }
});

Deno.test("kernel-study --families training: in the tables and the figures like any other family", async () => {
  const names = Object.keys(familyGroups.training);
  assert.deepEqual(trainedSteps(["hilbert", ...names]), [0, 30, 300, 1000]);
  assert.deepEqual([trainedSteps(["trained"]), trainedSteps(["kahan"])], [[300], []]);
  const { rows: [result], figures, record } = await study(gpu, kernelStudy, {
    families: "training",
    methods: "naive,gram-jacobi:single",
    orders: [9],
    batches: [],
    growthOrders: [],
    growthSamples: [],
    seed: 2,
  });
  const { counts, sweeps, eigenvalues } = result;
  for (const rows of [counts, sweeps, eigenvalues]) {
    assert.deepEqual([...new Set(rows.map(({ family }) => family))], names);
  }
  const { brokenPromises, certainButWrong } = record.summary as KernelStudySummary;
  assert.deepEqual([brokenPromises, certainButWrong], [0, 0]);
  // Training lifts eigenvalues of the second layer.
  const rank = (step: number) =>
    counts.find(({ family, share, method }) =>
      family === `training-${step}-2` && share === 1e-5 && method === "naive"
    )!.truthLow;
  assert(rank(1000) > rank(0), `${rank(1000)}, ${rank(0)}`);
  assertSoundSvg(figures["counts.svg"], "Who counts right: errors of the ε-rank");
  for (const figure of ["counts.svg", "convergence.svg"]) {
    for (const text of ["step 0, layer 1", "step 1,000, layer 2"]) {
      assert(figures[figure].includes(text), figure);
    }
  }
});
