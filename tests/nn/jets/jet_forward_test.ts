import { parseActivation } from "../../../src/nn/activation.ts";
import type { Skip } from "../../../src/nn/layout.ts";
import { bindJetForward } from "../../../src/nn/jets/jet_forward.ts";
import { jetComponents, tangentRows } from "../../../src/nn/jets/jets.ts";
import { assert, fc } from "../../deps.ts";
import { evaluateJet } from "../../reference/activation.ts";
import { type Bounded, exact, product } from "../../reference/bounded.ts";
import { activateJet, components, denseJets, type Jet, skipJet } from "../../reference/jets.ts";
import { run, upload } from "../../support/arrays.ts";
import { assertSameBits, assertWithin } from "../../support/compare.ts";
import { type DenseOperandsOnBoth, drawLayer, fixed } from "../../support/dense_case.ts";
import { byComponent, drawJets, type JetCase, jetCases } from "../jet_case.ts";
import { unpackMatrix } from "../../support/parameters.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

async function evaluate(
  shape: JetCase,
  drawn: DenseOperandsOnBoth,
  name: string,
  stack: DisposableStack,
  skip: Skip = false,
) {
  const { rows, inputs, outputs, replicas, shared, seed, axes, order } = shape;
  const input = drawJets(gpu, shape, inputs, shared, seed + 1, stack);
  const matrix = (height: number) =>
    upload(gpu, new Float32Array(replicas * height * outputs), outputs, replicas, stack);
  const output = matrix(jetComponents(axes, order) * rows), kept = matrix(tangentRows(axes, order) * rows);
  const difference = matrix(jetComponents(axes, order) * rows);
  // Padding too must be written.
  for (const { array } of [output, kept, difference]) array.write(new Float32Array(array.length).fill(7));
  const operands = { gpu, layer: drawn.layer, rows, replicas, axes, order };
  run(gpu, [
    await bindJetForward(operands, {
      input: input.view,
      parameters: drawn.parameters,
      output,
      activation: parseActivation(name),
      skip,
      difference: skip === "adaptive" ? difference.array : null,
      tangents: kept.array,
    }),
  ]);
  const [values, tangents, differences] = await Promise.all(
    [output, kept, difference].map(({ array }) => array.read()),
  );
  return { jets: input.jets, values, tangents, differences };
}

/** Jets Z of one replica in float64. */
function preactivations({ inputs, outputs }: JetCase, x: Jet[][], w: Float32Array, b: Float32Array): Jet[][] {
  assert.equal(w.length, inputs * outputs);
  return x.map((row) => denseJets(row, outputs, (i, j) => w[i * outputs + j], (j) => b[j]));
}

const valueOf = ({ value }: Bounded) => value, errorOf = ({ error }: Bounded) => error;

Deno.test("jet_forward: jets and tangents of any shape are those of float64", async () => {
  const skips = fc.constantFrom<Skip>(false, true, "adaptive");
  const cases = fc.tuple(jetCases, fc.constantFrom("tanh", "gelu", "relu^3"), skips);
  await fc.assert(
    fc.asyncProperty(cases, async ([drawnShape, other, skip]) => {
      using stack = new DisposableStack();
      const shape = skip ? { ...drawnShape, outputs: drawnShape.inputs } : drawnShape;
      const { rows, outputs, replicas, axes, order } = shape;
      // Each activation is another pipeline: further ones in one dimension only.
      const name = axes === 1 && order === 2 ? other : "tanh";
      const drawn = drawLayer(gpu, shape, stack);
      const { jets, values, tangents, differences } = await evaluate(shape, drawn, name, stack, skip);
      for (let r = 0; r < replicas; r++) {
        const z = preactivations(shape, jets[r], drawn.weights[r], drawn.biases[r]);
        const alpha = skip === "adaptive" ? drawn.alphas[r] : null;
        const joined = z.map((row, k) =>
          row.map((each, j) => {
            const sigma = activateJet(name, each);
            return skip ? skipJet(sigma, jets[r][k][j], alpha) : { h: sigma, apart: null };
          })
        );
        const h = byComponent(joined.map((row) => row.map(({ h }) => components(h))));
        const kept = byComponent(
          z.map((row) =>
            row.map((each) => [
              ...evaluateJet(name, each.value).slice(1, 2 + order)
                .map((slope) => alpha === null ? slope : product(exact(alpha), slope)),
              ...components(each).slice(1),
            ])
          ),
        );
        const where = `${name}, skip ${skip}, replica ${r} of ${JSON.stringify(shape)}`;
        const actual = unpackMatrix(values, r, jetComponents(axes, order) * rows, outputs);
        assertWithin(actual, h.map(valueOf), h.map(errorOf), `H of ${where}`);
        const actualKept = unpackMatrix(tangents, r, tangentRows(axes, order) * rows, outputs);
        assertWithin(actualKept, kept.map(valueOf), kept.map(errorOf), `tangents of ${where}`);
        if (alpha === null) continue;
        const apart = byComponent(joined.map((row) => row.map(({ apart }) => components(apart!))));
        const actualApart = unpackMatrix(differences, r, jetComponents(axes, order) * rows, outputs);
        assertWithin(actualApart, apart.map(valueOf), apart.map(errorOf), `S of ${where}`);
      }
    }),
    fixed(40),
  );
});

Deno.test("jet_forward: NaN parameters of one replica do not reach another", async () => {
  for (const [axes, order] of [[1, 3], [2, 2]] as const) {
    using stack = new DisposableStack();
    // Rows and columns that end inside of a tile, so that tiles read what they do not keep.
    const shape = { rows: 37, inputs: 5, outputs: 6, replicas: 3, shared: true, seed: 3, axes, order };
    const drawn = drawLayer(gpu, shape, stack);
    const before = await evaluate(shape, drawn, "tanh", stack);
    const words = 4 * drawn.size;
    drawn.parameters.array.write(new Float32Array(words).fill(NaN), words);
    const after = await evaluate(shape, drawn, "tanh", stack);
    for (const key of ["values", "tangents"] as const) {
      const third = before[key].length / 3;
      for (const r of [0, 2]) {
        const part = (array: Float32Array) => array.subarray(r * third, (r + 1) * third);
        assertSameBits(part(after[key]), part(before[key]), `${key}, replica ${r}`);
      }
      for (let row = 0; row < third / 8; row++) {
        assert(Number.isNaN(after[key][third + 8 * row]), "NaN got lost");
      }
    }
  }
});
