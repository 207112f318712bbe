import { Commands } from "../../src/gpu/commands.ts";
import { Network } from "../../src/nn/network.ts";
import { optimizerNames, optimizers } from "../../src/nn/optim/optimizer.ts";
import { type StepPath, stepPaths } from "../../src/nn/optim/step_path.ts";
import { bindTrainingStep } from "../../src/nn/optim/training_step.ts";
import { uploadSamples } from "../../src/nn/samples.ts";
import { uniform } from "../../src/stats/random.ts";
import { locateDivergence } from "../../src/train/divergence.ts";
import type { DivergedReplica } from "../../src/train/state.ts";
import { assert } from "../deps.ts";
import { divergenceOf } from "../reference/divergence.ts";
import { layersOf } from "../reference/network.ts";
import type { ReferenceRun } from "../reference/training.ts";
import { randomSamples } from "../support/arrays.ts";
import { openGpu } from "../support/gpu.ts";
import { packParameters, unpackParameters } from "../support/parameters.ts";
import { type GpuRun, referenceRun } from "../nn/gpu_run.ts";

const gpu = await openGpu();

const STEPS = 30;

/**
 * The largest number of single precision, and factors within which it is left open what overflows:
 * sums in another order, and products that are added without being rounded.
 */
const LARGEST = 3.4028235e38, SLACK = 64;

/** Where a run diverges; `undefined` if that hangs on sums being formed in this order or that. */
function expectedOf(run: ReferenceRun, start: ArrayLike<number>) {
  const [early, late] = [LARGEST / SLACK, LARGEST * SLACK].map((limit) => divergenceOf(run, start, limit));
  return early?.step === late?.step && early?.layer === late?.layer ? early : undefined;
}

/** Trains on the GPU, and finds where each replica diverges. */
async function divergences(what: GpuRun, path: StepPath, broken: (number | null)[]) {
  using stack = new DisposableStack();
  const { widths, activations, initializer, seed, replicas, samples, options } = what;
  const network = stack.use(
    await Network.create(gpu, {
      inputs: widths[0],
      hidden: widths.slice(1, -1),
      outputs: widths.at(-1)!,
      activation: activations,
      initializer,
      seed,
      replicas,
    }),
  );
  const { layout, parameters } = network, words = await parameters.read();
  const starts = broken.map((layer, replica) => {
    const theta = unpackParameters(layout, words, replica);
    if (layer !== null) theta[layersOf(widths)[layer].weights] = 1e30;
    parameters.write(packParameters(layout, theta), 4 * replica * layout.size);
    return theta;
  });
  const logCapacity = options.steps;
  const uploaded = uploadSamples(gpu, samples, stack);
  const step = await bindTrainingStep(network, uploaded, { ...options, path, logCapacity }, stack);
  const commands = new Commands(gpu);
  for (let s = 0; s < options.steps; s++) commands.run(...step.draw, ...step.forward, ...step.update);
  commands.submit();
  const log = await step.losses.read();
  const diverged = starts.flatMap((_, replica): DivergedReplica[] => {
    const losses = Array.from({ length: options.steps }, (_, s) => log[s * replicas + replica]);
    const first = losses.findIndex((loss) => !Number.isFinite(loss));
    return first < 0 ? [] : [{ replica, step: first, layer: null }];
  });
  return { starts, found: await locateDivergence(network, step, diverged) };
}

for (const path of stepPaths) {
  Deno.test(`divergence, ${path}: step and layer are those of float64, whatever the shape and the optimiser`, async () => {
    const random = uniform(stepPaths.indexOf(path) + 1), below = (n: number) => Math.floor(random() * n);
    const layers = new Set<unknown>();
    let late = 0, judged = 0;
    for (const name of optimizerNames.filter((each) => !optimizers[each].searches)) {
      const depth = 2 + below(3), replicas = 4, count = 9 + below(30);
      const widths = [1 + below(3), ...Array.from({ length: depth }, () => 2 + below(9)), 1 + below(3)];
      const what: GpuRun = {
        widths,
        activations: Array.from({ length: depth }, () => ["identity", "relu"][below(2)]),
        initializer: "pytorch",
        seed: below(1000),
        replicas,
        samples: randomSamples(below(1000), count, widths[0], widths.at(-1)!),
        options: {
          loss: "mean-squared-error",
          optimizer: { name, learningRate: [1e-3, 10 ** below(9), 10 ** below(20), 1e-3] },
          schedule: { kind: "constant" },
          steps: STEPS,
          batch: random() < 0.4 ? 1 + below(count - 1) : null,
        },
      };
      // The last replica starts with too large a weight; the second and third learn too fast.
      const { starts, found } = await divergences(what, path, [null, null, null, below(depth + 1)]);
      for (const [replica, start] of starts.entries()) {
        const expected = expectedOf(referenceRun(what, replica), start);
        if (expected === undefined) continue;
        judged++;
        const where = found.find((each) => each.replica === replica) ?? null;
        const words = `replica ${replica}, ${name}, ${widths}, ${JSON.stringify(what.options)}`;
        assert.deepEqual(where && { step: where.step, layer: where.layer }, expected, words);
      }
      for (const { layer, step } of found) {
        layers.add(layer);
        if (step > 1) late++;
      }
    }
    assert.ok(judged > 12, `${judged} of 20 runs are judged`);
    assert.ok(layers.has("output") && layers.size >= 2 && late >= 3, `${[...layers]}, ${late} of them late`);
  });
}
