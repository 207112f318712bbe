import { arrayTask } from "../../src/tasks/array_task.ts";
import { taskDefaults } from "../../src/tasks/defaults.ts";
import { equationTask } from "../../src/tasks/equations/equation_task.ts";
import { equations } from "../../src/tasks/equations/equations.ts";
import { assert } from "../deps.ts";
import { inputError } from "../support/input_error.ts";

const of = (count: number) => arrayTask({ x: new Float32Array(count), y: new Float32Array(count) });

Deno.test("taskDefaults: a task without defaults trains on all samples as long as they are few", () => {
  const few = taskDefaults(of(4096));
  assert.deepEqual(few, {
    hidden: [50, 50],
    activation: "tanh",
    initializer: "xavier-normal",
    optimizer: "adam",
    learningRate: 1e-3,
    batch: null,
    steps: 5000,
    probeEvery: 10,
    epsilons: [1e-2, 1e-4, 1e-6],
  });
  assert.deepEqual(taskDefaults(of(4097)), { ...few, batch: 256, probeEvery: 50 });
  const equation = equationTask(equations.poisson1d, { samples: 5000 });
  assert.deepEqual(taskDefaults(equation), { ...few, learningRate: 2e-3 });
});

Deno.test("taskDefaults: the task's own settings come first, and a batch is no larger than the training set", () => {
  const { train } = of(20), task = { ...of(20), train };
  const defaults = (own: object) => taskDefaults({ ...task, defaults: own });
  assert.equal(defaults({ batch: 64 }).batch, 20);
  assert.equal(defaults({ batch: null }).batch, null);
  assert.equal(defaults({ optimizer: "sgd" }).learningRate, 1e-2);
  assert.equal(defaults({ optimizer: "adamw" }).learningRate, 1e-3);
  assert.equal(defaults({ optimizer: "sgd", learningRate: 3 }).learningRate, 3);
  assert.equal(defaults({ steps: undefined }).steps, 5000);
  assert.throws(
    () => defaults({ widths: [3] }),
    inputError(/^defaults of task "own data" have no "widths"; give some of hidden, /),
  );
});
