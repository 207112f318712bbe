import { OutOfMemoryError, ShapeError } from "../../src/errors.ts";
import { Gpu } from "../../src/gpu/device.ts";
import type { TrainingOptions } from "../../src/train/options.ts";
import { Training } from "../../src/train/training.ts";
import { assert } from "../deps.ts";
import { countBuffers } from "../support/buffers.ts";
import { smallTask, train } from "../support/tasks.ts";

const MEBIBYTE = 2 ** 20;

/** The error of a training that does not fit; fails if it does. */
async function refusal(gpu: Gpu, options: TrainingOptions): Promise<ShapeError> {
  try {
    (await Training.create(gpu, options))[Symbol.dispose]();
  } catch (error) {
    if (error instanceof ShapeError) return error;
    throw error;
  }
  return assert.fail("it fits");
}

/** Whether a training fits. */
async function isFitting(gpu: Gpu, options: TrainingOptions): Promise<boolean> {
  try {
    (await Training.create(gpu, options))[Symbol.dispose]();
    return true;
  } catch (error) {
    if (error instanceof ShapeError) return false;
    throw error;
  }
}

Deno.test("Training.create: says how many replicas would fit, and they do, and no more", async () => {
  const task = smallTask({ count: 200 });
  const adam = { name: "adam", learningRate: 0.01, betas: [0.8, 0.99] } as const;
  const lbfgs = { name: "lbfgs", learningRate: 0.01, history: 9 } as const;
  for (const [megabytes, optimizer] of [[3, adam], [7, adam], [7, lbfgs]] as const) {
    const memory = megabytes * MEBIBYTE;
    using gpu = await Gpu.open({ memory });
    using buffers = countBuffers(gpu);
    const options = { task, hidden: [20, 20], optimizer, precision: "single" as const };
    const learningRate = Array.from({ length: 500 }, (_, replica) => 0.001 * (replica + 1));
    const error = await refusal(gpu, {
      ...options,
      replicas: 500,
      optimizer: { ...optimizer, learningRate },
    });
    assert.ok(error instanceof OutOfMemoryError, String(error));
    const [, fitting] = /: use fewer .* \((\d+) replicas? would fit\)$/.exec(error.message)!;
    // Nothing that was half allocated is left, and the device works on.
    assert.deepEqual(buffers.alive, []);
    assert.equal(gpu.memoryLeft, memory);
    const replicas = Number(fitting);
    assert.ok(replicas >= 2 && replicas < 500, error.message);
    assert.equal((await train(gpu, { ...options, replicas, steps: 3 })).losses.length, replicas);
    assert.equal(await isFitting(gpu, { ...options, replicas: Math.ceil(1.1 * replicas) + 1 }), false);
  }
});

Deno.test("Training.create: without replicas to spare, says how wide or how deep a network would fit", async () => {
  const task = smallTask(), memory = 4 * MEBIBYTE;
  using gpu = await Gpu.open({ memory });
  const wide = await refusal(gpu, { task, hidden: [3000, 3000, 5], precision: "single" });
  const [, width] = /\(layers of (\d+) neurons would fit\)$/.exec(wide.message)!;
  assert.ok(Number(width) > 20 && Number(width) < 400, wide.message);
  const capped = [Number(width), Number(width), 5];
  assert.ok(await isFitting(gpu, { task, hidden: capped, precision: "single" }));
  const both = await refusal(gpu, { task, hidden: [3000], replicas: 9, precision: "single" });
  assert.match(both.message, /\(layers of \d+ neurons would fit, with one replica\)$/);
  const activation = new Array<string>(400).fill("tanh");
  const deep = await refusal(gpu, { task, hidden: new Array(400).fill(1), activation, precision: "single" });
  const [, depth] = /\((\d+) hidden layers would fit\)$/.exec(deep.message)!;
  assert.ok(Number(depth) > 5 && Number(depth) < 400, deep.message);
  assert.ok(await isFitting(gpu, { task, hidden: new Array(Number(depth)).fill(1), precision: "single" }));
  assert.equal(gpu.memoryLeft, memory);
});

Deno.test("Training.create: counts without bounds are refused by one line, soon", async () => {
  using gpu = await Gpu.open();
  const task = smallTask();
  const replicas = await refusal(gpu, { task, hidden: [2000], replicas: 2 ** 16 });
  assert.match(replicas.message, /the adapter allows .* \(\d+ replicas would fit\)$/);
  const width = await refusal(gpu, { task, hidden: [2 ** 40] });
  assert.match(width.message, /the adapter allows .* \(layers of \d+ neurons would fit\)$/);
  for (const depth of [10_001, 5_000_000]) {
    await assert.rejects(Training.create(gpu, { task, hidden: new Array(depth).fill(1) }), {
      name: "InputError",
      message: `${depth} hidden layers: give at most 1024`,
    });
  }
  // What is wrong otherwise gets no advice.
  const activation = ["tanh", "relu", "tanh"];
  await assert.rejects(Training.create(gpu, { task, activation, replicas: 3 }), {
    name: "ShapeError",
    message: "3 activations for 2 hidden layers: give one, or one for each",
  });
});

Deno.test("Training.create: memory that the device itself refuses is an OutOfMemoryError, and comes back", async () => {
  using gpu = await Gpu.open();
  using buffers = countBuffers(gpu);
  const { device } = gpu, { pushErrorScope, popErrorScope, createBuffer } = device;
  const open: { kind: GPUErrorFilter; refuses: boolean }[] = [];
  let isFull = true;
  device.pushErrorScope = (kind) => {
    open.push({ kind, refuses: false });
    pushErrorScope.call(device, kind);
  };
  device.createBuffer = (descriptor) => {
    const scope = open.findLast(({ kind }) => kind === "out-of-memory");
    if (scope && isFull && descriptor.label === "moments") scope.refuses = true;
    return createBuffer.call(device, descriptor);
  };
  device.popErrorScope = async () => {
    const { refuses } = open.pop()!;
    const error = await popErrorScope.call(device);
    return refuses ? { message: "Not enough memory left" } as GPUError : error;
  };
  const options = { task: smallTask(), steps: 3 };
  await assert.rejects(Training.create(gpu, options), { name: "OutOfMemoryError", message: /^moments: / });
  assert.deepEqual(buffers.alive, []);
  isFull = false;
  assert.equal((await train(gpu, options)).losses[0].length, 4);
});
