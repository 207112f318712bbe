import { InputError, ShapeError } from "../../src/errors.ts";
import { traceCsv } from "../../src/io/trace_csv.ts";
import type { Condition, EquationTask, Task } from "../../src/tasks/task.ts";
import { completeOptions, type TrainingOptions } from "../../src/train/options.ts";
import { summarize } from "../../src/train/summary.ts";
import { Training } from "../../src/train/training.ts";
import { assert } from "../deps.ts";
import { forward, row } from "../reference/network.ts";
import { referenceEigenvalues } from "../support/solve.ts";
import { poisson, rarefaction } from "../support/equations.ts";
import { replicaOf, smallTask, spectraOf, train, trainSpectra } from "../support/tasks.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

/** Flat parameters of one replica. */
async function parametersOf(training: Training, replica: number): Promise<number[]> {
  const layers = await training.network.readParameters(replica);
  return layers.flatMap(({ weights, biases }) => [...weights, ...biases]);
}

Deno.test("equation: a network trained on the residual comes close to the solution, and says how close", async () => {
  for (const [task, close] of [[poisson(), 0.02], [rarefaction(), 0.03]] as const) {
    using training = await Training.create(gpu, { task, replicas: 2, seed: 1 });
    const { probes } = await training.finish();
    for (const replica of [0, 1]) {
      const own = probes.filter((probe) => probe.replica === replica);
      const [first, last] = [own[0], own.at(-1)!];
      assert(
        first.relativeError! > 0.3 && last.relativeError! < close,
        `${task.name}: ${last.relativeError}`,
      );
      assert(last.loss < 1e-2 * first.loss, `${task.name}: ${last.loss}`);
      // Of the network as it is now, the last step having updated nothing.
      const { count, x, y, weights } = task.test!;
      const network = { widths: training.network.widths, activations: ["tanh", "tanh"] };
      const theta = await parametersOf(training, replica);
      let difference = 0, size = 0;
      for (let k = 0; k < count; k++) {
        const [u] = forward(network, theta, row(x, k, task.inputs)).h.at(-1)!;
        difference += weights[k] * (u - y[k]) ** 2;
        size += weights[k] * y[k] ** 2;
      }
      const expected = Math.sqrt(difference / size);
      // u is some 10⁻⁶ off, of size 1.
      assert(Math.abs(last.relativeError! - expected) < 1e-5, `${last.relativeError} is not ${expected}`);
    }
  }
});

Deno.test("equation: ReLU has no second derivatives, so its residual never falls below the right-hand side", async () => {
  const task = poisson();
  const { count } = task.conditions[0];
  const nothing = task.train.y.subarray(0, count).reduce(
    (sum, f, k) => sum + task.train.weights[k] * f * f,
    0,
  );
  for (const activation of ["relu", "leaky-relu:0.1"]) {
    const { losses: [losses] } = await train(gpu, { task, activation });
    assert(losses.every((loss) => loss > nothing * (1 - 1e-5)), `${Math.min(...losses)} is below ${nothing}`);
    assert(losses.at(-1)! < nothing * 1.01, `${losses.at(-1)}: the boundary was not learnt`);
  }
});

Deno.test("equation: ranks are those of the features in the domain, in single, in double, and counted", async () => {
  const task = poisson(), [{ count }] = task.conditions;
  const shape = { task, hidden: [7, 6], replicas: 3, seed: 2, probeEvery: 1, steps: 4 };
  const counted = await train(gpu, { ...shape, spectraEvery: 2, precision: "single" });
  for (const precision of ["single", "double"] as const) {
    using training = await Training.create(gpu, { ...shape, precision });
    const { probes } = spectraOf(await training.finish());
    for (const [index, probe] of probes.entries()) {
      counted.probes[index].layers.forEach(({ ranks }, l) =>
        ranks.forEach(({ low, high }, e) => {
          const other = probe.layers[l].ranks[e];
          assert(low <= other.high && other.low <= high && high - low <= 1);
        })
      );
      if (probe.step < 4) continue;
      const network = { widths: training.network.widths, activations: ["tanh", "tanh"] };
      const theta = await parametersOf(training, probe.replica);
      for (const [l, { eigenvalues, bounds }] of probe.layers.entries()) {
        const features = Array.from(
          { length: count },
          (_, k) => forward(network, theta, row(task.train.x, k, 1)).h[l + 1],
        );
        const truth = referenceEigenvalues(
          Float32Array.from(features.flat()),
          shape.hidden[l],
          task.train.weights.subarray(0, count),
        );
        // Features of size 1 are some 10⁻⁶ off; those of the boundary, with their weights, would
        // add 20 n.
        eigenvalues.forEach((value, i) =>
          assert(Math.abs(value - truth[i]) <= bounds[i] + 1e-5 * truth[0], `${value} is not ${truth[i]}`)
        );
      }
    }
  }
});

Deno.test("equation: to the bit the same beside other replicas, and beside one that diverges", async () => {
  for (const task of [poisson(), rarefaction()]) {
    const options: TrainingOptions = { task, steps: 30, probeEvery: 10, seed: 3 };
    const rates = (...learningRate: number[]) => ({ name: "adam", learningRate }) as const;
    const three = await train(gpu, { ...options, replicas: 3, optimizer: rates(0.01, 0.01, 0.01) });
    const broken = await train(gpu, { ...options, replicas: 3, optimizer: rates(0.01, 1e30, 0.01) });
    assert.deepEqual(replicaOf(three, 0), await train(gpu, { ...options, optimizer: rates(0.01) }));
    for (const replica of [0, 2]) assert.deepEqual(replicaOf(broken, replica), replicaOf(three, replica));
    assert(broken.losses[1].length < 10);
  }
});

Deno.test("equation: probes have a relative error and neither accuracy nor floors; summary and table show it", async () => {
  const task = poisson();
  const options = { task, steps: 20, probeEvery: 10, replicas: 3 };
  const trace = await trainSpectra(gpu, options);
  for (const { accuracy, floors, trainingAccuracy, projectionError, relativeError } of trace.probes) {
    assert.deepEqual([accuracy, floors, trainingAccuracy, projectionError], [
      null,
      null,
      undefined,
      undefined,
    ]);
    assert(relativeError! > 0);
  }
  const errors = trace.probes.slice(-3).map(({ relativeError }) => relativeError!);
  const { relativeError, replicas } = summarize(trace);
  assert.equal(relativeError, errors.toSorted((a, b) => a - b)[1]);
  assert.deepEqual(replicas.map((replica) => replica.relativeError), errors);
  const [header, line] = traceCsv(trace).split("\n").map((each) => each.split(","));
  assert.equal(Number(line[header.indexOf("relative_error")]), trace.probes[0].relativeError);

  const unknown = await train(gpu, { ...options, task: { ...task, test: null } });
  assert(unknown.probes.every((probe) => !("relativeError" in probe)));
  assert.equal(summarize(unknown).relativeError, null);
  assert.deepEqual(unknown.losses, trace.losses);
  // Other tasks have none, though samples are held out.
  assert(
    !("relativeError" in (await train(gpu, { task: smallTask({ heldOut: true }), steps: 1 })).probes[0]),
  );
});

Deno.test("equation: conditions that do not fit the task, and mini-batches, are refused in one line", () => {
  const task = poisson(), [domain, ends] = task.conditions;
  const { conditions: _, ...without } = task;
  const refuse = (given: Task, kind: typeof InputError, message: RegExp, batch: number | null = null) =>
    assert.throws(() => completeOptions({ task: given, batch }), (error) => {
      assert(error instanceof kind && !error.message.includes("\n"), String(error));
      assert.match(error.message, message);
      return true;
    });
  const withConditions = (...conditions: Condition[]): EquationTask => ({ ...task, conditions });
  const withOperator = (change: Partial<Condition["operator"]>) =>
    withConditions({ ...domain, operator: { ...domain.operator, ...change } }, ends);
  refuse(task, InputError, /^task "poisson": a batch of 8 samples .+: give the full batch$/, 8);
  const unlike = (fields: object) => ({ ...task, ...fields }) as Task;
  refuse(without as Task, ShapeError, /^task "poisson": no condition: give the equation in the domain$/);
  refuse(
    unlike({ loss: "mean-squared-error" }),
    InputError,
    /^no equation loss "mean-squared-error"; .*give one of mean-squared-residual$/,
  );
  refuse(
    unlike({ kind: "regression", loss: "mean-squared-error" }),
    InputError,
    /^fields of the regression "poisson" have no "conditions"; /,
  );
  refuse(withConditions(), ShapeError, /no condition: give the equation in the domain$/);
  refuse(
    withConditions(domain),
    ShapeError,
    /conditions at 30 samples in all, there are 32: let them agree$/,
  );
  refuse(
    withConditions({ ...domain, count: 0 }, { ...ends, count: 32 }),
    ShapeError,
    /condition 1 holds at 0 samples/,
  );
  refuse(withConditions(domain, { ...ends, count: 1.5 }), ShapeError, /condition 2 holds at 1.5 samples/);
  refuse(
    withOperator({ second: [1, 1] }),
    ShapeError,
    /condition 1 has 1 first and 2 second coefficients, give one /,
  );
  refuse(withOperator({ first: [] }), ShapeError, /condition 1 has 0 first and 1 second coefficients/);
  const some = /condition 1 has 1 mixed and 2 third coefficients, give 0 and 1 of them, or leave them out$/;
  refuse(withOperator({ mixed: [1], third: [1, 1] }), ShapeError, some);
  completeOptions({ task: withOperator({ mixed: [], third: [1] }) });
  const y = new Float32Array(64);
  refuse(
    { ...task, outputs: 2, train: { ...task.train, y }, test: null },
    ShapeError,
    /with 2 outputs: give one of one/,
  );
  completeOptions({ task });
});
