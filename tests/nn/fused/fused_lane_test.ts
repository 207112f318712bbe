import { lanesFit, lanesPay } from "../../../src/nn/fused/fused_lane.ts";
import { Network } from "../../../src/nn/network.ts";
import { assert } from "../../deps.ts";
import { openGpu } from "../../support/gpu.ts";
import { assertSameSteps, divergingCase, manyCases } from "../../support/many_case.ts";

const gpu = await openGpu();

// The order of its sums is that of lavapipe's products of matrices. Elsewhere it may have other
// bits, and is not chosen then: many_steps_test.ts.
const ignore = !gpu.adapterName.startsWith("llvmpipe");

Deno.test({
  name:
    "fused_lane: losses, activations, optimisers, schedules and mini-batches have the bits of single steps",
  ignore,
  fn: async () => {
    for (const what of manyCases) await assertSameSteps(gpu, what, "lanes", what.widths.join("-"));
  },
});

Deno.test({
  name: "fused_lane: a replica that diverges rests, and leaves the others alone",
  ignore,
  fn: async () => {
    const diverged = await assertSameSteps(gpu, divergingCase, "lanes", "full batch");
    assert(diverged[1] > 1 && diverged[0] === 0, `${diverged}`);
    const drawn = { ...divergingCase, options: { ...divergingCase.options, batch: 5 } };
    assert((await assertSameSteps(gpu, drawn, "lanes", "mini-batches"))[4] > 1);
  },
});

Deno.test("fused_lane: it is for many small networks that train for long, on a CPU that poses as a GPU", async () => {
  const choice = async (hidden: readonly number[], replicas: number, steps: number) => {
    const shape = { inputs: 1, hidden, outputs: 1, activation: "tanh", initializer: "pytorch", replicas };
    using network = await Network.create(gpu, shape);
    return [lanesFit(network, 64), lanesPay(network, { count: 64, steps, optimizer: "momentum" })];
  };
  assert.deepEqual(await choice([16, 16], 1024, 1000), [true, gpu.software]);
  assert.deepEqual(await choice([16, 16], 1024, 100), [true, false]);
  assert.deepEqual(await choice([16, 16], 32, 1e6), [true, false]);
  assert.deepEqual(await choice([50, 50], 1024, 1000), [false, false]);
});
