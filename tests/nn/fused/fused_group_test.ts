import { groupsFit } from "../../../src/nn/fused/fused_group.ts";
import { Network } from "../../../src/nn/network.ts";
import { assert } from "../../deps.ts";
import { openGpu } from "../../support/gpu.ts";
import { assertSameSteps, divergingCase, manyCases } from "../../support/many_case.ts";

const gpu = await openGpu();

Deno.test("fused_group: losses, activations, optimisers, schedules and mini-batches have the bits of single steps", async () => {
  for (const what of manyCases) await assertSameSteps(gpu, what, "groups", what.widths.join("-"));
});

Deno.test("fused_group: a replica that diverges rests, and leaves the others alone", async () => {
  const diverged = await assertSameSteps(gpu, divergingCase, "groups", "full batch");
  assert(diverged[1] > 1 && diverged[0] === 0, `${diverged}`);
  const drawn = { ...divergingCase, options: { ...divergingCase.options, batch: 5 } };
  assert((await assertSameSteps(gpu, drawn, "groups", "mini-batches"))[4] > 1);
});

Deno.test("fused_group: it takes the networks that fit workgroup memory", async () => {
  const fits = async (hidden: readonly number[], samples: number) => {
    const shape = { inputs: 1, hidden, outputs: 1, activation: "tanh", initializer: "pytorch" };
    using network = await Network.create(gpu, shape);
    return groupsFit(network, samples);
  };
  const { maxComputeWorkgroupStorageSize: most } = gpu.limits;
  assert.equal(await fits([8, 8], 64), most >= 12_400);
  assert.equal(await fits([16, 16], 64), most >= 21_500);
  assert.equal(await fits([50, 50], 256), false);
});
