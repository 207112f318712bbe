import { namedSteps, stepOfName } from "../../src/io/step_names.ts";
import { assert } from "../deps.ts";
import { inputError } from "../support/input_error.ts";

/** Names of `.npy` files, and of arrays as `file:array`. */
const named = (...texts: string[]) =>
  texts.map((text) => {
    const [file, tensor = null] = text.split(":");
    return { file, tensor };
  });
const found = (texts: readonly string[], pattern?: string) =>
  namedSteps(named(...texts), pattern).map(({ step, layer }) => `${step} ${layer}`);

Deno.test("namedSteps: the last number behind a word is the step, the rest the layer", () => {
  const cases: [names: string[], steps: string[]][] = [
    [["ckpt/step_0009/conv.npy", "ckpt/step_0010/fc.npy"], ["9 conv", "10 fc"]],
    [["run7/layer1_step100.npy", "run7/layer2_step100.npy"], ["100 layer1", "100 layer2"]],
    [["a/epoch3/step20/x.npy", "a/epoch3/step40/x.npy"], ["20 x", "40 x"]],
    [["model-iter-5-layer.2.npy", "model-iter-6-layer.2.npy"], ["5 model-layer.2", "6 model-layer.2"]],
    [["checkpoint-500/h.0.npy"], ["500 h.0"]],
    [["global_step12.npz:b", "global_step12.npz:a/c"], ["12 b", "12 a/c"]],
    [["f/step_000000100.npz:conv1", "f/step_000000200.npz:conv1"], ["100 conv1", "200 conv1"]],
    [["s/step1/u.npz:w", "s/step1/v.npz:w"], ["1 u/w", "1 v/w"]],
    [["CKPT_12.npy", "ckpt_13.npy"], ["12 features", "13 features"]],
    [["all.safetensors:step1.fc", "all.safetensors:step2.fc"], ["1 fc", "2 fc"]],
    [["steps/7.npy", "steps/12.npy"], ["7 steps", "12 steps"]],
  ];
  for (const [names, steps] of cases) assert.deepEqual(found(names), steps);
});

Deno.test("namedSteps: without a word it is the only number in which the files differ", () => {
  assert.deepEqual(
    found(["r2/100/a3.npy", "r2/200/a3.npy"]),
    ["100 r2/a3", "200 r2/a3"].map((text) => text.replace("r2/", "")),
  );
  assert.deepEqual(found(["100.npz:l1", "100.npz:l2", "20.npz:l1"]), ["100 l1", "100 l2", "20 l1"]);
  assert.deepEqual(found(["7.npy"]), ["7 features"]);
  // Two differ, or none: neither is the step.
  for (
    const names of [["1/layer1.npy", "1/layer2.npy", "2/layer1.npy"], ["a.npy", "b.npy"], ["a1.npy", "b.npy"]]
  ) {
    assert(namedSteps(named(...names)).every(({ step }) => step === null), names.join());
  }
});

Deno.test("namedSteps: a pattern says what is the step and what the layer", () => {
  assert.deepEqual(found(["x/1/layer1.npy", "x/1/layer2.npy"], "{step}/{layer}.npy"), [
    "1 layer1",
    "1 layer2",
  ]);
  assert.deepEqual(found(["x/h1-of-5.npy"], "{layer}-of-{step}"), ["5 h1"]);
  assert.deepEqual(found(["x/e05/big.npz:act"], "e{step}/*"), ["5 act"]);
  assert.deepEqual(found(["x/e05/big.npz:act"], "e{step}/{layer}.npz"), ["5 big/act"]);
  assert.deepEqual(found(["a+b(1).npy"], "a+b({step}).npy"), ["1 "]);
  assert.throws(() => found(["x/1.npy"], "y{step}.npy"), inputError(/^x\/1\.npy: does not fit the pattern/));
  for (const pattern of ["{layer}", "{step}{step}", "", "{step}{layer}{layer}"]) {
    assert.throws(() => found(["1.npy"], pattern), inputError(/give \{step\} once/));
  }
  assert.throws(() => found([`step${"9".repeat(30)}.npy`]), inputError(/too large for a step/));
});

Deno.test("stepOfName: one name by itself", () => {
  assert.deepEqual(
    ["step_0012.npz", "h1-0007.npy", "x.npz", "a9b8.safetensors"].map((name) => stepOfName(name, null)),
    [12, 7, null, 8],
  );
  assert.deepEqual(["it3-x.npz", "4.npz"].map((name) => stepOfName(name, "it{step}-*")), [3, null]);
});
