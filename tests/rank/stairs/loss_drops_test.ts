import { lossDrops } from "../../../src/rank/stairs/loss_drops.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert } from "../../deps.ts";

Deno.test("lossDrops: one for each fall behind a plateau, and none for a sum of decays", () => {
  const probes = (loss: (time: number) => number) =>
    Array.from({ length: 300 }, (_, i) => ({ step: 5 * i, loss: loss(i / 10) }));
  const step = (time: number, at: number) => 1 / (1 + Math.exp(4 * (time - at)));
  assert.deepEqual(lossDrops(probes((t) => step(t, 8.05) + 0.1 * step(t, 20.05))), [80, 200]);
  assert.deepEqual(lossDrops(probes((t) => Math.exp(-t) + 0.2 * Math.exp(-t / 9))), []);
  assert.deepEqual(lossDrops(probes(() => 1)), []);
  assert.deepEqual(lossDrops(probes(() => NaN)), []);
  assert.deepEqual(lossDrops([{ step: 0, loss: 1 }]), []);
});

Deno.test("lossDrops: a plateau whose loss is rounded to single precision has none", () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const random = uniform(seed);
    // Falls as slowly as small weights grow, with errors of up to three units in the last place.
    const losses = Array.from({ length: 200 }, (_, i) => {
      const exact = 1.3125 / (1 + 1e-9 * Math.exp(i / 10));
      return Math.fround(exact + Math.round(6 * random() - 3) * 2 ** -23);
    });
    const probes = losses.map((loss, i) => ({ step: 40 * i, loss }));
    assert.deepEqual(lossDrops(probes), []);
    const fallen = losses.map((loss, i) => ({ step: 40 * i, loss: i < 150 ? loss : loss / 4 }));
    assert.deepEqual(lossDrops(fallen), [149]);
  }
});
