import { columnsOf } from "../../src/cockpit/data/run_columns.ts";
import { applyFragment, fragmentOf, initialState } from "../../src/cockpit/state.ts";
import { assert } from "../deps.ts";
import { madeUpTrace } from "../support/report_case.ts";

const columns = columnsOf(madeUpTrace({ replicas: 3 }), "absolute");

Deno.test("state: begins without a fragment; what is shown goes through it and back", () => {
  const state = initialState(columns);
  assert.equal(fragmentOf(columns, state), "");
  state.epsilon.value = 0.1 + 0.2;
  state.threshold.value = "relative";
  state.epsilons.value = [];
  state.replica.value = 2;
  state.hasBand.value = false;
  state.hasTrends.value = true;
  state.layers.value = [1];
  state.layer.value = 0;
  state.cursor.value = 7;
  state.lossAxis.value = "linear";
  state.stepAxis.value = "log";
  const fragment = fragmentOf(columns, state), other = initialState(columns);
  applyFragment(columns, other, `#${fragment}`);
  for (const key of Object.keys(state) as (keyof typeof state)[]) {
    assert.deepEqual(other[key].value, state[key].value, key);
  }
  assert.equal(other.epsilon.value, 0.1 + 0.2);
  applyFragment(columns, other, "");
  assert.equal(fragmentOf(columns, other), "");
});

Deno.test("state: what does not fit the run is shown as at the start", () => {
  const state = initialState(columns);
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
    applyFragment(columns, state, `#${fragment}`);
    assert.equal(fragmentOf(columns, state), "", fragment);
  }
});
