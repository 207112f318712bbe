import { GpuUnavailableError, KernelError } from "../../src/errors.ts";
import { GpuArray } from "../../src/gpu/array.ts";
import { Commands } from "../../src/gpu/commands.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { gpuStruct } from "../../src/gpu/struct.ts";
import { eigvalsh } from "../../src/linalg/eigen/eigvalsh.ts";
import { featureRanks } from "../../src/rank/methods/feature_ranks.ts";
import { assert } from "../deps.ts";
import { normals } from "../reference/random.ts";
import { smallTask, train } from "../support/tasks.ts";
import { countBuffers } from "../support/buffers.ts";
import { add } from "./kernels.ts";

/** A device of WebGPU's default limits, as a caller may have it. */
async function callersDevice(requiredFeatures: GPUFeatureName[] = []): Promise<GPUDevice & Disposable> {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter!.requestDevice({ requiredFeatures });
  return Object.assign(device, { [Symbol.dispose]: () => device.destroy() });
}

const hasTimestamps = (await navigator.gpu.requestAdapter())!.features.has("timestamp-query");

/** Adds 1 to the words of a new array, and reads them. */
async function addOne(gpu: Gpu): Promise<number[]> {
  using array = new GpuArray(gpu, "words", Uint32Array.of(1, 2, 3));
  const commands = new Commands(gpu);
  commands.run((await gpu.kernel(add)).bind([array], [1]));
  commands.submit();
  return [...await array.readUint32()];
}

Deno.test("Gpu.from: the device works on when the Gpu is disposed, and serves another", async () => {
  using device = await callersDevice();
  const lost = Promise.race([device.lost, new Promise((resolve) => setTimeout(resolve, 50))]);
  using foreign = new DisposableStack();
  const mine = foreign.adopt(
    device.createBuffer({ size: 16, usage: GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST }),
    (buffer) => buffer.destroy(),
  );
  for (let turn = 0; turn < 2; turn++) {
    using gpu = Gpu.from(device);
    assert.deepEqual(await addOne(gpu), [2, 3, 4]);
  }
  assert.equal(await lost, undefined);
  // What the caller does with the device is the caller's again.
  device.pushErrorScope("validation");
  const staging = device.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  device.queue.writeBuffer(mine, 0, Uint32Array.of(7, 8, 9, 10));
  const encoder = device.createCommandEncoder();
  encoder.copyBufferToBuffer(mine, 0, staging, 0, 16);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  assert.deepEqual([...new Uint32Array(staging.getMappedRange())], [7, 8, 9, 10]);
  assert.equal(await device.popErrorScope(), null);
  staging.destroy();
});

Deno.test("Gpu.from: frees what it allocated for itself, and leaves arrays to those who allocated them", async () => {
  using device = await callersDevice(hasTimestamps ? ["timestamp-query"] : []);
  const gpu = Gpu.from(device, { profile: hasTimestamps });
  using buffers = countBuffers(gpu);
  using array = new GpuArray(gpu, "words", 4);
  gpuStruct(gpu, "shape", ["u32", 4]);
  assert.deepEqual(buffers.structs, ["shape"]);
  await addOne(gpu);
  await gpu.profiler?.report();
  gpu[Symbol.dispose]();
  assert.deepEqual(buffers.structs, []);
  assert.deepEqual(buffers.alive, ["words"]);
  await assert.rejects(array.read(), { name: "StaircaseError", message: /this Gpu was disposed/ });
});

Deno.test("Gpu.from: takes limits, features and names as they were granted", async () => {
  using device = await callersDevice();
  using gpu = Gpu.from(device), opened = await Gpu.open();
  assert.equal(gpu.limits, device.limits);
  assert.equal(gpu.limits.maxComputeInvocationsPerWorkgroup, 256);
  assert.equal(gpu.adapterName, opened.adapterName);
  assert.equal(gpu.software, opened.software);
  assert.throws(() => Gpu.from(device, { profile: true }), (error) => {
    assert.ok(error instanceof GpuUnavailableError);
    assert.match(error.message, /takes no timestamps: do without a profile$/);
    return true;
  });
  // An older WebGPU does not say which adapter a device is of.
  const silent = new Proxy(device, {
    get: (target, name) => {
      const value = name === "adapterInfo" ? undefined : Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  using nameless = Gpu.from(silent);
  assert.deepEqual([nameless.adapterName, nameless.software], ["unnamed adapter", false]);
});

Deno.test("Gpu.from: trains and ranks within WebGPU's default limits, as on a device of our own", async () => {
  using device = await callersDevice();
  using gpu = Gpu.from(device), opened = await Gpu.open();
  const matrix = new Float32Array(64 ** 2).map((_, i) => i % 65 === 0 ? i / 65 : 0);
  assert.deepEqual([...(await eigvalsh(gpu, [matrix]))[0]].map(Math.round).sort((a, b) => a - b), [
    ...Array(64).keys(),
  ]);
  const features = { rows: 300, columns: 70, data: normals(300 * 70, 3) };
  for (const method of ["gram-jacobi", "one-sided-jacobi", "inertia", "sturm", "cholesky"] as const) {
    const ranks = async (on: Gpu) =>
      (await featureRanks(on, features, { epsilons: [1e-3], method })).ranks.map(({ rank }) => rank);
    assert.deepEqual(await ranks(gpu), await ranks(opened), method);
  }
  const options = {
    task: smallTask({ count: 200 }),
    hidden: [33, 20],
    steps: 30,
    probeEvery: 10,
    replicas: 3,
  };
  const ranksOf = async (on: Gpu) =>
    (await train(on, options)).probes.map(({ layers }) =>
      layers.map(({ ranks }) => ranks.map((r) => r.rank))
    );
  assert.deepEqual(await ranksOf(gpu), await ranksOf(opened));
});

Deno.test("Gpu.from: an error that no scope caught is a failure, until the Gpu is disposed", async () => {
  using device = await callersDevice();
  device.addEventListener("uncapturederror", (event) => event.preventDefault());
  const wrong = () => device.createBuffer({ size: 16, usage: 0 });
  const gpu = Gpu.from(device);
  wrong();
  await assert.rejects(gpu.failure, KernelError);
  gpu[Symbol.dispose]();
  using next = Gpu.from(device);
  assert.deepEqual(await addOne(next), [2, 3, 4]);
});
