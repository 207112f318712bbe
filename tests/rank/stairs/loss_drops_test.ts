import { lossDrops } from "../../../src/rank/stairs/loss_drops.ts";
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
