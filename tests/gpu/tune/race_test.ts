import { KernelError } from "../../../src/errors.ts";
import { GpuArray } from "../../../src/gpu/array.ts";
import { Commands } from "../../../src/gpu/commands.ts";
import { Gpu } from "../../../src/gpu/device.ts";
import type { KernelSource } from "../../../src/gpu/kernel.ts";
import { autotune, type Candidate } from "../../../src/gpu/tune/autotune.ts";
import { assert } from "../../deps.ts";
import { add, slow } from "../kernels.ts";

/** A kernel with as many lanes as asked for. */
const greedy: KernelSource = {
  name: "greedy",
  files: [
    `override LANES: u32 = 64u;
     @group(0) @binding(0) var<storage, read_write> a: array<u32>;
     @compute @workgroup_size(LANES) fn main(@builtin(local_invocation_index) lane: u32) {
       if (lane < arrayLength(&a)) { a[lane] += 1u; }
     }`,
  ],
};
/** More lanes than any adapter has. */
const TOO_MANY = { LANES: 2 ** 16 };

/** A candidate that runs a kernel once on an array, filled where `words` says so. */
function candidate(gpu: Gpu, source: KernelSource, label: string, constants = {}, words?: Uint32Array) {
  const bind: Candidate<string>["bind"] = async (stack) => {
    const kernel = await gpu.kernel(source, constants);
    return [kernel.bind([stack.use(new GpuArray(gpu, label, words ?? 64))], [4])];
  };
  return { name: label, value: label, bind };
}

/** Asserts that a device computes as before. */
async function assertUsable(gpu: Gpu): Promise<void> {
  using array = new GpuArray(gpu, "words", Uint32Array.of(1, 2, 3));
  const commands = new Commands(gpu);
  commands.run((await gpu.kernel(add, { STEP: 7 })).bind([array], [1]));
  commands.submit();
  assert.deepEqual(await array.readUint32(), Uint32Array.of(8, 9, 10));
  assert.equal(await Promise.race([gpu.failure, Promise.resolve("no failure")]), "no failure");
}

/** Makes a device refuse the buffers with a label, as one does whose memory is full. */
function refuse(gpu: Gpu, label: string): void {
  const { device } = gpu, { createBuffer } = device;
  device.createBuffer = (descriptor) =>
    createBuffer.call(device, {
      ...descriptor,
      ...descriptor.label === label && { size: 2 ** 40 },
    });
}

Deno.test("race: what does not compile, or finds no memory, loses; the device stays usable", async () => {
  using gpu = await Gpu.open({ autotune: true });
  refuse(gpu, "huge");
  refuse(gpu, "huge and filled");
  const words = new Uint32Array(64).fill(5);
  const candidates = [
    candidate(gpu, slow, "slow"),
    candidate(gpu, { name: "garbled", files: ["fn main() {"] }, "garbled"),
    candidate(gpu, greedy, "greedy", TOO_MANY),
    candidate(gpu, add, "huge"),
    candidate(gpu, add, "huge and filled", {}, words),
    candidate(gpu, add, "fast"),
  ];
  assert.equal(await autotune(gpu, { kernel: "race", shape: {} }, candidates), "fast");
  const { milliseconds } = gpu.choices[0];
  const lost = Object.entries(milliseconds).filter(([, time]) => time === null).map(([name]) => name);
  assert.deepEqual(lost, ["garbled", "greedy", "huge", "huge and filled"]);
  await assertUsable(gpu);
  await assert.rejects(gpu.kernel(greedy, TOO_MANY), KernelError);
  await gpu.kernel(greedy);
});

Deno.test("race: commands that use memory which the device refused do fail the device", async () => {
  using gpu = await Gpu.open();
  refuse(gpu, "huge");
  const kernel = await gpu.kernel(add);
  using array = new GpuArray(gpu, "huge", 64), other = new GpuArray(gpu, "other", 64);
  const dispatch = kernel.bind([array], [1]);
  await assert.rejects(gpu.accept([array.buffer]), { name: "KernelError", message: /^huge: / });
  await assert.rejects(gpu.accept([dispatch.bindGroup]), { name: "KernelError", message: /^huge: / });
  await gpu.accept([other.buffer, kernel.bind([other], [1]).bindGroup]);
  await assertUsable(gpu);
  const commands = new Commands(gpu);
  commands.run(dispatch);
  commands.submit();
  await assert.rejects(other.read(), KernelError);
});

Deno.test("Gpu.kernel: an internal error of the driver is a KernelError, and no failure of the device", async () => {
  using gpu = await Gpu.open();
  const { device } = gpu, { pushErrorScope, popErrorScope, createComputePipeline } = device;
  const open: GPUErrorFilter[] = [];
  let isBroken = false;
  device.pushErrorScope = (kind) => {
    open.push(kind);
    pushErrorScope.call(device, kind);
  };
  device.createComputePipeline = (descriptor) => {
    isBroken = descriptor.label === "internal";
    return createComputePipeline.call(device, descriptor);
  };
  device.popErrorScope = async () => {
    const kind = open.pop();
    const message = kind === "internal" && isBroken ? "the driver's compiler failed" : null;
    const error = await popErrorScope.call(device);
    return message ? { message } as GPUError : error;
  };
  await assert.rejects(gpu.kernel({ ...add, name: "internal" }), {
    name: "KernelError",
    message: "kernel internal: the driver's compiler failed",
  });
  await assertUsable(gpu);
  assert.deepEqual(open, []);
});
