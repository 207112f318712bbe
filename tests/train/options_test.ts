import { InputError, ShapeError } from "../../src/errors.ts";
import type { Task } from "../../src/tasks/task.ts";
import { completeOptions, type TrainingOptions } from "../../src/train/options.ts";
import { assert, fc } from "../deps.ts";
import { inputError } from "../tasks/input_error.ts";
import { smallTask } from "./tasks.ts";

const task = smallTask();

Deno.test("completeOptions: what is left out the task decides", () => {
  const { hidden, activation, initializer, batch, steps, probeEvery, epsilons } = task.defaults;
  assert.deepEqual(completeOptions({ task }), {
    task,
    hidden,
    activation,
    initializer,
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
  });
});

Deno.test("completeOptions: what is given is kept, and the signal is no part of it", () => {
  const given: TrainingOptions = {
    task: { ...task, defaults: { ...task.defaults, batch: 8 } },
    hidden: [3],
    activation: ["sine"],
    initializer: "he-uniform",
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
  };
  assert.deepEqual(completeOptions({ ...given, signal: AbortSignal.abort() }), given);
});

Deno.test("completeOptions: numbers out of range are refused", () => {
  const cases: [Partial<TrainingOptions>, RegExp][] = [
    [{ steps: -1 }, /^-1 steps: give a whole number from 0$/],
    [{ steps: 1.5 }, /^1.5 steps: /],
    [{ steps: NaN }, /^NaN steps: /],
    [{ steps: 2 ** 32 }, /steps/],
    [{ probeEvery: 0 }, /^0 steps between probes: give a whole number from 1$/],
    [{ probeEvery: Infinity }, /between probes/],
    [{ spectraEvery: 0 }, /^0 probes between spectra: give a whole number from 1$/],
    [{ epsilons: [] }, /^no ε: give at least one$/],
    [{ epsilons: [1e-2, 0] }, /^ε = 0: give a number above 0$/],
    [{ epsilons: [-1e-6] }, /^ε = -0.000001: /],
    [{ epsilons: [NaN] }, /^ε = NaN: /],
    [{ epsilons: [Infinity] }, /^ε = Infinity: /],
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
  const wrong: Task[] = [
    { ...task, inputs: 2 },
    { ...task, outputs: 2 },
    { ...task, train: { ...train, count: 23 } },
    { ...task, train: { ...train, count: 0, x: train.x.subarray(0, 0) } },
    { ...task, train: { ...train, weights: train.weights.subarray(1) } },
    { ...task, test: { ...train, y: train.y.subarray(1) } },
  ];
  for (const task of wrong) {
    assert.throws(() => completeOptions({ task }), (error) => {
      assert(error instanceof ShapeError);
      assert.match(error.message, /^task "small": \d+ samples of \d inputs and \d outputs need arrays of /);
      return true;
    });
  }
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
