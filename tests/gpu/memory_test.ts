import { OutOfMemoryError, ShapeError } from "../../src/errors.ts";
import { GpuArray } from "../../src/gpu/array.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { spareMemory } from "../../src/gpu/memory.ts";
import { svdvals } from "../../src/linalg/svd/svdvals.ts";
import { featureRanks } from "../../src/rank/methods/feature_ranks.ts";
import { assert } from "../deps.ts";
import { normals } from "../reference/random.ts";
import { countBuffers } from "../support/buffers.ts";

const MEBIBYTE = 2 ** 20;

Deno.test("memory: what goes beyond it is refused before it is allocated; what is freed comes back", async () => {
  using gpu = await Gpu.open({ memory: 3 * MEBIBYTE });
  using buffers = countBuffers(gpu);
  assert.equal(gpu.memoryLeft, 3 * MEBIBYTE);
  using first = new GpuArray(gpu, "first", 2 * MEBIBYTE / 4);
  for (let turn = 0; turn < 3; turn++) {
    assert.equal(gpu.memoryLeft, MEBIBYTE);
    assert.throws(() => new GpuArray(gpu, "second", MEBIBYTE / 4 + 1), (error) => {
      assert.ok(error instanceof OutOfMemoryError && error instanceof ShapeError);
      assert.equal(error.exitStatus, 2);
      assert.equal(
        error.message,
        "second needs 1.0 MiB of memory, of 3.0 MiB there are 1.0 MiB left: use fewer samples, replicas or neurons",
      );
      return true;
    });
    assert.deepEqual(buffers.alive, ["first"]);
    // What fits to the byte, fits; the staging buffer of a read does not, then.
    using second = new GpuArray(gpu, "second", MEBIBYTE / 4);
    assert.equal(gpu.memoryLeft, 0);
    await assert.rejects(second.read(), OutOfMemoryError);
  }
  first[Symbol.dispose](), first[Symbol.dispose]();
  assert.equal(gpu.memoryLeft, 3 * MEBIBYTE);
  using words = new GpuArray(gpu, "words", Uint32Array.of(1, 2));
  assert.deepEqual(await words.readUint32(), Uint32Array.of(1, 2));
});

Deno.test("memory: functions that find too little free what they have, and the device stays usable", async () => {
  const features = { rows: 600, columns: 60, data: normals(600 * 60, 1) };
  const actions = {
    svdvals: (gpu: Gpu) => svdvals(gpu, [features]),
    featureRanks: (gpu: Gpu) => featureRanks(gpu, features, { epsilons: [1e-3] }),
  };
  for (const [name, action] of Object.entries(actions)) {
    for (const memory of [2e3, 5e4, 1.4e5]) {
      using gpu = await Gpu.open({ memory });
      using buffers = countBuffers(gpu);
      await assert.rejects(action(gpu), OutOfMemoryError, `${name}, ${memory}`);
      assert.deepEqual(buffers.alive, [], `${name}, ${memory}`);
      assert.equal(gpu.memoryLeft, memory, `${name}, ${memory}`);
      using words = new GpuArray(gpu, "words", Uint32Array.of(1, 2));
      assert.deepEqual(await words.readUint32(), Uint32Array.of(1, 2));
    }
  }
});

Deno.test("memory: a refusal of the device itself is an OutOfMemoryError, until the buffer is freed", async () => {
  using gpu = await Gpu.open();
  const { device } = gpu, { pushErrorScope, popErrorScope, createBuffer } = device;
  const open: { kind: GPUErrorFilter; refuses: boolean }[] = [];
  device.pushErrorScope = (kind) => {
    open.push({ kind, refuses: false });
    pushErrorScope.call(device, kind);
  };
  device.createBuffer = (descriptor) => {
    const scope = open.findLast(({ kind }) => kind === "out-of-memory");
    if (scope && descriptor.label === "huge") scope.refuses = true;
    return createBuffer.call(device, descriptor);
  };
  device.popErrorScope = async () => {
    const { refuses } = open.pop()!;
    const error = await popErrorScope.call(device);
    return refuses ? { message: "Not enough memory left" } as GPUError : error;
  };
  using small = new GpuArray(gpu, "small", 4);
  await gpu.accept();
  const huge = new GpuArray(gpu, "huge", 64);
  for (const accept of [() => gpu.accept(), () => gpu.accept([small.buffer, huge.buffer])]) {
    await assert.rejects(accept(), {
      name: "OutOfMemoryError",
      message: "huge: the GPU has no memory left for it; use fewer samples, replicas or neurons " +
        "(Not enough memory left)",
    });
  }
  huge[Symbol.dispose]();
  await gpu.accept();
  small.write(Uint32Array.of(7));
  assert.deepEqual(await small.readUint32(), Uint32Array.of(7, 0, 0, 0));
});

Deno.test("spareMemory: what the system has left, or the narrowest control group; Infinity where it is silent", () => {
  const meminfo = "MemTotal:       24684132 kB\nMemAvailable:    1000000 kB\n";
  const left = (files: Readonly<Record<string, string>>) => spareMemory((path) => files[path] ?? null);
  assert.equal(left({}), Infinity);
  const share = left({ "/proc/meminfo": meminfo });
  assert.ok(share > 0.5 * 1.024e9 && share < 1.024e9);
  const second = {
    "/proc/meminfo": meminfo,
    "/proc/self/cgroup": "0::/slurm/job 7\n",
    "/sys/fs/cgroup/slurm/memory.max": "900000000\n",
    "/sys/fs/cgroup/slurm/memory.current": "500000000\n",
    "/sys/fs/cgroup/slurm/memory.stat": "anon 1\ninactive_file 100000000\n",
    "/sys/fs/cgroup/slurm/job 7/memory.max": "max\n",
    "/sys/fs/cgroup/slurm/job 7/memory.current": "200000000\n",
  };
  assert.equal(left(second) / share, 500_000_000 / 1_024_000_000);
  const first = {
    "/proc/meminfo": meminfo,
    "/proc/self/cgroup": "9:name=systemd:/\n4:memory:/box\n0::/\n",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    "/sys/fs/cgroup/memory/memory.usage_in_bytes": "7\n",
    "/sys/fs/cgroup/memory/box/memory.limit_in_bytes": "600000000\n",
    "/sys/fs/cgroup/memory/box/memory.usage_in_bytes": "400000000\n",
    "/sys/fs/cgroup/memory/box/memory.stat": "total_inactive_file 50000000\n",
  };
  assert.equal(left(first) / share, 250_000_000 / 1_024_000_000);
});

Deno.test({
  name: "memory: a software adapter takes no more than the machine has to spare",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using gpu = await Gpu.open({ adapter: "software" });
    assert.ok(gpu.memoryLeft > 0 && gpu.memoryLeft < Deno.systemMemoryInfo().total);
  },
});
