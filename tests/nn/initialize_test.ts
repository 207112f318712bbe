import { InputError } from "../../src/errors.ts";
import { initializerNames, initializers, parseInitializer } from "../../src/nn/initializer.ts";
import { Network } from "../../src/nn/network.ts";
import { assert } from "../deps.ts";
import { distributionOf, initialParameters } from "../reference/initializer.ts";
import { layersOf } from "../reference/network.ts";
import { U } from "../reference/rounding.ts";
import { assertSameBits, assertWithin } from "../support/compare.ts";
import { unpackParameters } from "../support/parameters.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

const names = [...initializerNames, "normal:0", "uniform:2.5"];

/** Flat parameters of each replica of a new network. */
async function draw(
  widths: number[],
  initializer: string,
  seed: number,
  replicas = 1,
): Promise<Float32Array[]> {
  const options = {
    inputs: widths[0],
    hidden: widths.slice(1, -1),
    outputs: widths.at(-1)!,
    activation: "tanh",
  };
  using network = await Network.create(gpu, { ...options, initializer, seed, replicas });
  const words = await network.parameters.read();
  return Array.from({ length: replicas }, (_, r) => unpackParameters(network.layout, words, r));
}

/**
 * Bounds of each parameter's error. Uniform: two roundings. Normal: log u is good to 14 u (8 of
 * log1p, 6 of its argument), the root of it to 7 u and what its own rounding adds, up to 12 u where
 * it is made of a reciprocal root; the angle 2π v is rounded twice, so the cosine is good to 15 u
 * absolute; and the radius is below √(2 log 2²⁴) < 5.8.
 */
function bounds(widths: number[], name: string): Float64Array {
  return Float64Array.from(
    layersOf(widths).flatMap(({ inputs, outputs }) => {
      const { normal, scale, biasScale } = distributionOf(name, inputs, outputs);
      const weight = scale * (normal ? 5.8 * (7 + 12 + 15 + 3) : 2) * U;
      return [
        ...new Array<number>(inputs * outputs).fill(weight),
        ...new Array<number>(outputs).fill(2 * U * biasScale),
      ];
    }),
  );
}

Deno.test("initialize: every initialiser gives the draws of the reference, for every replica and layer", async () => {
  const widths = [3, 8, 5, 2];
  for (const name of names) {
    const seed = 0xfedcba98;
    (await draw(widths, name, seed, 3)).forEach((theta, r) => {
      assertWithin(
        theta,
        initialParameters(widths, name, seed, r),
        bounds(widths, name),
        `${name}, replica ${r}`,
      );
    });
  }
});

Deno.test("initialize: the moments of 10⁵ draws are those of the distribution", async () => {
  for (const name of ["xavier-normal", "he-uniform", "pytorch"]) {
    const [theta] = await draw([100, 1000, 1], name, 11);
    const { normal, scale, biasScale } = distributionOf(name, 100, 1000);
    const weights = theta.subarray(0, 100_000), biases = theta.subarray(100_000, 101_000);
    const moment = (values: Float32Array, power: number) =>
      values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    const variance = normal ? scale ** 2 : scale ** 2 / 3, kurtosis = normal ? 3 : 9 / 5;
    // Five standard deviations of the mean of the powers.
    const close = (value: number, expected: number, deviation: number, what: string) =>
      assert(
        Math.abs(value - expected) < 5 * deviation,
        `${name}: ${what} is ${value}, should be ${expected}`,
      );
    const root = Math.sqrt(weights.length), deviation = Math.sqrt(variance);
    close(moment(weights, 1), 0, deviation / root, "mean");
    close(moment(weights, 2), variance, variance * Math.sqrt(kurtosis - 1) / root, "variance");
    // The sixth moment is 15 (normal) or 27/7 (uniform), the eighth 105 or 9.
    close(moment(weights, 3), 0, deviation ** 3 * Math.sqrt(normal ? 15 : 27 / 7) / root, "third moment");
    const fourth = Math.sqrt((normal ? 105 : 9) - kurtosis ** 2);
    close(moment(weights, 4), kurtosis * variance ** 2, variance ** 2 * fourth / root, "fourth moment");
    // Neighbours in a row, and in a column, are independent.
    for (const lag of [1, 1000]) {
      const products = weights.subarray(lag).map((value, i) => value * weights[i]);
      close(moment(products, 1), 0, variance / root, `covariance at lag ${lag}`);
    }
    if (biasScale === 0) assert(biases.every((bias) => bias === 0), `${name}: biases are not 0`);
    else {close(
        moment(biases, 2),
        biasScale ** 2 / 3,
        biasScale ** 2 / 3 * Math.sqrt(0.8 / 1000),
        "variance of b",
      );}
  }
});

Deno.test("initialize: a replica's values do not depend on the number of replicas", async () => {
  const widths = [3, 7, 2];
  const three = await draw(widths, "he-normal", 4, 3), eight = await draw(widths, "he-normal", 4, 8);
  three.forEach((theta, r) => assertSameBits(theta, eight[r], `replica ${r}`));
  const [other] = await draw(widths, "he-normal", 5);
  const weights = [...eight, other].map((theta) => theta.subarray(0, 21).join());
  assert.equal(new Set(weights).size, 9);
});

Deno.test("initialize: entries have names that are read, and scales in float64", () => {
  for (const [key, { example, help, distribution }] of Object.entries(initializers)) {
    const name = example ?? key;
    assert(help.length > 0 && initializerNames.includes(name), key);
    const { normal, scale, biasScale } = distributionOf(name, 3, 5), read = parseInitializer(name);
    assert.deepEqual(
      [read.distribution === "normal", read.scale(3, 5), read.biasScale(3)],
      [normal, scale, biasScale],
      name,
    );
    assert.equal(read.distribution, distribution);
  }
});

Deno.test("initialize: names are read with their scales, and others refused with the list of names", () => {
  assert.equal(parseInitializer("normal:0.25").scale(10, 20), 0.25);
  assert.equal(parseInitializer("uniform:1e-3").distribution, "uniform");
  assert.equal(parseInitializer("pytorch").biasScale(16), 0.25);
  const wrong = [
    "",
    "xavier",
    "normal",
    "normal:",
    "normal: ",
    "normal:-1",
    "normal:x",
    "uniform:Infinity",
    "toString",
  ];
  for (const name of wrong) {
    assert.throws(() => parseInitializer(name), (error) => {
      assert(error instanceof InputError && error.exitStatus === 2);
      return initializerNames.every((known) => error.message.includes(known));
    }, name);
  }
});
