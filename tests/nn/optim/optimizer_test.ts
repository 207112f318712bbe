import { InputError } from "../../../src/errors.ts";
import {
  optimizerConstants,
  optimizerNames,
  type OptimizerOptions,
  optimizerRecords,
  optimizers,
  parseOptimizerName,
} from "../../../src/nn/optim/optimizer.ts";
import { assert } from "../../deps.ts";
import optimizerSource from "../../../shaders/nn/include/optimizer.wgsl" with { type: "text" };

/** Asserts that an action is refused as a wrong request whose message holds all of some words. */
function refused(action: () => unknown, ...words: readonly string[]): void {
  assert.throws(action, (error) => {
    assert(error instanceof InputError, `${error}`);
    assert.equal(error.exitStatus, 2);
    for (const word of words) assert(error.message.includes(word), `"${error.message}" lacks "${word}"`);
    return true;
  });
}

Deno.test("optimizer: names are read, and others refused with the list of names", () => {
  for (const name of optimizerNames) assert.equal(parseOptimizerName(name), name);
  for (const name of ["", "SGD", "adamax", "toString"]) {
    refused(() => parseOptimizerName(name), ...optimizerNames);
  }
});

Deno.test("optimizer: entries have kinds of their own, each with a case in WGSL", () => {
  const kinds = Object.values(optimizers).map(({ kind }) => kind);
  assert.equal(new Set(kinds).size, kinds.length);
  // SGD is what the switch does for 0.
  for (const kind of kinds.filter((kind) => kind !== 0)) {
    assert.match(optimizerSource, new RegExp(`case (\\du, )*${kind}u(, \\du)*: \\{`));
  }
  for (const name of optimizerNames) {
    assert.equal(optimizerConstants(name, { layerRates: null }).OPTIMIZER, optimizers[name].kind);
  }
});

Deno.test("optimizer: unknown names and misspelt keys are refused with suggestions", () => {
  const records = (options: object) => () => optimizerRecords(options as OptimizerOptions, 1);
  refused(records({ name: "Adam", learningRate: 0.1 }), 'no optimiser "Adam"', 'did you mean "adam"', "sgd");
  refused(() => optimizerConstants("toString" as "sgd", { layerRates: null }), 'no optimiser "toString"');
  refused(records({ name: "sgd", learningrate: 0.1 }), '"learningrate"', 'did you mean "learningRate"');
  refused(records({ name: "sgd" }), "learning rate must be a number above 0, not undefined");
  refused(records({ name: "sgd", learningRate: "0.1" }), "learning rate", "above 0");
  refused(records({ name: "adam", learningRate: 1, betas: [0.9] }), "betas");
});

Deno.test("optimizer: records hold each replica's settings, rounded once", () => {
  const records = optimizerRecords({
    name: "adam",
    learningRate: [0.1, 0.2],
    momentum: 0.5,
    weightDecay: [0, 0.3],
    betas: [0.8, 0.999],
    epsilon: 1e-6,
  }, 2);
  const common = [0.5, 1 - 0.8, 1 - 0.999, 1e-6, Math.log(0.8), Math.log(0.999)];
  assert.deepEqual(records, Float32Array.of(0.1, 0, ...common, 0.2, 0.3, ...common));
});

Deno.test("optimizer: a list of the wrong length and settings out of range are refused", () => {
  const records = (options: Partial<OptimizerOptions>, replicas = 2) => () =>
    optimizerRecords({ name: "sgd", learningRate: 0.1, ...options }, replicas);
  refused(records({ learningRate: [0.1, 0.1, 0.1] }), "3", "learning rate", "replicas is 2");
  refused(records({ weightDecay: [] }), "0", "weight decay", "replicas is 2");
  refused(records({ momentum: [0.5] }), "1", "momentum", "replicas is 2");
  for (const learningRate of [0, -1, NaN, Infinity]) {
    refused(records({ learningRate }), "learning rate", "above 0");
  }
  refused(records({ learningRate: [0.1, -2] }), "learning rate", "-2");
  for (const momentum of [1, -0.1, NaN]) refused(records({ momentum }), "momentum", "[0, 1)");
  for (const weightDecay of [-1e-9, NaN, Infinity]) {
    refused(records({ weightDecay }), "weight decay", "at least 0");
  }
  for (const betas of [[0, 0.9], [0.9, 1], [NaN, 0.9]] as const) {
    refused(records({ betas }), "beta", "(0, 1)");
  }
  for (const epsilon of [0, -1, NaN, 1e-46]) refused(records({ epsilon }), "epsilon");
  records({ learningRate: [1, 2, 3], weightDecay: [0, 0, 1] }, 3)();
});
