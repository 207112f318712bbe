import { InputError, ShapeError } from "../../src/errors.ts";
import { taskDefaults } from "../../src/tasks/defaults.ts";
import type { Task } from "../../src/tasks/task.ts";
import { completeOptions, type TrainingOptions } from "../../src/train/options.ts";
import { assert, fc } from "../deps.ts";
import { inputError } from "../support/input_error.ts";
import { smallTask } from "../support/tasks.ts";

const task = smallTask();

Deno.test("completeOptions: what is left out the task decides", () => {
  const { hidden, activation, initializer, batch, steps, probeEvery, epsilons } = taskDefaults(task);
  assert.deepEqual(completeOptions({ task }), {
    task,
    hidden,
    activation,
    initializer,
    skip: false,
    optimizer: { name: "momentum", learningRate: 0.02 },
    schedule: { kind: "constant" },
    batch,
    steps,
    probeEvery,
    spectraEvery: 1,
    epsilons,
    threshold: "absolute",
    precision: "auto",
    replicas: 1,
    seed: 0,
    streams: null,
    stopOnDivergence: false,
    retain: true,
  });
});

Deno.test("completeOptions: about a hundred probes solve for spectra by default", () => {
  const cases = [[0, 1, 1], [199, 1, 1], [200, 1, 2], [10_000, 10, 10], [999, 5, 1], [
    2 ** 32 - 1,
    1,
    42_949_672,
  ]];
  for (const [steps, probeEvery, expected] of cases) {
    const { spectraEvery } = completeOptions({ task, steps, probeEvery });
    assert.equal(spectraEvery, expected, `${steps} steps, a probe every ${probeEvery}`);
  }
});

Deno.test("completeOptions: what is given is kept, and the signal is no part of it", () => {
  const given: TrainingOptions = {
    task: { ...task, defaults: { ...task.defaults, batch: 8 } },
    hidden: [3],
    activation: ["sine"],
    initializer: "he-uniform",
    skip: true,
    optimizer: { name: "adam", learningRate: [0.1, 0.2], betas: [0.8, 0.9] },
    schedule: { kind: "step", every: 3, factor: 0.5 },
    batch: null,
    steps: 0,
    probeEvery: 1,
    spectraEvery: 4,
    epsilons: [1],
    threshold: "relative",
    precision: "single",
    replicas: 2,
    seed: 7,
    streams: [{ seed: 3, stream: 1 }, { seed: 0, stream: 2 }],
    stopOnDivergence: true,
    retain: false,
  };
  assert.deepEqual(completeOptions({ ...given, signal: AbortSignal.abort() }), given);
});

Deno.test("completeOptions: numbers out of range are refused", () => {
  const cases: [Partial<TrainingOptions>, RegExp][] = [
    [{ steps: -1 }, /^steps must be a whole number from 0 to 4294967295, not -1$/],
    [{ steps: 1.5 }, /^steps must be .*, not 1.5$/],
    [{ steps: NaN }, /^steps must be .*, not NaN$/],
    [{ steps: 2 ** 32 }, /steps/],
    [{ probeEvery: 0 }, /^steps between probes must be a whole number from 1 to 4294967295, not 0$/],
    [{ probeEvery: Infinity }, /between probes/],
    [{ spectraEvery: 0 }, /^probes between spectra must be a whole number from 1 to 4294967295, not 0$/],
    [{ epsilons: [] }, /^epsilons must be a list of thresholds: give at least one number above 0$/],
    [{ epsilons: [1e-2, 0] }, /^threshold ε must be a number above 0, not 0$/],
    [{ epsilons: [-1e-6] }, /^threshold ε must be a number above 0, not -0.000001$/],
    [{ epsilons: [NaN] }, /^threshold ε .*, not NaN$/],
    [{ epsilons: [Infinity] }, /^threshold ε .*, not Infinity$/],
    [{ skip: "no" as unknown as boolean }, /^skip must be true, false, "adaptive" or "gated", not no$/],
    [{ retain: 1 as unknown as boolean }, /^retain must be true or false, not 1$/],
    [{ stopOnDivergence: "no" as unknown as boolean }, /^stopOnDivergence must be true or false, not no$/],
  ];
  for (const [options, message] of cases) {
    assert.throws(() => completeOptions({ task, ...options }), inputError(message));
  }
  const defaults = { ...task.defaults, optimizer: "adams" };
  assert.throws(
    () => completeOptions({ task: { ...task, defaults } }),
    inputError(/no optimiser "adams"/),
  );
});

Deno.test("completeOptions: samples that do not fit the task are refused, held-out ones too", () => {
  const { train } = task;
  const wrong: [Task, string][] = [
    [{ ...task, inputs: 2 }, "24 samples of 2 inputs need 48 numbers in x, got 24"],
    [{ ...task, outputs: 2 }, "24 samples of 2 outputs need 48 numbers in y, got 24"],
    [{ ...task, train: { ...train, count: 23 } }, "23 samples of 1 input need 23 numbers in x, got 24"],
    [
      { ...task, train: { ...train, weights: train.weights.subarray(1) } },
      "24 samples need 24 numbers in weights, got 23",
    ],
    [
      { ...task, test: { ...train, y: train.y.subarray(1) } },
      "24 held-out samples of 1 output need 24 numbers in y, got 23",
    ],
  ];
  for (const [task, message] of wrong) {
    assert.throws(() => completeOptions({ task }), (error) => {
      assert(error instanceof ShapeError);
      assert.equal(error.message, `task "small": ${message}`);
      return true;
    });
  }
  const none = { ...task, train: { ...train, count: 0, x: train.x.subarray(0, 0) } };
  assert.throws(
    () => completeOptions({ task: none }),
    inputError(/^task "small": number of samples must be a whole number of at least 1, not 0$/),
  );
  completeOptions({ task: { ...task, test: train } });
});

Deno.test("completeOptions: never anything but complete options or a one-line InputError", () => {
  const number = fc.oneof(fc.double(), fc.integer({ min: -3, max: 30 }));
  const record = fc.record({
    steps: number,
    probeEvery: number,
    epsilons: fc.array(fc.double(), { maxLength: 3 }),
  }, { requiredKeys: [] });
  fc.assert(fc.property(record, (given) => {
    try {
      const { steps, probeEvery, epsilons } = completeOptions({ task, ...given });
      assert(Number.isInteger(steps) && steps >= 0 && Number.isInteger(probeEvery) && probeEvery >= 1);
      assert(epsilons.length > 0 && epsilons.every((epsilon) => epsilon > 0 && Number.isFinite(epsilon)));
    } catch (error) {
      assert(error instanceof InputError && !error.message.includes("\n"));
    }
  }));
});

Deno.test("completeOptions: what plain JavaScript gets wrong is answered with what exists", () => {
  const optimizer = { name: "sgd", learningRate: 0.1 };
  const cases: [object, RegExp][] = [
    [{ step: 10 }, /^training options have no "step"; did you mean "steps"\? give some of task, hidden, /],
    [{ learningRate: 0.1 }, /^training options have no "learningRate"; /],
    [{ precision: "float64" }, /^no precision "float64"; give one of auto, single, double$/],
    [{ threshold: "rel" }, /^no kind of threshold "rel"; .*give one of absolute, relative$/],
    [{ optimizer: { ...optimizer, name: "Adam" } }, /optimiser "Adam"/],
    [
      { optimizer: { ...optimizer, learningrate: 1 } },
      /^optimiser settings have no "learningrate"; did you mean/,
    ],
    [{ optimizer: { name: "sgd" } }, /^learning rate must be a number above 0, not undefined$/],
    [{ optimizer: "adam" }, /^optimiser settings must be an object, not "adam"$/],
    [{ optimizer: { ...optimizer, learningRate: NaN } }, /^learning rate must be a number above 0, not NaN$/],
    [
      { optimizer: { ...optimizer, learningRate: [0.1, Infinity] } },
      /^learning rate must be .* not Infinity$/,
    ],
    [
      { optimizer: { ...optimizer, learningRate: "0.1" } },
      /^learning rate must be a number above 0, not "0.1"$/,
    ],
    [
      { optimizer: { ...optimizer, weightDecay: -1 } },
      /^weight decay must be a number of at least 0, not -1$/,
    ],
    [
      { optimizer: { ...optimizer, layers: [{ weights: 1, biases: 1 }] }, hidden: [3, 3] },
      /^rates of 1 layer, but the network has 3 layers: give one for each, the output last$/,
    ],
    [{ schedule: { kind: "linear" } }, /^no schedule "linear"; give one of constant, cosine, step$/],
    [{ schedule: { kind: "step", every: 0.5, factor: 1 } }, /^steps between changes .* at least 1, not 0.5$/],
    [{ schedule: { kind: "cosine", every: 5 } }, /^settings of the cosine schedule have no "every"; /],
    [{ replicas: 0 }, /^replicas must be a whole number from 1 to 65536, not 0$/],
    [{ replicas: 2.5 }, /^replicas must be a whole number from 1 to 65536, not 2.5$/],
    [{ hidden: [] }, /^hidden widths \[\]: give a list of at least one whole number from 1$/],
    [{ hidden: [0] }, /^hidden widths \[0\]: /],
    [{ hidden: 50 }, /^hidden widths 50: /],
    [{ epsilons: 1e-6 }, /^epsilons must be a list of thresholds: /],
    [{ epsilons: ["1e-6"] }, /^threshold ε must be a number above 0, not "1e-6"$/],
    [{ seed: -1 }, /^seed must be a whole number from 0 to 4294967295, not -1$/],
    [{ batch: 25 }, /^batch must be a whole number from 1 to 24, not 25$/],
    [
      { signal: new AbortController() },
      /^the signal is no AbortSignal: give the signal of an AbortController$/,
    ],
  ];
  for (const [options, message] of cases) {
    assert.throws(() => completeOptions({ task, ...options } as TrainingOptions), inputError(message));
  }
  assert.throws(
    () => completeOptions({} as TrainingOptions),
    inputError(/^no task: give one of loadTask or arrayTask, not undefined$/),
  );
});
