import type { Skip } from "../../../src/nn/layout.ts";
import { Network, type NetworkOptions } from "../../../src/nn/network.ts";
import { clusterVariations } from "../../../src/rank/ranks/cluster_variation.ts";
import { layerBounds } from "../../../src/rank/ranks/collapse_bounds.ts";
import { labelsOf } from "../../../src/tasks/labels.ts";
import { mixture } from "../../../src/tasks/mixture.ts";
import { assert } from "../../deps.ts";
import { forward, layersOf, lossGradient, row } from "../../reference/network.ts";
import { openGpu } from "../../support/gpu.ts";
import { inputError } from "../../support/input_error.ts";
import { flatParameters } from "../../support/parameters.ts";
import { smallTask } from "../../support/tasks.ts";

const gpu = await openGpu();

const shape = (hidden: number[], skip: Skip): NetworkOptions => ({
  ...{ inputs: 4, hidden, outputs: 3, activation: "tanh", initializer: "pytorch" },
  ...{ skip, replicas: 3, seed: 5 },
});
const classes = (deviation: number, samples = 31) =>
  mixture({ classes: 3, inputs: 4, samples, deviation, seed: 3 });

Deno.test("layerBounds: gradients and variations are those of float64, and every bound holds", async () => {
  for (const skip of [false, true, "adaptive"] as const) {
    for (const [hidden, samples] of [[[7, 7, 7], 31], [[4, 9, 9], 5], [[1, 1], 3]] as const) {
      using network = await Network.create(gpu, shape([...hidden], skip));
      const task = classes(0.7, samples), decays = [1e-3, 0.1, 5];
      if (skip === "adaptive") {
        for (const [replica, layers] of (await network.readAllParameters()).entries()) {
          const alphas = [-0.5, 0.7, 1.3];
          const given = layers.map((layer, l) =>
            layer.alpha === undefined ? layer : { ...layer, alpha: alphas[(replica + l) % 3] }
          );
          network.writeParameters(given, replica);
        }
      }
      const bounds = await layerBounds(network, task, [0, 1, 2], decays);
      assert.equal(bounds.length, 3 * hidden.length * (hidden.length + 1) / 2);
      const all = await network.readAllParameters(), labels = labelsOf(task.train, 3);
      const reference = { widths: network.widths, activations: hidden.map(() => "tanh"), skip };
      for (const { index, layer, from, distance, norm, ...each } of bounds) {
        const theta = flatParameters(all[index]);
        const where = `${hidden}, skip ${skip}, replica ${index}, layer ${layer} from ${from}`;
        const { inputs, outputs, weights } = layersOf(network.widths)[layer - 1];
        const { gradient } = lossGradient(reference, theta, task.train, task.loss);
        const own = theta.slice(weights, weights + inputs * outputs);
        const whole = Math.hypot(...own.map((w, i) => gradient[weights + i] + decays[index] * w));
        // Some hundred roundings of single precision.
        const share = 100 * 2 ** -24;
        assert(Math.abs(Math.hypot(...own) - norm) < share * norm, where);
        const error = Math.abs(each.gradient - whole / decays[index]);
        assert(error < share * (norm + 1 / decays[index]), `gradient of ${where}: ${error}`);
        const features = Array.from(
          { length: samples },
          (_, k) => forward(reference, theta, row(task.train.x, k, 4)).h[from],
        );
        const matrix = {
          rows: samples,
          columns: features[0].length,
          data: Float64Array.from(features.flat()),
        };
        const [{ variation }] = clusterVariations([matrix], labels);
        assert(Math.abs(variation - each.variation) < share * (1 + variation), `variation of ${where}`);
        assert(distance <= each.bound + each.gradient, where);
        assert(distance <= (each.byErrors + each.gradient) * (1 + share), `by errors, ${where}`);
        assert(each.leastDistance <= distance && distance <= norm, where);
        // Bounds grow with every layer between.
        const nearer = bounds.find((other) =>
          other.index === index && other.layer === layer && other.from === from + 1
        );
        assert(!nearer || nearer.bound <= each.bound * (1 + share), where);
      }
    }
  }
});

Deno.test("layerBounds: where the samples of a class agree, only the gradient's term is left", async () => {
  using network = await Network.create(gpu, shape([6, 6], true));
  for (const { distance, bound, gradient } of await layerBounds(network, classes(0), [1], [0.1])) {
    assert.equal(bound, 0);
    assert(distance > 0 && distance <= gradient);
  }
});

Deno.test("layerBounds: refuses tasks without classes, steep activations, no weight decay", async () => {
  using network = await Network.create(gpu, shape([6], false));
  using gated = await Network.create(gpu, shape([6, 6], "gated"));
  using steep = await Network.create(gpu, { ...shape([6], false), activation: "gelu" });
  assert.deepEqual(await layerBounds(network, classes(1), [], []), []);
  const cases = [
    [network, smallTask({ inputs: 4, outputs: 3 }), 0.1, /has no classes/],
    [steep, classes(1), 0.1, /slopes of gelu may be above 1: use one of identity, tanh/],
    [gated, classes(1), 0.1, /^gates multiply features/],
    [network, classes(1), 0, /weight decay must be a number above 0, not 0/],
    [network, classes(1), NaN, /weight decay must be a number above 0/],
  ] as const;
  for (const [of, task, decay, message] of cases) {
    await assert.rejects(layerBounds(of, task, [0], [decay]), inputError(message));
  }
});
