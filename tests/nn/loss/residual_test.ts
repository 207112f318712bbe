import { GpuArray } from "../../../src/gpu/array.ts";
import type { JetOrder } from "../../../src/nn/jets/directions.ts";
import { jetComponents } from "../../../src/nn/jets/jets.ts";
import { bindResidual } from "../../../src/nn/loss/residual.ts";
import { assert, fc } from "../../deps.ts";
import { sum } from "../../reference/bounded.ts";
import { components, type Jet } from "../../reference/jets.ts";
import { type ReferenceCondition, weighResidual } from "../../reference/residual.ts";
import { randomFloats, run, upload } from "../../support/arrays.ts";
import { assertSameBits, assertWithin } from "../../support/compare.ts";
import { fixed } from "../../support/dense_case.ts";
import { byComponent, drawConditions, drawJets } from "../jet_case.ts";
import { unpackMatrix } from "../../support/parameters.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** Loss and deltas of each replica. */
async function evaluate(
  conditions: readonly ReferenceCondition[],
  { axes, order }: { axes: number; order: JetOrder },
  replicas: number,
  seed: number,
  poison = false,
) {
  using stack = new DisposableStack();
  const count = conditions.reduce((all, { count }) => all + count, 0);
  const shape = { rows: count, inputs: 1, outputs: 1, replicas, shared: false, seed, axes, order };
  const { jets, view } = drawJets(gpu, shape, 1, false, seed, stack);
  if (poison) view.array.write(new Float32Array(4 * view.batch).fill(NaN), 4 * view.batch);
  const floats = randomFloats(seed + 1);
  const y = floats(count, -2, 2), weights = floats(count, 0.1, 1);
  const samples = {
    count,
    x: view,
    y: upload(gpu, y, 1, 0, stack),
    weights: stack.use(new GpuArray(gpu, "weights", weights)),
    weightBatch: 0,
    axes,
    order,
  };
  const { dispatch, delta, partials, partialCount } = await bindResidual(
    gpu,
    { conditions, samples, output: view, replicas },
    stack,
  );
  delta.array.write(new Float32Array(delta.array.length).fill(7));
  run(gpu, [dispatch]);
  const [deltas, sums] = await Promise.all([delta.array.read(), partials.read()]);
  return Array.from({ length: replicas }, (_, r) => {
    const own = sums.subarray(2 * r * partialCount, 2 * (r + 1) * partialCount);
    let loss = 0, hits = 0;
    own.forEach((each, i) => i % 2 === 0 ? loss += each : hits += each);
    return {
      jets: jets[r],
      y,
      weights,
      loss,
      hits,
      deltas: unpackMatrix(deltas, r, jetComponents(axes, order) * count, 1),
    };
  });
}

Deno.test("residual: loss and deltas of any conditions are those of float64", async () => {
  const cases = fc.record({
    counts: fc.array(fc.constantFrom(1, 2, 37, 255, 256, 257), { minLength: 1, maxLength: 4 }),
    axes: fc.constantFrom(1, 2, 3),
    order: fc.constantFrom<JetOrder>(2, 3),
    replicas: fc.constantFrom(1, 3),
    seed: fc.nat(1e9),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ counts, axes, order, replicas, seed }) => {
      const conditions = drawConditions(counts, axes, seed + 2, { third: order > 2 });
      const all = await evaluate(conditions, { axes, order }, replicas, seed);
      const operators = conditions.flatMap(({ operator, count }) => new Array(count).fill(operator));
      all.forEach(({ jets, y, weights, loss, hits, deltas }, r) => {
        const each = operators.map((operator, k) =>
          weighResidual(operator, jets[k][0] as Jet, y[k], weights[k])
        );
        const total = sum(each.map((one) => one.loss));
        const where = `${counts.join(", ")} samples, ${axes} axes, replica ${r}`;
        assertWithin([loss], [total.value], [total.error], `loss of ${where}`);
        assert.equal(hits, 0);
        const expected = byComponent(each.map(({ gradient }) => [components(gradient)]));
        assertWithin(
          deltas,
          expected.map(({ value }) => value),
          expected.map(({ error }) => error),
          `deltas of ${where}`,
        );
      });
    }),
    fixed(40),
  );
});

Deno.test("residual: NaN in one replica's output does not reach another's loss or deltas", async () => {
  const conditions = drawConditions([30, 7], 2, 5);
  const shape = { axes: 2, order: 2 } as const;
  const before = await evaluate(conditions, shape, 3, 9),
    after = await evaluate(conditions, shape, 3, 9, true);
  for (const r of [0, 2]) {
    assert.equal(after[r].loss, before[r].loss);
    assertSameBits(after[r].deltas, before[r].deltas, `deltas of replica ${r}`);
  }
  assert(Number.isNaN(after[1].loss));
});
