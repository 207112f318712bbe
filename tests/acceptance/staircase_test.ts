import { runExperiment } from "../../src/experiments/core/run.ts";
import { staircase } from "../../src/experiments/staircase/mod.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { spectrumProbes } from "../../src/train/trace.ts";
import { assert } from "../deps.ts";

Deno.test("the default staircase: the loss falls, the rank rises in stairs, and the floor holds", async () => {
  using gpu = await Gpu.open();
  const { rows: [{ trace, summary }], plan: options } = await runExperiment(gpu, staircase, {});
  assert.deepEqual([options.hidden, options.steps, options.probeEvery], [[50, 50], 10_000, 10]);
  assert.equal(trace.probes.length, 1001);
  const [{ layers: [first, terminal], floorHolds }] = summary.replicas;
  assert(summary.loss < 0.05, `loss ${summary.loss}`);

  const smallest = options.epsilons.indexOf(1e-6);
  const [below, { initial, final, furthestFall, spearman, staircase: { stairs, jumps }, tests }] = [
    first,
    terminal,
  ].map(({ ranks }) => ranks[smallest]);
  assert(final.rank >= 18, `rank ${final.rank}`);
  assert(initial <= 4, `rank ${initial} at the start`);
  assert(furthestFall <= 3, `${furthestFall} below the running maximum`);
  assert(spearman < -0.9, `ρ = ${spearman}`);
  assert(final.rank > below.final.rank, `${final.rank}, below it ${below.final.rank}`);
  assert(stairs.length >= 10 && jumps.filter(({ size }) => size > 0).length >= 10, `${stairs.length} stairs`);

  // No smooth trend lasts as unevenly on its levels.
  assert(tests.ramp.pValue <= 0.05, `p = ${tests.ramp.pValue}`);

  assert.equal(floorHolds, true);
  const floored = spectrumProbes(trace).map(({ loss, floors }) => ({ loss, floor: floors![smallest] }));
  assert(floored.length > 50 && floored.every(({ loss, floor }) => floor <= loss));
  // The floor is worth something, and falls with the loss.
  assert(floored.some(({ loss, floor }) => floor > 0.1 * loss));
  const floors = floored.map(({ floor }) => floor);
  assert(floors.at(-1)! < Math.max(...floors));
});
