import { GpuArray } from "../../../src/gpu/array.ts";
import { padRows } from "../../../src/linalg/matrix_view.ts";
import type { Skip } from "../../../src/nn/layout.ts";
import { bindJetBackward } from "../../../src/nn/jets/jet_backward.ts";
import { jetComponents } from "../../../src/nn/jets/jets.ts";
import { assert, fc } from "../../deps.ts";
import { evaluateJet } from "../../reference/activation.ts";
import { activateAdjoint, components, type Jet, scaleJet, sumJets } from "../../reference/jets.ts";
import { run, upload } from "../../support/arrays.ts";
import { assertSameBits, assertWithin } from "../../support/compare.ts";
import { type DenseOperandsOnBoth, drawLayer, fixed } from "../../support/dense_case.ts";
import { byComponent, drawJets, type JetCase, jetCases } from "../jet_case.ts";
import { unpackMatrix } from "../../support/parameters.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

const NAME = "tanh";

/**
 * Tangents of the layer below, as the kernel that goes forward leaves them, rounded once; its jets
 * Z on the host.
 */
function drawTangents(shape: JetCase, stack: DisposableStack): { z: Jet[][][]; tangents: GpuArray } {
  const { jets } = drawJets(gpu, shape, shape.inputs, false, shape.seed + 2, stack);
  const words = jets.flatMap((z) =>
    byComponent(
      z.map((row) =>
        row.map((each) =>
          [...evaluateJet(NAME, each.value).slice(1, 2 + shape.order), ...components(each).slice(1)]
            .map(({ value }) => value)
        )
      ),
    )
  );
  const tangents = stack.use(new GpuArray(gpu, "tangents", padRows(Float32Array.from(words), shape.inputs)));
  return { z: jets, tangents };
}

async function evaluate(
  shape: JetCase,
  drawn: DenseOperandsOnBoth,
  stack: DisposableStack,
  carries: { readonly adds: Skip; readonly keeps: boolean } | null = null,
) {
  const { rows, inputs, outputs, replicas, seed, axes, order } = shape;
  const delta = drawJets(gpu, shape, outputs, false, seed + 1, stack);
  const { z, tangents } = drawTangents(shape, stack);
  const below = upload(
    gpu,
    new Float32Array(replicas * jetComponents(axes, order) * rows * inputs),
    inputs,
    replicas,
    stack,
  );
  // Padding too must be written.
  below.array.write(new Float32Array(below.array.length).fill(7));
  const operands = { gpu, layer: drawn.layer, rows, replicas, axes, order };
  const { parameters } = drawn;
  const past = drawJets(gpu, shape, inputs, false, seed + 3, stack);
  const carried = carries?.adds || carries?.keeps ? { array: past.view.array, ...carries } : null;
  const arrays = { delta: delta.view, parameters, slopes: tangents, deltaBelow: below, carried };
  run(gpu, [await bindJetBackward(operands, arrays)]);
  return {
    delta: delta.jets,
    z,
    values: await below.array.read(),
    past: past.jets,
    kept: await past.view.array.read(),
  };
}

Deno.test("jet_backward: deltas of any shape are those of float64", async () => {
  const skips = fc.constantFrom<Skip>(false, true, "adaptive");
  await fc.assert(
    fc.asyncProperty(jetCases, skips, fc.boolean(), async (shape, adds, keeps) => {
      using stack = new DisposableStack();
      const { rows, inputs, outputs, replicas, axes, order } = shape;
      const drawn = drawLayer(gpu, shape, stack);
      const carries = { adds, keeps };
      const { delta, z, values, past, kept } = await evaluate(shape, drawn, stack, carries);
      for (let r = 0; r < replicas; r++) {
        const gradients = z[r].map((row, k) =>
          row.map((_, i) => {
            const g = delta[r][k].map((error, j) => scaleJet(error, drawn.weights[r][i * outputs + j]));
            if (!adds) return sumJets(g, 4);
            const share = adds === "adaptive" ? Math.fround(1 - drawn.alphas[r]) : 1;
            return sumJets([sumJets(g, 4), scaleJet(past[r][k][i], share)]);
          })
        );
        const where = `replica ${r} of ${JSON.stringify({ ...shape, ...carries })}`;
        const check = (words: Float32Array, jets: Jet[][], what: string) => {
          const expected = byComponent(jets.map((row) => row.map(components)));
          const actual = unpackMatrix(words, r, jetComponents(axes, order) * rows, inputs);
          const values = expected.map(({ value }) => value), errors = expected.map(({ error }) => error);
          assertWithin(actual, values, errors, `${what}, ${where}`);
        };
        const through = gradients.map((row, k) => row.map((g, i) => activateAdjoint(NAME, z[r][k][i], g)));
        check(values, through, "deltas");
        check(kept, keeps ? gradients : past[r], "what is carried");
      }
    }),
    fixed(40),
  );
});

Deno.test("jet_backward: NaN parameters of one replica do not reach another", async () => {
  using stack = new DisposableStack();
  const shape: JetCase = {
    rows: 37,
    inputs: 6,
    outputs: 5,
    replicas: 3,
    shared: false,
    seed: 3,
    axes: 2,
    order: 2,
  };
  const drawn = drawLayer(gpu, shape, stack);
  const before = await evaluate(shape, drawn, stack);
  const words = 4 * drawn.size;
  drawn.parameters.array.write(new Float32Array(words).fill(NaN), words);
  const after = await evaluate(shape, drawn, stack);
  const third = before.values.length / 3;
  for (const r of [0, 2]) {
    const part = (array: Float32Array) => array.subarray(r * third, (r + 1) * third);
    assertSameBits(part(after.values), part(before.values), `replica ${r}`);
  }
  for (let row = 0; row < third / 8; row++) {
    assert(Number.isNaN(after.values[third + 8 * row]), "NaN got lost");
  }
});
