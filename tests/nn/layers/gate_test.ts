import { GpuArray } from "../../../src/gpu/array.ts";
import { padRows } from "../../../src/linalg/matrix_view.ts";
import { bindEncoderBackward, bindGate, bindGateBackward } from "../../../src/nn/layers/gate.ts";
import { jetComponents } from "../../../src/nn/jets/jets.ts";
import { assert, fc } from "../../deps.ts";
import { evaluateJet } from "../../reference/activation.ts";
import {
  activateAdjoint,
  components,
  type Jet,
  multiplyAdjoint,
  multiplyJets,
  subtractJets,
  sumJets,
} from "../../reference/jets.ts";
import { run } from "../../support/arrays.ts";
import { assertWithin } from "../../support/compare.ts";
import { fixed } from "../../support/dense_case.ts";
import { byComponent, drawJets, type JetCase, jetCases } from "../jet_case.ts";
import { unpackMatrix } from "../../support/parameters.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** Shapes of jets, and of samples without derivatives. */
const gateCases = fc.tuple(jetCases, fc.boolean())
  .map(([shape, isPlain]): JetCase => isPlain ? { ...shape, axes: 0, order: 2 } : shape);

/** Compares a matrix of each replica with jets, padding included. */
function check(words: Float32Array, jets: Jet[][][], { rows, outputs, axes, order }: JetCase, what: string) {
  for (const [r, own] of jets.entries()) {
    const expected = byComponent(own.map((row) => row.map(components)));
    const actual = unpackMatrix(words, r, jetComponents(axes, order) * rows, outputs);
    const values = expected.map(({ value }) => value), errors = expected.map(({ error }) => error);
    assertWithin(actual, values, errors, `${what}, replica ${r}`);
  }
}

/** Applies a function to the jets of each entry. */
function entrywise(jets: readonly Jet[][][][], of: (...own: Jet[]) => Jet): Jet[][][] {
  return jets[0].map((replica, r) =>
    replica.map((row, k) => row.map((_, j) => of(...jets.map((each) => each[r][k][j]))))
  );
}

function draw(shape: JetCase, stack: DisposableStack) {
  const { outputs, seed, axes, order } = shape;
  const drawn = [1, 2, 3, 4, 5, 6, 7].map((more) => drawJets(gpu, shape, outputs, false, seed + more, stack));
  const [gate, u, v, byFeatures, z, byU, byV] = drawn;
  // As jet_forward.wgsl leaves them, rounded once.
  const words = z.jets.flatMap((own) =>
    byComponent(
      own.map((row) =>
        row.map((each) =>
          [
            ...evaluateJet("tanh", each.value).slice(1, axes === 0 ? 2 : 2 + order),
            ...components(each).slice(1),
          ]
            .map(({ value }) => value)
        )
      ),
    )
  );
  const slope = stack.use(new GpuArray(gpu, "tangents", padRows(Float32Array.from(words), outputs)));
  const encoders = { u: { values: u.view, slope }, v: { values: v.view, slope } };
  // Padding too must be written.
  const empty = () => {
    const array = stack.use(new GpuArray(gpu, "result", new Float32Array(u.view.array.length).fill(7)));
    return { ...u.view, array };
  };
  return { gate, u, v, byFeatures, z, byU, byV, slope, encoders, empty };
}

Deno.test("gate: features between encoders are those of float64, with all derivatives", async () => {
  await fc.assert(
    fc.asyncProperty(gateCases, async (shape) => {
      using stack = new DisposableStack();
      const { gate, u, v, encoders, empty } = draw(shape, stack), output = empty();
      run(gpu, [await bindGate({ gpu, ...shape }, { gate: gate.view.array, encoders, output })]);
      const between = (s: Jet, u: Jet, v: Jet) => sumJets([v, multiplyJets(s, subtractJets(u, v))]);
      const expected = entrywise([gate.jets, u.jets, v.jets], between);
      check(await output.array.read(), expected, shape, JSON.stringify(shape));
    }),
    fixed(40),
  );
});

Deno.test("gate_backward: deltas and the sums of the encoders are those of float64", async () => {
  await fc.assert(
    fc.asyncProperty(gateCases, fc.boolean(), async (shape, adds) => {
      using stack = new DisposableStack();
      const { gate, u, v, byFeatures, z, byU, byV, slope, encoders, empty } = draw(shape, stack);
      const delta = empty(), sums = adds ? { u: byU.view, v: byV.view } : { u: empty(), v: empty() };
      const arrays = { byFeatures: byFeatures.view.array, gate: gate.view.array, encoders, slopes: slope };
      const operands = { gpu, ...shape };
      run(gpu, [await bindGateBackward(operands, { ...arrays, delta, sums, adds })]);
      const where = JSON.stringify({ ...shape, adds });
      const byGate = (g: Jet, u: Jet, v: Jet, z: Jet) =>
        activateAdjoint("tanh", z, multiplyAdjoint(g, subtractJets(u, v)));
      const expected = entrywise([byFeatures.jets, u.jets, v.jets, z.jets], byGate);
      check(await delta.array.read(), expected, shape, `deltas, ${where}`);
      const added = (before: Jet, own: Jet) => adds ? sumJets([before, own]) : own;
      const sumU = entrywise(
        [byFeatures.jets, gate.jets, byU.jets],
        (g, s, before) => added(before, multiplyAdjoint(g, s)),
      );
      check(await sums.u.array.read(), sumU, shape, `by u, ${where}`);
      const sumV = entrywise(
        [byFeatures.jets, gate.jets, byV.jets],
        (g, s, before) => added(before, subtractJets(g, multiplyAdjoint(g, s))),
      );
      check(await sums.v.array.read(), sumV, shape, `by v, ${where}`);
      // A sum goes through the activation of its encoder.
      run(gpu, [await bindEncoderBackward(operands, byFeatures.view, encoders.u)]);
      const through = entrywise([byFeatures.jets, z.jets], (g, z) => activateAdjoint("tanh", z, g));
      check(await byFeatures.view.array.read(), through, shape, `deltas of the encoder, ${where}`);
    }),
    fixed(40),
  );
});

Deno.test("gate: NaN of one replica does not reach another", async () => {
  using stack = new DisposableStack();
  const shape: JetCase = {
    ...{ rows: 37, inputs: 1, outputs: 8, replicas: 3, shared: false, seed: 3, axes: 1, order: 2 },
  };
  const { gate, encoders, empty } = draw(shape, stack), output = empty();
  const words = 4 * gate.view.batch;
  gate.view.array.write(new Float32Array(words).fill(NaN), words);
  run(gpu, [await bindGate({ gpu, ...shape }, { gate: gate.view.array, encoders, output })]);
  const found = await output.array.read();
  found.forEach((value, i) => assert.equal(Number.isNaN(value), i >= words && i < 2 * words, `word ${i}`));
});
