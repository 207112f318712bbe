import { InputError } from "../../src/errors.ts";
import { GpuArray } from "../../src/gpu/array.ts";
import { Commands } from "../../src/gpu/commands.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { largestFitting, originalOf, wouldFit } from "../../src/gpu/planning.ts";
import { ReadbackRing } from "../../src/gpu/readback.ts";
import { assert } from "../deps.ts";
import { countBuffers } from "../support/buffers.ts";
import { add } from "./kernels.ts";

Deno.test("wouldFit: limits and memory of the device count, its memory stays", async () => {
  using gpu = await Gpu.open({ memory: 2 ** 20 });
  using buffers = countBuffers(gpu);
  using _ = new GpuArray(gpu, "words", 2 ** 16);
  const words = (2 ** 20 - 2 ** 18) / 4;
  assert.equal(await wouldFit(gpu, (plan) => new GpuArray(plan, "more words", words)), true);
  assert.equal(await wouldFit(gpu, (plan) => new GpuArray(plan, "more words", words + 1)), false);
  assert.equal(
    await wouldFit(gpu, async (plan) => {
      for (let turn = 0; turn < 10; turn++) {
        using array = new GpuArray(plan, "more words", words / 2);
        using ring = new ReadbackRing(plan, [array], 1);
        const commands = new Commands(plan);
        commands.run((await plan.kernel(add)).bind([array], [1]));
        assert.equal((await ring.submit(commands))[0].length, words / 2);
        assert.equal(originalOf(plan), gpu);
      }
    }),
    true,
  );
  using large = await Gpu.open({ memory: Infinity });
  const most = large.limits.maxStorageBufferBindingSize / 4;
  assert.equal(await wouldFit(large, (plan) => new GpuArray(plan, "more words", most)), true);
  assert.equal(await wouldFit(large, (plan) => new GpuArray(plan, "more words", most + 1)), false);
  await assert.rejects(wouldFit(gpu, () => Promise.reject(new InputError("another error"))), /another error/);
  assert.equal(originalOf(gpu), gpu);
  assert.deepEqual(buffers.alive, ["words"]);
});

Deno.test("largestFitting: exact up to 10, at most 10 % below from there on, never above", async () => {
  for (const most of [0, 1, 2, 3, 7, 50, 51, 1000, 2 ** 32 - 1]) {
    for (const largest of [0, 1, 2, 3, 5, 31, 49, 50, 51, 777, 65_535, 4e9]) {
      let tries = 0;
      const found = await largestFitting(most, (count) => {
        tries++;
        assert.ok(count >= 1 && count <= most, `${count} of ${most}`);
        return Promise.resolve(count <= largest);
      });
      const expected = Math.min(most, largest);
      assert.ok(
        found <= expected && found >= expected - Math.max(0, expected / 10),
        `${found}, not ${expected}`,
      );
      if (expected <= 10) assert.equal(found, expected);
      assert.ok(tries < 45, `${tries} tries`);
    }
  }
});
