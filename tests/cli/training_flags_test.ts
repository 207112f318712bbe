import { ShapeError } from "../../src/errors.ts";
import { flagsOf } from "../../src/cli/options.ts";
import { trainingOptions } from "../../src/cli/training_flags.ts";
import { trainingTable, type TrainingValues } from "../../src/cli/training_table.ts";
import { parseLayers } from "../../src/cli/sizes.ts";
import { parseFlags } from "../../src/cli/flags.ts";
import { completeOptions } from "../../src/train/options.ts";
import { assert, fc } from "../deps.ts";
import { inputError } from "../support/input_error.ts";
import { smallTask } from "../support/tasks.ts";

/** Options as a command line gives them. */
const optionsOf = (...args: string[]) =>
  trainingOptions(parseFlags(flagsOf(trainingTable), args).flags as unknown as TrainingValues);

Deno.test("trainingOptions: without flags, everything is the task's own", async () => {
  const { task, ...options } = await optionsOf();
  assert.equal(task.name, "cosines");
  assert.deepEqual(options, {
    hidden: [50, 50],
    activation: "tanh",
    initializer: "xavier-normal",
    skip: false,
    optimizer: { name: "momentum", learningRate: 0.01, momentum: 0.9, weightDecay: 0 },
    schedule: { kind: "constant" },
    steps: 10_000,
    probeEvery: 10,
    epsilons: [1e-2, 1e-4, 1e-6],
    precision: "auto",
    threshold: "absolute",
    replicas: 1,
    seed: 0,
  });
  // A thousand probes, about a hundred with spectra, as in the library.
  assert.equal(completeOptions(await optionsOf()).spectraEvery, 10);
  const runge = await optionsOf("--task", "runge");
  assert.deepEqual([runge.optimizer?.name, runge.optimizer?.learningRate, runge.steps], ["adam", 1e-3, 5000]);
  completeOptions(runge);
  // A batch that the task chose shrinks with its samples; one that was asked for is refused where
  // it is too large.
  assert.equal(completeOptions(await optionsOf("--task", "digits")).batch, 64);
  assert.equal(completeOptions(await optionsOf("--task", "digits", "--samples", "50")).batch, 50);
  assert.equal(completeOptions({ task }).batch, null);
});

Deno.test("trainingOptions: equations are refused to networks without second derivatives", async () => {
  const message = /^networks of relu, leaky-relu:0.1 have no second derivatives, .* poisson1d .*: use tanh/;
  const refused = () => optionsOf("--task=poisson1d", "--activation=relu,leaky-relu:0.1");
  await assert.rejects(refused, inputError(message));
  for (const activation of ["relu,tanh", "relu^3", "leaky-relu:0.1^2"]) {
    await optionsOf("--task=poisson1d", `--activation=${activation}`);
  }
  await optionsOf("--task=cosines", "--activation=relu");
});

Deno.test("trainingOptions: every flag is heard", async () => {
  const { task, ...options } = await optionsOf(
    ...["--task=ripple2d", "--samples=100", "--layers=2-8-8-1", "--activation=sine,relu^2", "--skip"],
    ...["--init=normal:0.1", "--optimizer=adamw", "--learning-rate=1e-3,2e-3", "--schedule=step:10:0.5"],
    ...["--momentum=0.5", "--weight-decay=0,0.1", "--batch=16", "--steps=0", "--probe-every=3"],
    ...["--epsilons=1e-1,1e-9", "--relative", "--precision=double", "--replicas=2", "--seed=7"],
    ...["--spectra-every=5", "--history=7"],
  );
  assert.equal(task.train.count, 100);
  assert.equal((await optionsOf("--adaptive-skip")).skip, "adaptive");
  assert.equal((await optionsOf("--gates")).skip, "gated");
  for (const other of ["--skip", "--adaptive-skip"]) {
    await assert.rejects(optionsOf("--gates", other), /give one of them/);
  }
  assert.deepEqual(options, {
    hidden: [8, 8],
    activation: ["sine", "relu^2"],
    initializer: "normal:0.1",
    skip: true,
    optimizer: {
      name: "adamw",
      learningRate: [1e-3, 2e-3],
      momentum: 0.5,
      history: 7,
      weightDecay: [0, 0.1],
    },
    schedule: { kind: "step", every: 10, factor: 0.5 },
    batch: 16,
    steps: 0,
    probeEvery: 3,
    spectraEvery: 5,
    epsilons: [0.1, 1e-9],
    precision: "double",
    threshold: "relative",
    replicas: 2,
    seed: 7,
  });
  // The seed moves the points of a task in several dimensions.
  const other = await optionsOf("--task=ripple2d", "--samples=100", "--seed=8");
  assert.notDeepEqual(other.task.train.x, task.train.x);
  assert.equal((await optionsOf("--batch=full")).batch, null);
});

Deno.test("trainingOptions: what is wrong is refused in one line", async () => {
  const cases: [string[], RegExp][] = [
    [["--task=cosine"], /^no task "cosine"; did you mean "cosines"\? give one of cosines, .*, digits$/],
    [["--optimizer=adams"], /^no optimiser "adams"; did you mean "adam"\? give one of sgd, momentum, /],
    [["--schedule=linear"], /^no schedule "linear"; give one of constant, cosine, step:EVERY:FACTOR/],
    [["--schedule=step:0:0.5"], /^no schedule/],
    [["--batch=few"], /^batch "few": give a whole number of samples, or full$/],
    [["--batch=1.5"], /^batch "1.5"/],
    [["--epsilons=1e-2,0"], /^--epsilons must be a number above 0, not "0"$/],
    [["--replicas=0"], /^--replicas must be a whole number from 1 to 65536, not "0"$/],
    [["--learning-rate=0"], /^--learning-rate must be a number above 0/],
    [["--learning-rate=NaN"], /^--learning-rate/],
    [["--weight-decay=-1"], /^--weight-decay/],
    [["--momentum=1"], /^--momentum/],
    [["--seed=4294967296"], /^--seed/],
    [["--steps=-1"], /^--steps/],
    [["--data=/tmp"], /^task "cosines" reads no files; leave out data "\/tmp"$/],
  ];
  for (const [args, message] of cases) {
    await assert.rejects(async () => await optionsOf(...args), inputError(message));
  }
});

Deno.test("parseLayers: hidden widths, or all widths", () => {
  const task = smallTask({ inputs: 3, outputs: 2 });
  assert.deepEqual(parseLayers("50", task), [50]);
  assert.deepEqual(parseLayers("50,1,7", task), [50, 1, 7]);
  assert.deepEqual(parseLayers("3-8-2", task), [8]);
  assert.deepEqual(parseLayers("3-8-9-2", task), [8, 9]);
  for (const text of ["2-50-50-1", "3-2", "3-8", "8-2", "2-8-3", "50-50"]) {
    assert.throws(() => parseLayers(text, task), (error) => {
      assert(error instanceof ShapeError);
      assert.match(
        error.message,
        /^layers .* do not fit the task small: give 3, at least one hidden width, and 2$/,
      );
      return true;
    });
  }
});

Deno.test("parseLayers: what is no list of whole numbers is refused", () => {
  const task = smallTask();
  const wrong = ["", "abc", "5,", ",5", "5,,5", "0", "5,0", "1.5", "-5", "1--1", "1-50,50-1", "5 5", "NaN"];
  for (
    const text of [...wrong, "Infinity", "0x10", "1e2", "5;5", " ", "1-5.5-1", "+5", "99999999999999999999"]
  ) {
    assert.throws(
      () => parseLayers(text, task),
      inputError(/^layers .*: give hidden widths as 50,50 or all widths/),
    );
  }
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 6 }), (widths) => {
      assert.deepEqual(parseLayers(widths.join(","), task), widths);
      assert.deepEqual(parseLayers(["1", ...widths, "1"].join("-"), task), widths);
    }),
  );
});
