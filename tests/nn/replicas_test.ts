import { stepPaths } from "../../src/nn/optim/step_path.ts";
import { assert } from "../deps.ts";
import { randomSamples } from "../support/arrays.ts";
import { assertSameBits } from "../support/compare.ts";
import { type GpuRun, trainOnGpu } from "./gpu_run.ts";
import { drawConditions } from "./jet_case.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

const rates = (replicas: number) => Array.from({ length: replicas }, (_, r) => 0.01 * (r + 1));

/**
 * A full-batch run of several slices and tiles, and a mini-batch one, of any number of replicas.
 */
const runs: Readonly<Record<string, (replicas: number) => GpuRun>> = {
  "full batch": (replicas) => ({
    widths: [2, 11, 9, 1],
    activations: ["tanh", "sine"],
    initializer: "pytorch",
    seed: 7,
    replicas,
    samples: randomSamples(1, 300, 2, 1),
    options: {
      loss: "mean-squared-error",
      optimizer: { name: "momentum", learningRate: rates(replicas), weightDecay: 1e-3 },
      schedule: { kind: "constant" },
      steps: 30,
      batch: null,
    },
  }),
  "mini-batch": (replicas) => ({
    widths: [3, 10, 4],
    activations: ["gelu"],
    initializer: "he-normal",
    seed: 8,
    replicas,
    samples: randomSamples(2, 50, 3, 4),
    options: {
      loss: "softmax-cross-entropy",
      optimizer: { name: "adam", learningRate: rates(replicas) },
      schedule: { kind: "cosine" },
      steps: 30,
      batch: 13,
    },
  }),
};

/** A differential equation, which is trained layer by layer. */
const equation = (replicas: number): GpuRun => {
  const run = runs["full batch"](replicas);
  return { ...run, options: { ...run.options, loss: drawConditions([250, 50], 2, 1) } };
};

const cases = [
  { name: "equation", what: equation },
  ...stepPaths.flatMap((path) =>
    Object.entries(runs).map(([name, what]) => ({
      name: `${name}, ${path}`,
      what: (replicas: number): GpuRun => {
        const run = what(replicas);
        return { ...run, options: { ...run.options, path } };
      },
    }))
  ),
];

for (const { name, what } of cases) {
  Deno.test(`replicas: those of a run of three have the bits of those of a run of eight, ${name}`, async () => {
    const three = await trainOnGpu(gpu, what(3)), eight = await trainOnGpu(gpu, what(8));
    three.forEach(({ start, losses, end }, r) => {
      assertSameBits(start, eight[r].start, `start of replica ${r}`);
      assertSameBits(losses, eight[r].losses, `losses of replica ${r}`);
      assertSameBits(end, eight[r].end, `end of replica ${r}`);
    });
    assert.equal(new Set(eight.map(({ end }) => end.join())).size, 8);
  });

  Deno.test(`replicas: the same seed gives the same bits again, another seed others, ${name}`, async () => {
    const run = what(2);
    const [first, again] = [await trainOnGpu(gpu, run), await trainOnGpu(gpu, run)];
    first.forEach(({ losses, end }, r) => {
      assertSameBits(losses, again[r].losses, `losses of replica ${r}`);
      assertSameBits(end, again[r].end, `end of replica ${r}`);
    });
    const [other] = await trainOnGpu(gpu, { ...run, seed: run.seed + 1 });
    assert.notDeepEqual(other.end, first[0].end);
  });
}
