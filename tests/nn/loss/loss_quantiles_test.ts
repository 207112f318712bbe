import { GpuArray } from "../../../src/gpu/array.ts";
import { Commands } from "../../../src/gpu/commands.ts";
import { LossQuantiles, NEVER } from "../../../src/nn/loss/loss_quantiles.ts";
import { lossShares } from "../../../src/nn/loss/loss_shares.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert, fc } from "../../deps.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** What the kernel is to find, in float64, by sorting. */
function reference(row: Float32Array): number[] {
  const sorted = Float64Array.from(row.filter(Number.isFinite)).sort();
  return lossShares.map((share) =>
    sorted[Math.floor(Math.round(20 * share) * (sorted.length - 1) / 20)] ?? NaN
  );
}

/** Reduces the steps of a log from `first` on. */
async function reduce(log: Float32Array, replicas: number, first: number, count: number) {
  using stack = new DisposableStack();
  const losses = stack.use(new GpuArray(gpu, "losses", log)), capacity = log.length / replicas;
  const reduction = await LossQuantiles.bind(gpu, { losses, replicas, capacity }, stack);
  const commands = new Commands(gpu);
  reduction.encode(commands, first, count);
  commands.submit();
  const [quantiles, firstBad] = await Promise.all([
    reduction.quantiles.read(),
    reduction.firstBad.readUint32(),
  ]);
  return { quantiles, firstBad };
}

const special = [NaN, Infinity, -Infinity, 0, -0, 1e-45, -1e-45, 3.4e38, -3.4e38, 1, 1];

Deno.test("LossQuantiles: those of a sort, of any replicas, steps and values", async () => {
  const shapes = fc.record({
    replicas: fc.oneof(fc.constantFrom(1, 2, 3, 63, 64, 65, 1000), fc.integer({ min: 1, max: 300 })),
    steps: fc.integer({ min: 1, max: 9 }),
    wild: fc.constantFrom(0, 0.02, 0.5, 1),
    seed: fc.integer({ min: 0, max: 1e6 }),
  });
  await fc.assert(
    fc.asyncProperty(shapes, async ({ replicas, steps, wild, seed }) => {
      const random = uniform(seed), first = Math.floor(100 * random());
      const log = Float32Array.from(
        { length: replicas * steps },
        () =>
          random() < wild
            ? special[Math.floor(special.length * random())]
            : random() < 0.3
            ? 0.5
            : (random() - 0.1) * 10 ** (6 * random() - 5),
      );
      const { quantiles, firstBad } = await reduce(log, replicas, first, steps);
      const bad = new Uint32Array(replicas).fill(NEVER);
      for (let step = first + steps - 1; step >= first; step--) {
        const slot = step % steps, row = log.subarray(slot * replicas, (slot + 1) * replicas);
        row.forEach((loss, replica) => Number.isFinite(loss) || (bad[replica] = step));
        const found = quantiles.subarray(7 * slot, 7 * slot + 7), expected = reference(row);
        // 0 and −0 are equal values.
        found.forEach((value, q) =>
          assert(
            value === expected[q] || Number.isNaN(value) && Number.isNaN(expected[q]),
            `${found} ${expected}`,
          )
        );
      }
      assert.deepEqual(firstBad, bad);
    }),
    { numRuns: 60 },
  );
});

Deno.test("LossQuantiles: many replicas; only the steps asked for; the first of several bad steps", async () => {
  const replicas = 70_001, random = uniform(9);
  const log = Float32Array.from({ length: 3 * replicas }, () => 1 + random());
  log[2 * replicas + 5] = NaN;
  log[replicas + 5] = Infinity;
  log[7] = NaN;
  // Step 4 lies in slot 1, step 5 in slot 2; slot 0 is of no step that is asked for.
  const { quantiles, firstBad } = await reduce(log, replicas, 4, 2);
  for (const slot of [1, 2]) {
    const expected = reference(log.subarray(slot * replicas, (slot + 1) * replicas));
    assert.deepEqual([...quantiles.subarray(7 * slot, 7 * slot + 7)], expected);
  }
  assert.deepEqual([...quantiles.subarray(0, 7)], [0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual([firstBad[5], firstBad[7], firstBad[8]], [4, NEVER, NEVER]);
});
