import { activationNames } from "../../../src/nn/activation.ts";
import type { Skip } from "../../../src/nn/layout.ts";
import { Network } from "../../../src/nn/network.ts";
import { uploadSamples } from "../../../src/nn/samples.ts";
import { bindTrainingStep } from "../../../src/nn/optim/training_step.ts";
import { assert, fc } from "../../deps.ts";
import { forwardJets } from "../../reference/jet_network.ts";
import { type Jet, pairsOf } from "../../reference/jets.ts";
import { forward, type ReferenceNetwork } from "../../reference/network.ts";
import { residualGradient } from "../../reference/residual.ts";
import { U } from "../../reference/rounding.ts";
import { randomFloats, randomSamples, run } from "../../support/arrays.ts";
import { assertWithin } from "../../support/compare.ts";
import { fixed } from "../../support/dense_case.ts";
import { drawConditions } from "../jet_case.ts";
import { packParameters, randomParameters, unpackParameters } from "../../support/parameters.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

Deno.test("jets: the reference's are the derivatives of the network, by difference quotients", () => {
  const h = 1e-4;
  for (
    const [axes, activations] of [[1, ["tanh", "sine"]], [2, ["gelu", "cosine"]], [3, [
      "softplus",
      "relu^5",
    ]]] as const
  ) {
    const network: ReferenceNetwork = { widths: [axes, 7, 5, 1], activations };
    const theta = randomParameters(network.widths, axes);
    for (let k = 0; k < 20; k++) {
      const x = [...randomFloats(k)(axes)];
      const at = (axis: number, by: number) =>
        forward(network, theta, x.map((each, i) => i === axis ? each + by : each)).h.at(-1)![0];
      const carried = { mixed: true, third: true };
      const { value, first, second, mixed, third } = forwardJets(network, theta, x, carried).h.at(-1)![0];
      assert(Math.abs(value.value - at(0, 0)) < 1e-14);
      for (let axis = 0; axis < axes; axis++) {
        const [left, middle, right] = [at(axis, -h), at(axis, 0), at(axis, h)];
        // Third and fourth derivatives of these networks stay below 100; float64 rounds u, of order
        // 1, to 10⁻¹⁶.
        const slope = (right - left) / (2 * h), bend = (right - 2 * middle + left) / (h * h);
        assert(
          Math.abs(slope - first[axis].value) < 100 * h * h,
          `${activations}: ${slope} ≠ ${first[axis].value}`,
        );
        assert(Math.abs(bend - second[axis].value) < 100 * h * h + 1e-6, `${activations}: ${bend}`);
        // Third derivatives and mixed ones are slopes of second and first ones.
        const away = (by: number) => forwardJets(network, theta, x.with(axis, x[axis] + by)).h.at(-1)![0];
        const change = (pick: (jet: Jet) => number) => (pick(away(h)) - pick(away(-h))) / (2 * h);
        const twist = change((jet) => jet.second[axis].value);
        assert(Math.abs(twist - third[axis].value) < 2000 * h * h, `${activations}: ${twist}`);
        for (const [at, [i, j]] of pairsOf(axes).entries()) {
          if (j !== axis) continue;
          const cross = change((jet) => jet.first[i].value);
          assert(Math.abs(cross - mixed[at].value) < 1000 * h * h, `${activations}: ${cross}`);
        }
      }
    }
  }
});

/** A random equation on a random network. */
const equations = fc.record({
  inputs: fc.constantFrom(1, 2, 3),
  hidden: fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 1, maxLength: 3 }),
  names: fc.array(fc.constantFrom(...activationNames), { minLength: 3, maxLength: 3 }),
  counts: fc.array(fc.constantFrom<number>(1, 5, 40), { minLength: 1, maxLength: 3 }),
  replicas: fc.constantFrom(1, 3),
  skip: fc.constantFrom<Skip>(false, true, "adaptive", "gated"),
  more: fc.constantFrom({}, { mixed: true }, { third: true }, { mixed: true, third: true }),
  seed: fc.nat(1e9),
});

Deno.test("jets: gradients of random equations are those of float64 and its difference quotients", async () => {
  await fc.assert(
    fc.asyncProperty(equations, async (drawn) => {
      const { inputs, names, counts, replicas, skip, more, seed } = drawn;
      using stack = new DisposableStack();
      // Skip connections lead around layers of equal widths.
      const hidden = skip ? drawn.hidden.map(() => drawn.hidden[0]) : drawn.hidden;
      // Each activation in each dimension is another pipeline.
      const activations = hidden.map((_, l) => inputs === 1 ? names[l] : "tanh");
      const options = {
        inputs,
        hidden,
        outputs: 1,
        activation: activations,
        initializer: "pytorch",
        skip,
        replicas,
      };
      const network = stack.use(await Network.create(gpu, options));
      const { layout, parameters, widths } = network;
      const conditions = drawConditions(counts, inputs, seed + 5, more);
      // Mixed derivatives are differences of three second ones, whose roundings add up by layers.
      const units = "mixed" in more ? 8 : 1;
      const host = randomSamples(seed, counts.reduce((all, count) => all + count, 0), inputs, 1);
      const thetas = Array.from({ length: replicas }, (_, r) => randomParameters(widths, seed + 1 + r, skip));
      thetas.forEach((theta, r) => parameters.write(packParameters(layout, theta), 4 * r * layout.size));
      // Rate 1 from rest: what the parameters lose is the gradient, but for one rounding of the
      // parameters.
      const step = await bindTrainingStep(network, uploadSamples(gpu, host, stack), {
        loss: conditions,
        optimizer: { name: "sgd", learningRate: 1 },
        schedule: { kind: "constant" },
        steps: 1,
        batch: null,
        logCapacity: 1,
        path: "layered",
      }, stack);
      run(gpu, [...step.forward, ...step.update]);
      const [words, losses] = await Promise.all([parameters.read(), step.losses.read()]);
      thetas.forEach((theta, r) => {
        const reference = { widths, activations, skip };
        const { loss, gradient } = residualGradient(reference, theta, host, conditions);
        const where = `${widths.join("-")} ${activations}${
          skip ? ` skip ${skip}` : ""
        }, ${counts} samples, replica ${r}`;
        assertWithin([losses[r]], [loss.value], [units * loss.error], `loss of ${where}`);
        const moved = unpackParameters(layout, words, r);
        const lost = Float64Array.from(theta, (t, i) => t - moved[i]);
        const bounds = gradient.map(({ value, error }, i) =>
          units * error + U * (Math.abs(theta[i]) + Math.abs(value) + units * error)
        );
        const values = gradient.map(({ value }) => value);
        assertWithin(lost, values, bounds, `gradient of ${where}`);
        if (activations.some((name) => name.includes("relu"))) return;
        const h = 1e-5, direction = randomFloats(seed + 9)(theta.length);
        const ahead = (by: number) =>
          residualGradient(reference, Array.from(theta, (t, i) => t + by * direction[i]), host, conditions)
            .loss
            .value;
        const quotient = (ahead(h) - ahead(-h)) / (2 * h);
        const slope = values.reduce((all, g, i) => all + g * direction[i], 0);
        const size = values.reduce((all, g, i) => all + Math.abs(g * direction[i]), 0);
        assert(Math.abs(quotient - slope) < 1e-6 * size + 1e-8, `${where}: ${quotient} ≠ ${slope}`);
      });
    }),
    fixed(32),
  );
});
