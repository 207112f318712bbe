import { InputError, ShapeError } from "../../../src/errors.ts";
import { parseActivation } from "../../../src/nn/activation.ts";
import { type LayerParameters, skipConnections } from "../../../src/nn/layout.ts";
import { Network } from "../../../src/nn/network.ts";
import { featureRanks } from "../../../src/rank/methods/feature_ranks.ts";
import { tangentRanks } from "../../../src/rank/tangent/tangent_ranks.ts";
import { assert, fc } from "../../deps.ts";
import { eigenvalues } from "../../reference/eigenvalues.ts";
import { exactCount } from "../../reference/exact_inertia.ts";
import { forward } from "../../reference/network.ts";
import { exactActivations, exactKernel, jacobian } from "../../reference/tangent.ts";
import { openGpu } from "../../support/gpu.ts";
import { type TangentCase, tangentCase, tangentCases } from "../../support/tangent.ts";

const gpu = await openGpu();
const EPSILONS = [1e-2, 1e-4, 1e-6, 1e-8];

/** A network as the library takes it, without a GPU. */
function networkOf(
  { network: { widths, activations, skip = false } }: TangentCase,
  ...replicas: Parameters[]
) {
  return {
    activations: activations.map(parseActivation),
    skips: skipConnections(widths, skip),
    readAllParameters: () => Promise.resolve(replicas),
  };
}

type Parameters = readonly LayerParameters[];

/** Parameters of which all are a number. */
function filled(given: TangentCase, value: number): LayerParameters[] {
  return given.parameters.map(({ weights, biases }) => ({
    weights: weights.map(() => value),
    biases: biases.map(() => value),
  }));
}

Deno.test("tangentRanks: counts are those of whole numbers, and certain down to 10⁻⁸ of the largest", async () => {
  for (let seed = 0; seed < 24; seed++) {
    const given = tangentCase({
      widths: [1 + seed % 2, 6, 5, 1 + (seed % 3 && 1)],
      activation: exactActivations[seed % exactActivations.length],
      skip: seed % 4 === 0,
      samples: 9,
      repeats: 1 + Number(seed % 5 === 0),
      seed,
    });
    const exact = exactKernel(given.network, given.theta, given.rows);
    const network = networkOf(given, given.parameters);
    const [absolute] = await tangentRanks(network, given.samples, { epsilons: EPSILONS });
    const [relative] = await tangentRanks(network, given.samples, {
      epsilons: EPSILONS,
      threshold: "relative",
    });
    const [largest] = absolute.eigenvalues, [off] = absolute.bounds;
    EPSILONS.forEach((epsilon, e) => {
      const { above } = exactCount(exact, epsilon), { rank, low, high } = absolute.ranks[e];
      assert.deepEqual([rank, low, high], [above, above, above], `seed ${seed}, ε = ${epsilon}`);
      const ends = [largest - off, largest + off].map((at) => exactCount(exact, epsilon * at).above);
      const found = relative.ranks[e];
      assert.deepEqual([found.low, found.rank, found.high], [ends[1], ends[0], ends[0]], `seed ${seed}`);
      assert.equal(ends[0], ends[1]);
    });
  }
});

Deno.test("tangentRanks: eigenvalues are those of the Jacobian, within their bounds", async () => {
  await fc.assert(
    fc.asyncProperty(tangentCases(["tanh", "relu", "gelu", "softplus"]), async (given) => {
      const { network, theta, rows, weights, samples } = given, outputs = network.widths.at(-1)!;
      const j = jacobian(network, theta, rows);
      const root = (r: number) => Math.sqrt(weights[Math.floor(r / outputs)]);
      const plain = j.flatMap((a, r) =>
        j.map((b, s) => root(r) * root(s) * a.reduce((sum, each, i) => sum + each * b[i], 0))
      );
      const values = eigenvalues(plain, j.length);
      const [found] = await tangentRanks(networkOf(given, given.parameters), samples, {
        epsilons: [1e-5],
        weights,
      });
      assert.equal(found.eigenvalues.length, values.length);
      // The reference is off by some 10⁻¹⁵ of the largest, its own kernel as much.
      values.forEach((value, i) => {
        const error = Math.abs(value - found.eigenvalues[i]);
        assert(error <= found.bounds[i] + 1e-13 * (values[0] + 1e-300), `${error}, ${found.bounds[i]}`);
        assert(found.bounds[i] <= 1e-9 * values[0] + 1e-100);
      });
    }),
    { numRuns: 60 },
  );
});

Deno.test("tangentRanks: a wide network of many samples has the ranks of the Jacobian", async () => {
  const given = tangentCase({ widths: [2, 30, 20, 2], activation: "tanh", samples: 60 });
  const j = jacobian(given.network, given.theta, given.rows), order = j.length;
  const plain = j.flatMap((a) => j.map((b) => a.reduce((sum, each, i) => sum + each * b[i], 0) / 60));
  const values = eigenvalues(plain, order), epsilons = [1e-1, 1e-3, 1e-5, 1e-7];
  const [{ ranks }] = await tangentRanks(networkOf(given, given.parameters), given.samples, { epsilons });
  ranks.forEach(({ epsilon, rank, low, high }) => {
    assert.deepEqual([rank, low, high], Array(3).fill(values.filter((value) => value > epsilon).length));
  });
});

Deno.test("tangentRanks: replicas of a network on the GPU; one that is not finite is undecided alone", async () => {
  const shape = { inputs: 2, hidden: [5, 5], outputs: 2, activation: "tanh", initializer: "xavier-normal" };
  using network = await Network.create(gpu, { ...shape, replicas: 3, skip: true });
  const { samples } = tangentCase({ widths: [2, 5, 5, 2], activation: "tanh", samples: 4 });
  const all = await tangentRanks(network, samples, { epsilons: [1e-6] });
  const parameters = await network.readParameters(1);
  parameters[1].weights[3] = NaN;
  network.writeParameters(parameters, 1);
  const [first, broken, last] = await tangentRanks(network, samples, { epsilons: [1e-6] });
  assert.deepEqual([first, last], [all[0], all[2]]);
  assert(all.every(({ ranks: [{ low, high }] }) => low === high && low > 1));
  assert.deepEqual(broken.ranks, [{ epsilon: 1e-6, rank: 0, low: 0, high: 8 }]);
});

Deno.test("tangentRanks: dead neurons, zeros, one sample, one neuron, equal samples", async () => {
  const epsilons = [1e-12], shape = { widths: [1, 3, 3, 1], activation: "relu", samples: 4 };
  const rankOf = async (given: TangentCase, parameters = given.parameters) => {
    const [{ ranks: [{ low, high }] }] = await tangentRanks(networkOf(given, parameters), given.samples, {
      epsilons,
    });
    assert.equal(low, high);
    return low;
  };
  // Only the bias of the output moves it, all samples alike.
  const given = tangentCase(shape);
  assert.equal(await rankOf(given, filled(given, 0)), 1);
  const dead = given.parameters.map(({ weights, biases }) => ({ weights, biases: biases.map(() => -100) }));
  assert.equal(await rankOf(given, dead), 1);
  assert.equal(await rankOf(tangentCase({ ...shape, samples: 1 })), 1);
  assert.equal(await rankOf(tangentCase({ ...shape, widths: [1, 1, 1], activation: "tanh" })), 4);
  assert.equal(await rankOf(tangentCase({ ...shape, repeats: 4, activation: "tanh" })), 1);
  // Linear: constants and multiples of x.
  assert.equal(await rankOf(tangentCase({ ...shape, activation: "identity" })), 2);
  // A sample on a kink has the derivative from the left, which is certain.
  const kink = {
    ...tangentCase({ ...shape, samples: 1 }),
    samples: { rows: 1, columns: 1, data: Float32Array.of(0) },
  };
  const still = kink.parameters.map(({ weights, biases }) => ({ weights, biases: biases.map(() => 0) }));
  assert.equal(await rankOf(kink, still), 1);
});

Deno.test("tangentRanks: a neuron whose side of a kink is open leaves the rank in doubt", async () => {
  // The preactivation is 0 but for rounding, and the rank depends on its sign.
  const given = tangentCase({ widths: [3, 1, 1], activation: "relu", samples: 1 });
  const data = Float64Array.of(0.1, 0.2, Math.fround(0.1) * 0.1 + Math.fround(0.2) * 0.2);
  const parameters = [
    { weights: Float32Array.of(0.1, 0.2, -1), biases: Float32Array.of(0) },
    { weights: Float32Array.of(1), biases: Float32Array.of(0) },
  ];
  const samples = { rows: 1, columns: 3, data };
  const [{ ranks }] = await tangentRanks(networkOf(given, parameters), samples, { epsilons: [0.5, 1.01] });
  // The eigenvalue is 1 where the neuron is not active, and 1 + 1 + ‖x‖² ≈ 2.05 where it is.
  assert.deepEqual(ranks.map(({ low, high }) => [low, high]), [[0, 1], [0, 1]]);
});

Deno.test("tangentRanks: at the same threshold the rank of features is no larger", async () => {
  for (let seed = 0; seed < 12; seed++) {
    const activation = ["tanh", "relu", "sine"][seed % 3];
    const given = tangentCase({ widths: [1, 12, 12, 1], activation, samples: 20, seed });
    const { network, theta, rows, samples } = given;
    const data = Float64Array.from(rows.flatMap((x) => forward(network, theta, x).h[2]));
    const features = await featureRanks(gpu, { rows: 20, columns: 12, data }, { epsilons: EPSILONS });
    const [{ ranks }] = await tangentRanks(networkOf(given, given.parameters), samples, {
      epsilons: EPSILONS,
    });
    ranks.forEach(({ low }, e) => assert(low >= features.ranks[e].high, `seed ${seed}`));
    assert(ranks.some(({ low }, e) => low > features.ranks[e].high), `seed ${seed}`);
  }
});

Deno.test("tangentRanks: wrong requests are answered, and a signal ends the work", async () => {
  const given = tangentCase({ widths: [2, 3, 2], activation: "tanh", samples: 3 });
  const network = networkOf(given, given.parameters), { samples } = given, epsilons = [1e-6];
  const refuse = async (options: object, error: typeof InputError | typeof ShapeError, at = samples) =>
    await assert.rejects(tangentRanks(network, at, { epsilons, ...options }), error);
  await refuse({ epsilons: [0] }, InputError);
  await refuse({ threshold: "none" }, InputError);
  await refuse({ relative: true }, InputError);
  await refuse({ weights: [1, 1, -1] }, InputError);
  await refuse({ weights: [1, 1] }, ShapeError);
  await refuse({}, ShapeError, { rows: 2, columns: 3, data: new Float32Array(6) });
  await refuse({}, ShapeError, { rows: 5000, columns: 2, data: new Float32Array(10_000) });
  await refuse({}, InputError, { ...samples, data: samples.data.map(() => NaN) });
  for (const skip of ["adaptive", "gated"] as const) {
    await assert.rejects(tangentRanks({ ...network, skips: [skip] }, samples, { epsilons }), InputError);
  }
  const reason = new Error("enough");
  await assert.rejects(
    tangentRanks(network, samples, { epsilons, signal: AbortSignal.abort(reason) }),
    reason,
  );
});
