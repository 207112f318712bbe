import { assert } from "../deps.ts";
import { DeviceLostError, InputError, KernelError } from "../../src/errors.ts";
import { GpuArray } from "../../src/gpu/array.ts";
import { Commands } from "../../src/gpu/commands.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { ReadbackRing } from "../../src/gpu/readback.ts";
import { add, slow } from "./kernels.ts";

/**
 * The error that a promise rejects with; fails where it resolves, or takes longer than five
 * seconds.
 */
async function rejection(promise: Promise<unknown>): Promise<Error> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Error>((resolve) => {
    timer = setTimeout(() => resolve(new Error("nothing happened for five seconds")), 5000);
  });
  const outcome = promise.then(() => new Error("resolved"), (error: Error) => error);
  try {
    return await Promise.race([outcome, late]);
  } finally {
    clearTimeout(timer);
  }
}

Deno.test("Gpu.open: every preference opens an adapter, software on request", async () => {
  for (const adapter of ["high-performance", "low-power", "software"] as const) {
    using gpu = await Gpu.open({ adapter });
    assert.notEqual(gpu.adapterName, "");
    assert.equal(gpu.profiler, null);
    if (adapter === "software") assert.equal(gpu.software, true);
  }
});

Deno.test("Gpu.open: grants what the adapter has, beyond WebGPU's defaults", async () => {
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: "high-performance" });
  using gpu = await Gpu.open();
  for (
    const name of [
      "maxBufferSize",
      "maxStorageBufferBindingSize",
      "maxComputeInvocationsPerWorkgroup",
      "maxComputeWorkgroupStorageSize",
    ] as const
  ) {
    assert.equal(gpu.limits[name], adapter!.limits[name], name);
  }
  if (/llvmpipe/.test(gpu.adapterName)) {
    assert.ok(gpu.limits.maxComputeInvocationsPerWorkgroup > 256);
    assert.ok(gpu.limits.maxComputeWorkgroupStorageSize > 16384);
  }
});

Deno.test({
  name: "Gpu.open: without an adapter says how to get one",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const device = new URL("../../src/gpu/device.ts", import.meta.url).href;
    const program = `import { Gpu } from "${device}";
      try { await Gpu.open(); } catch (error) { console.log(error.name + ": " + error.message); }`;
    const nothing = "/nonexistent/driver.json";
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-config", program],
      env: { VK_DRIVER_FILES: nothing, VK_ICD_FILENAMES: nothing, DENO_WEBGPU_BACKEND: "vulkan" },
      stderr: "null",
    }).output();
    const lines = new TextDecoder().decode(stdout).trim().split("\n");
    assert.equal(lines.length, 1);
    assert.match(lines[0], /^GpuUnavailableError: .*mesa-vulkan-drivers/);
  },
});

Deno.test("Gpu.open and Gpu.from: an option that does not exist, or an unknown value, is an InputError", async () => {
  const wrong: [options: object, message: RegExp][] = [
    [{ adapter: "fast" }, /^no adapter "fast"; give one of high-performance, low-power, software$/],
    [{ adapter: "sofware" }, /did you mean "software"\?/],
    [{ adaptor: "software" }, /^GPU options have no "adaptor"; did you mean "adapter"\?/],
    [{ profile: 1 }, /^profile must be true or false, not 1$/],
    [
      { autotune: "always" },
      /^autotune must be true, false or an object with the methods recall and remember$/,
    ],
    [{ autotune: {} }, /^autotune must be/],
    [{ autotune: null }, /^autotune must be/],
  ];
  for (const [options, message] of wrong) {
    const error = await rejection(Gpu.open(options));
    assert.ok(error instanceof InputError, String(error));
    assert.match(error.message, message);
  }
  using gpu = await Gpu.open();
  assert.throws(() => Gpu.from(gpu.device, { adapter: "software" } as object), InputError);
  assert.throws(() => Gpu.from(gpu as unknown as GPUDevice), { message: /^device must be a GPUDevice/ });
});

Deno.test("Gpu.kernel: what does not compile is a KernelError of one line that names the kernel", async () => {
  using gpu = await Gpu.open();
  const body = (text: string) => [`@compute @workgroup_size(64) fn main() { ${text} }`];
  const wrong = [
    { name: "garbled", files: ["fn main( {"] },
    { name: "mistyped", files: body("let x: u32 = 1.5;") },
    { name: "unknown_name", files: body("let x = y;") },
    { name: "no_entry", files: body(""), entryPoint: "start" },
  ];
  for (const source of wrong) {
    const error = await rejection(gpu.kernel(source));
    assert.ok(error instanceof KernelError, `${source.name}: ${error}`);
    assert.match(error.message, new RegExp(`^kernel ${source.name}: .+$`));
    assert.equal(error.exitStatus, 1);
  }
  const error = await rejection(gpu.kernel(add, { STRIDE: 1 }));
  assert.ok(error instanceof KernelError);
  assert.match(error.message, /^kernel add: .*STRIDE/);
  // The device is as good as before.
  assert.equal((await gpu.kernel(add)).name, "add");
});

Deno.test("Gpu.kernel: another source of the same name, or a misspelt key, is an InputError", async () => {
  using gpu = await Gpu.open();
  await gpu.kernel(add);
  const files = [...add.files, "// changed"];
  for (const source of [{ ...add, files }, { ...add, files, entryPoint: "twice" }]) {
    const error = await rejection(gpu.kernel(source));
    assert.ok(error instanceof InputError, String(error));
    assert.equal(error.message, "two different kernels are called add: give each a name of its own");
  }
  const error = await rejection(gpu.kernel({ ...add, entrypoint: "twice" } as typeof add));
  assert.match(error.message, /^kernel sources have no "entrypoint"; did you mean "entryPoint"\?/);
});

Deno.test("Gpu.kernel: compiles once for each entry point and set of constants", async () => {
  using gpu = await Gpu.open();
  const [first, again, other, entry] = await Promise.all([
    gpu.kernel(add, { STEP: 2 }),
    gpu.kernel({ ...add }, { STEP: 2 }),
    gpu.kernel(add, { STEP: 3 }),
    gpu.kernel({ ...add, entryPoint: "twice" }, { STEP: 2 }),
  ]);
  assert.equal(first, again);
  assert.equal(new Set([first, other, entry]).size, 3);
});

Deno.test("Gpu.failure: a wrong number of arrays is a KernelError that names the kernel", async () => {
  for (const count of [0, 2]) {
    using gpu = await Gpu.open();
    const kernel = await gpu.kernel(add);
    using array = new GpuArray(gpu, "words", 4);
    kernel.bind(new Array(count).fill(array), [1]);
    const error = await rejection(gpu.failure);
    assert.ok(error instanceof KernelError);
    assert.match(error.message, /^kernel add: .+$/);
    // Nothing that is read from now on can be trusted.
    assert.equal(await rejection(array.read()), error);
  }
});

Deno.test("Gpu.failure: an error that no scope caught is a KernelError, as well", async () => {
  using gpu = await Gpu.open();
  const array = new GpuArray(gpu, "freed words", 4);
  array[Symbol.dispose]();
  gpu.device.queue.writeBuffer(array.buffer, 0, Float32Array.of(1));
  const error = await rejection(gpu.failure);
  assert.ok(error instanceof KernelError);
  assert.match(error.message, /freed words.*$/);
});

Deno.test("Gpu.watch gives what the action gives, and passes on what it throws", async () => {
  using gpu = await Gpu.open();
  assert.equal(gpu.watch("nothing", () => 7), 7);
  assert.throws(() => gpu.watch("nothing", () => assert.fail("thrown")), /thrown/);
  using array = new GpuArray(gpu, "words", Uint32Array.of(1));
  assert.deepEqual(await array.readUint32(), Uint32Array.of(1));
});

Deno.test("device lost: everything that waits rejects with DeviceLostError, at once", async () => {
  using gpu = await Gpu.open({ profile: true });
  const kernel = await gpu.kernel(slow);
  using array = new GpuArray(gpu, "words", 64);
  using ring = new ReadbackRing(gpu, [array], 3);
  const dispatch = kernel.bind([array], [4]);
  const submit = () => {
    const commands = new Commands(gpu);
    commands.run(dispatch);
    return ring.submit(commands);
  };
  const before = [submit(), array.read(), submit()];
  const start = performance.now();
  gpu.device.destroy();
  const after = [array.read(), array.readUint32(), submit()];
  const report = gpu.profiler?.report() ?? gpu.failure;
  for (const promise of [gpu.failure, ...before, ...after, report]) {
    const error = await rejection(promise);
    assert.ok(error instanceof DeviceLostError, String(error));
    assert.match(error.message, /^the GPU device was lost \(.+\); run again$/);
  }
  assert.ok(performance.now() - start < 2000);
});

Deno.test("device lost: without a caller that waits it is not an error, with or without a profiler", async () => {
  using gpu = await Gpu.open({ profile: true });
  const kernel = await gpu.kernel(add);
  using array = new GpuArray(gpu, "words", 64);
  const dispatch = kernel.bind([array], [1]);
  gpu.device.destroy();
  const commands = new Commands(gpu);
  commands.run(dispatch);
  commands.submit();
  // An unhandled rejection would fail the test within this time.
  await new Promise((resolve) => setTimeout(resolve, 150));
});

Deno.test("Gpu: disposal is not a failure", async () => {
  let failed = false;
  {
    using gpu = await Gpu.open();
    gpu.failure.catch(() => failed = true);
  }
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.equal(failed, false);
});
