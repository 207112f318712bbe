import { columnsOf } from "../../src/cockpit/data/run_columns.ts";
import { applyFragment, fragmentOf, initialState, type ViewShape } from "../../src/cockpit/state.ts";
import { assert } from "../deps.ts";
import { madeUpTrace } from "../support/report_case.ts";

const { layers, ...others } = columnsOf(madeUpTrace({ replicas: 3 }), "absolute");
const shape: ViewShape = { ...others, layers: layers.length };

Deno.test("state: begins without a fragment; what is shown goes through it and back", () => {
  const state = initialState(shape);
  assert.equal(fragmentOf(shape, state), "");
  state.epsilon.value = 0.1 + 0.2;
  state.threshold.value = "relative";
  state.epsilons.value = [];
  state.replica.value = 2;
  state.hasBand.value = false;
  state.hasTrends.value = true;
  state.layers.value = [1];
  state.layer.value = 0;
  state.cursor.value = 70;
  state.lossAxis.value = "linear";
  state.stepAxis.value = "log";
  const fragment = fragmentOf(shape, state), other = initialState(shape);
  applyFragment(shape, other, `#${fragment}`);
  for (const key of Object.keys(state) as (keyof typeof state)[]) {
    assert.deepEqual(other[key].value, state[key].value, key);
  }
  assert.equal(other.epsilon.value, 0.1 + 0.2);
  applyFragment(shape, other, "");
  assert.equal(fragmentOf(shape, other), "");
});

Deno.test("state: what does not fit the run is shown as at the start", () => {
  const state = initialState(shape);
  const wrong = [
    "epsilon=0",
    "epsilon=NaN",
    "epsilon=Infinity",
    "epsilon=1e-3,1",
    "threshold=__proto__",
    "epsilons=0.9",
    "replica=3",
    "replica=-1",
    "layers=1e0",
    "layer=2",
    "cursor=5",
    "cursor=",
    "lossAxis=cubic",
    "%E0%A4%A",
    "constructor=1&toString=2",
  ];
  for (const fragment of wrong) {
    applyFragment(shape, state, `#${fragment}`);
    assert.equal(fragmentOf(shape, state), "", fragment);
  }
});
