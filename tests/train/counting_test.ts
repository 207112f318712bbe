import { staircaseData } from "../../src/plot/staircase/figure_data.ts";
import { summarize } from "../../src/train/summary.ts";
import type { TrainingOptions } from "../../src/train/options.ts";
import { Training } from "../../src/train/training.ts";
import { staircaseFigure } from "../../src/plot/staircase/staircase.ts";
import { assert } from "../deps.ts";
import { poisson } from "../support/equations.ts";
import { replicaOf, smallTask, train, trainSpectra } from "../support/tasks.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

const classes = smallTask({
  loss: "softmax-cross-entropy",
  inputs: 2,
  outputs: 2,
  count: 40,
  target: (x, j) => +(j === +(x[0] > x[1])),
  heldOut: true,
});

/**
 * Full and mini-batches, fused and layered, with and without held-out samples, of weights that
 * differ.
 */
const ways: readonly TrainingOptions[] = [
  { task: smallTask({ count: 60 }), hidden: [20, 13], epsilons: [1e-2, 1e-4, 1e-6] },
  { task: smallTask({ count: 251 }), hidden: [37], batch: 32, activation: "relu" },
  { task: classes, hidden: [8, 5, 6], batch: 16 },
  { task: classes, hidden: [132] },
  { task: smallTask({ count: 60 }), hidden: [9, 9, 9], skip: true },
  { task: smallTask({ count: 60 }), hidden: [9, 9, 9], skip: "adaptive" },
  { task: smallTask({ count: 60 }), hidden: [9, 9, 9], skip: "gated" },
  { task: poisson(), hidden: [8, 6] },
  {
    task: {
      ...smallTask(),
      train: { ...smallTask().train, weights: Float32Array.from({ length: 24 }, (_, k) => (k % 5) / 48) },
    },
  },
];

Deno.test("counting probes: ranks, loss and accuracy are those of probes that solve spectra", async () => {
  let certain = 0, all = 0;
  for (const way of ways) {
    const options = { ...way, steps: 30, probeEvery: 3, replicas: 3, seed: 2 };
    const solved = await trainSpectra(gpu, options);
    const counted = await train(gpu, { ...options, spectraEvery: 4, precision: "single" });
    assert.equal(counted.probes.length, solved.probes.length);
    counted.losses.forEach((losses, r) => assert.deepEqual(losses, solved.losses[r]));
    counted.probes.forEach((probe, i) => {
      const { step, replica, loss, accuracy, floors, layers } = solved.probes[i];
      const isSolved = step % 12 === 0 || step === 30;
      assert.deepEqual([probe.step, probe.replica, probe.accuracy], [step, replica, accuracy]);
      assert(Math.abs(probe.loss - loss) <= 1e-6 * loss, `${probe.loss} is not ${loss}`);
      assert.equal(probe.kind, isSolved ? "spectrum" : "count");
      if (probe.kind === "spectrum") assert.equal(probe.floors === null, floors === null);
      else assert(!("floors" in probe));
      probe.layers.forEach(({ layer, ranks, precision, ...found }, l) => {
        assert.equal(layer, layers[l].layer);
        assert.equal(found.kind, probe.kind);
        if (found.kind === "spectrum") {
          assert.equal(found.eigenvalues.length, layers[l].eigenvalues.length);
          assert.equal(found.bounds.length, found.eigenvalues.length);
        } else assert(!("eigenvalues" in found) && !("bounds" in found));
        assert(isSolved || precision === "double");
        ranks.forEach(({ epsilon, rank, low, high }, e) => {
          const truth = layers[l].ranks[e];
          assert.equal(epsilon, truth.epsilon);
          assert(low <= rank && rank <= high && low <= truth.high && high >= truth.low);
          certain += +(low === high);
          all++;
        });
      });
    });
  }
  assert(certain / all > 0.99, `${certain} of ${all}`);
});

Deno.test("counting probes: what stays open is solved", async () => {
  // Far below what fixed point tells apart.
  const options: TrainingOptions = {
    task: smallTask({ count: 16 }),
    hidden: [12],
    epsilons: [1e-18],
    steps: 9,
    probeEvery: 1,
    spectraEvery: 100,
  };
  const between = async (precision: "single" | "auto") =>
    (await train(gpu, { ...options, precision })).probes.slice(1, -1).map(({ layers: [layer] }) => layer);
  for (const { kind, ranks: [{ rank, low, high }] } of await between("single")) {
    assert.deepEqual([rank, low, high, kind], [low, low, 12, "count"]);
    assert(low < high);
  }
  for (const layer of await between("auto")) {
    assert(layer.kind === "spectrum");
    assert.deepEqual([layer.eigenvalues.length, layer.precision], [12, "double"]);
  }
});

Deno.test("counting probes: to the bit the same beside other replicas and in other submissions", async () => {
  for (const way of ways.slice(0, 3)) {
    const options = { ...way, steps: 24, probeEvery: 2, spectraEvery: 5, seed: 9 };
    const five = await train(gpu, { ...options, replicas: 5 });
    const one = await train(gpu, options);
    assert.deepEqual(replicaOf(five, 0), one);
    assert.deepEqual(await train(gpu, options), one);
  }
});

Deno.test("counting probes: the summary and the figure take spectra and floors where they are", async () => {
  const options = { ...ways[0], steps: 40, probeEvery: 2, spectraEvery: 7 };
  const trace = await train(gpu, options);
  const { replicas: [{ layers, floorHolds }] } = summarize(trace);
  assert.equal(floorHolds, true);
  assert(layers.every(({ effectiveRank }) => effectiveRank >= 1));
  // Probes 0, 7 and 14 of 21, and the last. Each of the others counted, and left nothing in doubt.
  assert.deepEqual(layers.map(({ spectra, doubleShare }) => [spectra, doubleShare]), [[4, 0], [4, 0]]);
  // Stopped between spectra.
  const short = { ...trace, probes: trace.probes.slice(0, 4) };
  assert(summarize(short).replicas[0].layers.every(({ stableRank }) => stableRank >= 1));
  const labels = {
    title: "t",
    subtitle: "s",
    lossName: "loss",
    threshold: "absolute",
  } as const;
  const data = staircaseData(trace, labels);
  assert.equal(data.floor!.values[0].filter((value) => !Number.isNaN(value)).length, 4);
  const path = /class="floor"[^>]*>|<path[^>]*class="floor"[^>]*/.exec(staircaseFigure(data))?.[0] ?? "";
  assert(path !== "", "a floor is drawn");
});

Deno.test("counting probes: where ranks can not be counted all probes solve", async () => {
  const task = smallTask();
  const options = { task, steps: 4, probeEvery: 1, spectraEvery: 4 };
  for (const way of [{ threshold: "relative" as const }, { hidden: [260] }]) {
    using training = await Training.create(gpu, { ...options, ...way });
    assert.equal(training.dispatchesPerCount, null);
    const trace = await training.finish();
    assert(trace.probes.every(({ layers }) => layers.every(({ kind }) => kind === "spectrum")));
  }
  // The largest feature is looked for where there is no bound on them.
  for (const [activation, dispatches] of [["tanh", 2], ["relu", 3]] as const) {
    using training = await Training.create(gpu, { ...options, activation });
    assert.equal(training.dispatchesPerCount, dispatches);
  }
});

Deno.test("counting probes: a replica that diverges leaves the others alone", async () => {
  const options = { task: smallTask(), steps: 30, probeEvery: 1, spectraEvery: 50, activation: "relu" };
  const rates = (last: number) => ({ name: "sgd", learningRate: [0.01, last] }) as const;
  const quiet = await train(gpu, { ...options, replicas: 2, optimizer: rates(0.01) });
  const loud = await train(gpu, { ...options, replicas: 2, optimizer: rates(1e30) });
  assert.deepEqual(replicaOf(loud, 0), replicaOf(quiet, 0));
  assert(loud.probes.filter(({ replica }) => replica === 1).length < 10);
});
