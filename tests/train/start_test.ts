import { ShapeError } from "../../src/errors.ts";
import { readParameters, writeParameters } from "../../src/io/parameter_file.ts";
import { completeOptions, type TrainingOptions } from "../../src/train/options.ts";
import { Training } from "../../src/train/training.ts";
import { assert } from "../deps.ts";
import { forward, row } from "../reference/network.ts";
import { sampleLoss } from "../reference/loss.ts";
import { stepErrors } from "../reference/network_errors.ts";
import { openGpu } from "../support/gpu.ts";
import { inputError } from "../support/input_error.ts";
import { temporaryFolder } from "../support/program.ts";
import { smallTask } from "../support/tasks.ts";

const gpu = await openGpu();

/** Trains to the end, and gives the record and the parameters of all replicas. */
async function trained(options: TrainingOptions) {
  using training = await Training.create(gpu, options);
  const trace = await training.finish();
  return { trace, networks: await training.network.readAllParameters(), options: training.options };
}

Deno.test("start: parameters that are exported and given again make the same losses to the bit", async () => {
  using folder = temporaryFolder();
  const path = `${folder.path}/w.safetensors`;
  for (
    const options of [
      {
        task: smallTask({ inputs: 3, outputs: 2 }),
        hidden: [7, 1],
        activation: ["sine", "relu"],
        replicas: 3,
      },
      {
        task: smallTask({ count: 1 }),
        hidden: [1],
        activation: "gelu",
        optimizer: { name: "adam", learningRate: 0.1 },
      },
      {
        task: smallTask({ loss: "logistic", target: (x) => +(x[0] > 0) }),
        hidden: [9],
        activation: "leaky-relu:0.2^2",
      },
    ] as const
  ) {
    const first = await trained({ ...options, steps: 20, initializer: "he-uniform" });
    const { task, hidden } = first.options, widths = [task.inputs, ...hidden, task.outputs];
    const activations = typeof options.activation === "string" ? [options.activation] : options.activation;
    await writeParameters(path, { widths, activations, networks: first.networks });
    const { networks: start } = await readParameters(path);
    const again = await trained({ ...options, steps: 0, start });
    for (const [replica, losses] of first.trace.losses.entries()) {
      assert.equal(again.trace.losses[replica][0], losses.at(-1));
      assert.deepEqual(again.networks[replica], first.networks[replica]);
    }

    // The loss is that of the exported numbers in float64, within what single precision may do.
    for (const [replica, layers] of start.entries()) {
      const theta = layers.flatMap(({ weights, biases }) => [...weights, ...biases]);
      const network = { widths, activations }, { x, y, weights, count } = task.train;
      let loss = 0;
      for (let k = 0; k < count; k++) {
        const { h } = forward(network, theta, row(x, k, task.inputs));
        loss += weights[k] * sampleLoss(task.loss, h.at(-1)!, row(y, k, task.outputs)).loss;
      }
      const bound = stepErrors(network, theta, task.train, task.loss).loss;
      const error = Math.abs(again.trace.losses[replica][0] - loss);
      assert(error <= bound && bound < 1e-2 * loss, `${error} of at most ${bound}`);
    }
  }
});

Deno.test("start: one network stands for all replicas; the initialiser is not asked", async () => {
  const task = smallTask();
  const { networks: [first] } = await trained({ task, steps: 3 });
  const options = {
    task,
    start: [first],
    replicas: 2,
    steps: 4,
    initializer: "structured",
    activation: "sine",
  };
  const { trace, networks } = await trained(options);
  assert.deepEqual(trace.losses[0], trace.losses[1]);
  assert.deepEqual(networks[0], networks[1]);
  // Replicas with other mini-batches part.
  const { trace: { losses } } = await trained({ ...options, batch: 5 });
  assert.notEqual(losses[0].at(-1), losses[1].at(-1));
});

Deno.test("start: a training goes on from its state, not from its start", async () => {
  const task = smallTask();
  const { networks: start } = await trained({ task, steps: 1, seed: 5 });
  const options = { task, start, steps: 30, probeEvery: 10 };
  const whole = await trained(options);
  using half = await Training.create(gpu, { ...options, steps: 15 });
  const saved = { trace: await half.finish(), state: await half.readState() };
  using rest = await Training.create(gpu, options, saved);
  assert.deepEqual((await rest.finish()).losses, whole.trace.losses);
  assert.deepEqual(await rest.network.readAllParameters(), whole.networks);
});

Deno.test("start: is absent unless it is given; one line for what does not fit", async () => {
  const task = smallTask();
  assert(!("start" in completeOptions({ task })));
  const { networks: start } = await trained({ task, steps: 0 });
  const [first, second, last] = start[0];
  const wrong: [start: unknown, message: RegExp][] = [
    ["w.safetensors", /^start must be a list of networks/],
    [[first], /^start must be a list of networks/],
    [[], /^start has 0 networks for 1 replica: give one, or one for each$/],
    [[start[0], start[0]], /^start has 2 networks for 1 replica/],
    [[[first, last]], /^network 0 of start has 2 layers: a network 1-6-5-1 has 3$/],
    [[[first, last, second]], /^weights of layer 2 of network 0 of start: 5 numbers, .* has 30 there$/],
    [
      [[first, { ...second, biases: new Float32Array(4) }, last]],
      /^biases of layer 2 .* 4 numbers, .* has 5 there$/,
    ],
    [
      [[first, { ...second, biases: [0, 0, 0, 0, 0] }, last]],
      /^biases of layer 2 .* are no Float32Array: give one$/,
    ],
    [
      [[{ ...first, biases: new Float32Array(6).fill(NaN) }, second, last]],
      /number 0 is NaN: give finite numbers$/,
    ],
  ];
  for (const [given, message] of wrong) {
    const options = { task, start: given } as TrainingOptions;
    await assert.rejects(Training.create(gpu, options), inputError(message));
  }
  await assert.rejects(Training.create(gpu, { task, hidden: [6, 6], start }), ShapeError);
  // α belongs to layers with an adaptive skip connection, and to no others.
  const square = { task, hidden: [6, 6] }, { networks: [own] } = await trained({ ...square, steps: 0 });
  const weighted = (alpha: number) => [own.with(1, { ...own[1], alpha })];
  for (const skip of [false, true] as const) {
    const options = { ...square, skip, start: weighted(0.5) };
    await assert.rejects(Training.create(gpu, options), /^ShapeError: alpha of layer 2 .* no adaptive skip/);
  }
  const adaptive = { ...square, skip: "adaptive", steps: 0 } as const;
  const wrongAlpha = Training.create(gpu, { ...adaptive, start: weighted(NaN) });
  await assert.rejects(wrongAlpha, inputError(/^alpha of layer 2 of network 0 of start must be a number/));
  const { networks } = await trained({ ...adaptive, start: weighted(0.5) });
  assert.deepEqual(networks[0].map(({ alpha }) => alpha), [undefined, 0.5, undefined]);
  // Without an α it is 0.
  const { networks: [zero] } = await trained({ ...adaptive, start: [own] });
  assert.equal(zero[1].alpha, 0);
});
