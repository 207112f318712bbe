import { Gpu } from "../../../src/gpu/device.ts";
import { defaultVariant } from "../../../src/nn/fused/fused_variant.ts";
import { buffersFit } from "../../../src/nn/fused/many_operands.ts";
import { chooseManySteps } from "../../../src/nn/fused/many_steps.ts";
import { Network } from "../../../src/nn/network.ts";
import { scheduleFields } from "../../../src/nn/optim/schedule.ts";
import { optimizerArrays } from "../../../src/nn/optim/update.ts";
import { uploadSamples } from "../../../src/nn/samples.ts";
import { assert } from "../../deps.ts";
import { randomSamples } from "../../support/arrays.ts";
import { assertSameBits } from "../../support/compare.ts";

/** What is chosen for a network of some replicas that trains for some steps. */
async function choiceOf(gpu: Gpu, replicas: number, steps: number, hidden: readonly number[] = [3]) {
  using stack = new DisposableStack();
  const shape = { inputs: 1, hidden, outputs: 1, activation: "tanh", initializer: "pytorch", replicas };
  const network = stack.use(await Network.create(gpu, shape));
  const samples = uploadSamples(gpu, randomSamples(1, 20, 1, 1), stack);
  const options = {
    optimizer: { name: "momentum", learningRate: 0.1 } as const,
    schedule: { kind: "constant" } as const,
    steps,
    batch: null,
    logCapacity: 4,
  };
  const arrays = optimizerArrays(network, options, stack), before = await network.parameters.read();
  const chosen = await chooseManySteps(network, samples, {
    ...options,
    loss: "mean-squared-error",
    optimizer: "momentum",
    schedule: scheduleFields(20, options),
    arrays,
  }, defaultVariant(network, "own-rows"));
  assertSameBits(await network.parameters.read(), before, "parameters of the network itself");
  assert((await arrays.states.readUint32()).every((word, at) => word === 0 || at % 11 > 8), "states");
  return chosen;
}

Deno.test("many_steps: on a CPU that poses as a GPU, lanes where they pay and have the bits of single steps", async () => {
  using gpu = await Gpu.open();
  const isLavapipe = gpu.adapterName.startsWith("llvmpipe");
  const lanes = isLavapipe ? ["lanes"] : gpu.software ? [null, "lanes"] : [null];
  assert(lanes.includes(await choiceOf(gpu, 64, 1e6)));
  assert.equal(await choiceOf(gpu, 64, 100), null);
  assert.equal(await choiceOf(gpu, 3, 1e6), null);
});

Deno.test("many_steps: on a GPU, a workgroup a network where it was timed and won", async () => {
  using gpu = await Gpu.open({ autotune: true });
  Object.defineProperty(gpu, "software", { value: false });
  const chosen = await choiceOf(gpu, 5, 100);
  const [choice] = gpu.choices;
  assert.equal(choice.kernel, "fused_group");
  assert.equal(chosen, choice.chosen === "a workgroup a network" ? "groups" : null);
  assert.equal(await choiceOf(gpu, 5, 100, [90, 90]), null);
  assert.equal(gpu.choices.length, 1);

  using untuned = await Gpu.open();
  Object.defineProperty(untuned, "software", { value: false });
  assert.equal(await choiceOf(untuned, 5, 100), null);
});

Deno.test("many_steps: rates of layers take an adapter with a buffer more than WebGPU promises", async () => {
  using gpu = await Gpu.open();
  using stack = new DisposableStack();
  const shape = { inputs: 1, hidden: [3], outputs: 1, activation: "tanh", initializer: "pytorch" };
  const network = stack.use(await Network.create(gpu, shape));
  const layer = { weights: 1, biases: 0 };
  const arraysOf = (layers: object) =>
    optimizerArrays(
      network,
      { optimizer: { name: "sgd", learningRate: 0.1, ...layers }, logCapacity: 4 },
      stack,
    );
  const [plain, rated] = [arraysOf({}), arraysOf({ layers: [layer, layer] })];
  const fits = (most: number, arrays: typeof plain) => {
    const value = { maxStorageBuffersPerShaderStage: most };
    Object.defineProperty(gpu, "limits", { value, configurable: true });
    return buffersFit(gpu, arrays);
  };
  assert.deepEqual([fits(8, plain), fits(8, rated), fits(9, rated)], [true, false, true]);
});
