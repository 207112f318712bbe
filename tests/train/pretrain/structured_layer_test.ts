import { InputError } from "../../../src/errors.ts";
import { loadTask } from "../../../src/tasks/registry.ts";
import { structuredLayer } from "../../../src/train/pretrain/structured_layer.ts";
import type { Samples } from "../../../src/tasks/task.ts";
import { assert } from "../../deps.ts";
import { activation as referenceActivation } from "../../reference/activation.ts";
import { logDeterminant } from "../../reference/log_determinant.ts";

/** Activations of a structured layer in float64. */
function featuresOf(samples: Samples, width: number, activation: string, seed: number): Float64Array {
  const { weights, biases } = structuredLayer({ samples, width, activation, seed });
  const inputs = samples.x.length / samples.count;
  const { value } = referenceActivation(activation);
  return Float64Array.from({ length: samples.count * width }, (_, e) => {
    const k = Math.floor(e / width), j = e % width;
    let z = biases[j];
    for (let i = 0; i < inputs; i++) z += weights[i * width + j] * samples.x[k * inputs + i];
    return value(z);
  });
}

function rankOf(phi: ArrayLike<number>, width: number, { weights }: Samples, epsilon: number): number {
  return logDeterminant(phi, width, weights, epsilon).eigenvalues.filter((value) => value > epsilon).length;
}

const { train: line } = await loadTask("cosines");
const { train: square } = await loadTask("ripple2d", { samples: 300 });

Deno.test("structuredLayer: of 50 neurons on a line most are ε-independent, where random starts have rank 2 to 18", () => {
  const least = { tanh: 34, sigmoid: 32, gelu: 27, softplus: 18, relu: 38, "leaky-relu:0.1": 38 };
  for (const [activation, rank] of Object.entries(least)) {
    for (const seed of [0, 1]) {
      const found = rankOf(featuresOf(line, 50, activation, seed), 50, line, 1e-6);
      assert(found >= rank, `${activation}: ${found}, not ${rank}`);
    }
  }
});

Deno.test("structuredLayer: waves on a line are orthogonal", () => {
  for (const activation of ["sine", "cosine"]) {
    const phi = featuresOf(line, 50, activation, 3);
    const { eigenvalues } = logDeterminant(phi, 50, line.weights, 1e-6);
    // The constant has mean square 1, all others 1/2; equidistant points with both ends are off by
    // some 1/m an entry.
    assert(eigenvalues[0] < 1.5 && eigenvalues[49] > 0.45, `${activation}: ${eigenvalues}`);
  }
});

Deno.test("structuredLayer: in the plane neurons look everywhere, and most are independent", () => {
  for (const activation of ["tanh", "relu", "sine", "cosine"]) {
    const found = rankOf(featuresOf(square, 40, activation, 5), 40, square, 1e-6);
    assert(found >= 36, `${activation}: ${found}`);
  }
  const { weights, biases } = structuredLayer({ samples: square, width: 40, activation: "tanh", seed: 5 });
  const quadrants = new Set(
    Array.from({ length: 40 }, (_, j) => `${Math.sign(weights[j])} ${Math.sign(weights[40 + j])}`),
  );
  assert.equal(quadrants.size, 4);
  // All transitions lie among the samples.
  assert(biases.every((b, j) => Math.abs(b) <= Math.SQRT2 * Math.hypot(weights[j], weights[40 + j])));
});

Deno.test("structuredLayer: of many samples some are enough", async () => {
  const { train: many } = await loadTask("cosines", { samples: 5000 });
  assert(rankOf(featuresOf(many, 50, "tanh", 0), 50, many, 1e-6) >= 33);
});

Deno.test("structuredLayer: an input that is constant has no weight, and seeds alone decide", () => {
  const x = Float32Array.from({ length: 60 }, (_, e) => e % 3 === 1 ? 0.7 : Math.sin(e));
  const options = { samples: { count: 20, x }, width: 9, activation: "relu" };
  const layer = structuredLayer({ ...options, seed: 2 });
  assert(layer.weights.every((w, e) => (Math.floor(e / 9) === 1) === (w === 0)));
  assert.deepEqual(structuredLayer({ ...options, seed: 2 }), layer);
  assert.notDeepEqual(structuredLayer({ ...options, seed: 3 }), layer);
});

Deno.test("structuredLayer: an activation without such a start, and samples that are all the same, are refused", () => {
  const samples = { count: 2, x: Float32Array.of(1, 1) };
  assert.throws(
    () => structuredLayer({ samples: line, width: 4, activation: "identity", seed: 0 }),
    InputError,
  );
  assert.throws(() => structuredLayer({ samples, width: 4, activation: "tanh", seed: 0 }), InputError);
});
