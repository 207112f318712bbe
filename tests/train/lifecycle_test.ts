import { StaircaseError } from "../../src/errors.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { Training } from "../../src/train/training.ts";
import { assert } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { smallTask, train } from "../support/tasks.ts";

const gpu = await openGpu();

// Spectra are solved again, so that there is work beside the submissions.
const options = { task: smallTask(), steps: 400, probeEvery: 20, epsilons: [1e-4, 1e-12] };
const short = { ...options, steps: 20 };
const expected = await train(gpu, short);

/** Checks that an action is refused with one typed line, and that the GPU is none the worse. */
async function refused(action: Promise<unknown>, message: RegExp): Promise<void> {
  await assert.rejects(action, (error) => {
    assert(error instanceof StaircaseError, String(error));
    assert.match(error.message, message);
    assert(!error.message.includes("\n"));
    return true;
  });
  assert.deepEqual(await train(gpu, short), expected);
}

Deno.test("a training that was disposed is refused, and leaves the GPU healthy", async () => {
  const training = await Training.create(gpu, options);
  training[Symbol.dispose]();
  await refused(training.readState(), /disposed/);
  await refused(training.network.readAllParameters(), /disposed/);
  await refused(training.finish(), /^this training was disposed: create another$/);
  assert.equal(training.status, "stopped");
  // Twice does no harm.
  training[Symbol.dispose]();
});

Deno.test("a training that is disposed in its own loop ends with one error, and leaves the GPU healthy", async () => {
  for (const leave of [0, 1, 3]) {
    const training = await Training.create(gpu, options);
    let chunks = 0;
    const loop = async () => {
      training.requestState();
      for await (const _ of training.chunks()) if (chunks++ === leave) training[Symbol.dispose]();
    };
    await refused(loop(), /^this training was disposed in its loop: leave the loop first$/);
    assert.equal(chunks, leave + 1);
    assert.equal(training.status, "stopped");
    await refused(training.readState(), /disposed/);
  }
});

Deno.test("a training that is disposed while a loop waits for it ends with one error", async () => {
  const training = await Training.create(gpu, options);
  const loop = training.finish();
  await new Promise((resolve) => setTimeout(resolve, 1));
  training[Symbol.dispose]();
  await refused(loop, /^this training was disposed in its loop: leave the loop first$/);
});

Deno.test("the Gpu disposed under a training: one typed error; no training is created on it", async () => {
  const own = await Gpu.open();
  using training = await Training.create(own, options);
  await refused(
    (async () => {
      for await (const _ of training.chunks()) own[Symbol.dispose]();
    })(),
    /^this Gpu was disposed; open another one$/,
  );
  assert.equal(training.status, "stopped");
  await refused(Training.create(own, options), /^this Gpu was disposed; open another one$/);
});
