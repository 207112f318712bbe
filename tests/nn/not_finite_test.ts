import { GpuArray } from "../../src/gpu/array.ts";
import { vectors } from "../../src/linalg/matrix_view.ts";
import { Network } from "../../src/nn/network.ts";
import { layersNotFinite } from "../../src/nn/not_finite.ts";
import { uniform } from "../../src/stats/random.ts";
import { assert } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

/** Values that are finite, however large, and those that are not. */
const FINITE = [0, -0, 1, 3.4028234e38, -3.4028234e38, 1e-45], LOST = [NaN, Infinity, -Infinity];

Deno.test("layersNotFinite: one word among parameters or features, wherever it is", async () => {
  const random = uniform(7), below = (n: number) => Math.floor(random() * n);
  for (let turn = 0; turn < 12; turn++) {
    using stack = new DisposableStack();
    const hidden = Array.from({ length: 1 + below(3) }, () => 1 + below(40)), replicas = 1 + below(4);
    const network = stack.use(
      await Network.create(gpu, {
        inputs: 1 + below(9),
        hidden,
        outputs: 1 + below(5),
        activation: "tanh",
        initializer: "pytorch",
        replicas,
      }),
    );
    // Layers side by side in one array, as those of a fused step are, with words between them.
    const rows = 1 + below(700), gap = below(9);
    const sizes = hidden.map((width) => rows * vectors(width) + gap);
    const batch = sizes.reduce((sum, size) => sum + size, 0);
    const array = stack.use(new GpuArray(gpu, "features", 4 * replicas * batch));
    const features = hidden.map((width, index) => ({
      array,
      batch,
      stride: vectors(width),
      offset: sizes.slice(0, index).reduce((sum, size) => sum + size, 0),
    }));
    const words = Float32Array.from({ length: array.length }, () => FINITE[below(FINITE.length)]);
    const lost = () => LOST[below(LOST.length)];
    // What lies between the layers is of no layer.
    if (gap > 0) words[4 * (sizes[0] - 1)] = NaN;
    array.write(words);
    const nothing = new Array<null>(replicas).fill(null);
    assert.deepEqual(await layersNotFinite(network, { features, rows }), nothing);

    const expected: (number | null)[] = [...nothing];
    for (let replica = 0; replica < replicas; replica++) {
      if (random() < 0.3) continue;
      const layer = below(hidden.length + 1);
      expected[replica] = layer + 1;
      if (layer < hidden.length && random() < 0.5) {
        const { offset, stride } = features[layer];
        array.write(Float32Array.of(lost()), 4 * (replica * batch + offset) + below(4 * rows * stride));
      } else {
        const parameters = await network.readParameters(replica), { weights, biases } = parameters[layer];
        const words = random() < 0.5 ? weights : biases;
        words[below(words.length)] = lost();
        network.writeParameters(parameters, replica);
      }
      // A later layer changes nothing.
      const later = await network.readParameters(replica);
      later.at(-1)!.biases[0] = lost();
      network.writeParameters(later, replica);
    }
    assert.deepEqual(await layersNotFinite(network, { features, rows }), expected, `turn ${turn}`);
  }
});

Deno.test("layersNotFinite: α belongs to its layer, encoders of gates to the first", async () => {
  const shape = { inputs: 2, hidden: [5, 5], outputs: 1, activation: "tanh", initializer: "pytorch" };
  for (
    const [skip, index, lost, layer] of [
      ["adaptive", 1, { alpha: NaN }, 2],
      ["gated", 4, { biases: new Float32Array(5).fill(Infinity) }, 1],
    ] as const
  ) {
    using stack = new DisposableStack();
    const network = stack.use(await Network.create(gpu, { ...shape, skip, replicas: 2 }));
    const array = stack.use(new GpuArray(gpu, "features", 4 * 2 * 2 * 2));
    const features = [0, 1].map(() => ({ array, batch: 4, stride: 2 }));
    assert.deepEqual(await layersNotFinite(network, { features, rows: 2 }), [null, null]);
    const parameters = await network.readParameters(1);
    network.writeParameters(parameters.with(index, { ...parameters[index], ...lost }), 1);
    assert.deepEqual(await layersNotFinite(network, { features, rows: 2 }), [null, layer]);
  }
});
