import { type AlarmContext, checkLayers, holdsCertainly, parseAlarm } from "../../src/follow/alarm.ts";
import { assert } from "../deps.ts";
import { inputError } from "../support/input_error.ts";

/** Eigenvalues 1, 0.5, 1e-3 ± 2e-3: the rank at 1e-2 is 2, at 1e-3 it is 2 or 3. */
const layer = {
  kind: "spectrum",
  layer: 2,
  precision: "single",
  ranks: [],
  eigenvalues: Float64Array.of(1, 0.5, 1e-3),
  bounds: Float64Array.of(1e-9, 1e-9, 2e-3),
} as const;
const context: AlarmContext = {
  probe: { loss: 0.25, layers: [layer] },
  names: ["net.0", "b c", "7"],
  threshold: "absolute",
};
const holds = (text: string, changed: Partial<AlarmContext> = {}) =>
  holdsCertainly(parseAlarm(text), { ...context, ...changed });

Deno.test("holdsCertainly: a rank counts by its interval", () => {
  assert.deepEqual(
    ["< 3", "<= 2", "== 2", "> 1", ">= 2", "< 2", "> 2", "== 3"].map((end) =>
      holds(`rank('b c', 1e-2) ${end}`)
    ),
    [true, true, true, true, true, false, false, false],
  );
  // In [2, 3]: neither side is certain.
  assert.deepEqual(
    ["< 3", "<= 3", "== 2", "== 3", "> 2", ">= 2", "< 4"].map((end) => holds(`rank("b c", 1e-3) ${end}`)),
    [false, true, false, false, false, true, true],
  );
  assert.deepEqual(["low('b c', 1e-3) == 2", "high('b c', 1e-3) == 3"].map((text) => holds(text)), [
    true,
    true,
  ]);
  assert(holds("3 > rank(2, 0.01)"));
  assert(!holds("rank(2, 0.6) == 2") && holds("rank(2, 0.6) == 1"));
  assert(holds("rank(2, 0.4) == 2", { threshold: "relative" }));
});

Deno.test("holdsCertainly: what is not known holds in no way", () => {
  for (const sign of ["<", "<=", ">", ">=", "=="]) {
    assert(!holds(`loss ${sign} 1`, { probe: { loss: NaN, layers: [] } }));
    // The layer has no rank at this step.
    assert(!holds(`rank(net.0, 1e-2) ${sign} 1`));
  }
  assert(!holds("effective_rank(net.0) > 0"));
});

Deno.test("holdsCertainly: and binds closer than or; effective ranks by their bounds", () => {
  assert(holds("loss == 0.25 or loss < 0 and loss > 1"));
  assert(!holds("(loss == 0.25 or loss < 0) and loss > 1"));
  assert(holds("LOSS < 1".toLowerCase()) && holds("1 < 2 AND 2 < 3"));
  // exp of the entropy of 1, √0.5, √1e-3 over their sum is 2.2; the last may be 0.
  assert(holds("effective_rank(2) > 1.8 and effective_rank(2) < 3"));
  assert(!holds("effective_rank(2) > 2.15") && !holds("effective_rank(2) < 2.15"));
});

Deno.test("parseAlarm: what is no condition is refused in a line", () => {
  for (
    const text of [
      ...[
        "",
        "loss",
        "loss <",
        "< 1",
        "loss < 1 and",
        "loss < 1 loss > 2",
        "loss = 1",
        "loss != 1",
        "rank < 1",
      ],
      ...[
        "rank() < 1",
        "rank(a) < 1",
        "rank(a, 0) < 1",
        "rank(a, -1) < 1",
        "rank(a, x) < 1",
        "rank(a, 1e999) < 1",
      ],
      ...[
        "effective_rank(a, 1) < 1",
        "foo(a) < 1",
        "(loss < 1",
        "loss < 1)",
        "rank(a 1) < 1",
        "rank('a, 1) < 1",
      ],
      ...["not loss < 1", "loss < rank", "\0", "loss < 1 or (", "1 < 2 < 3", '"loss" < 1'],
    ]
  ) assert.throws(() => parseAlarm(text), inputError(/^the alarm has /), text);
  assert.throws(() => parseAlarm("(".repeat(1000) + "loss < 1"), inputError(/brackets/));
  assert.throws(() => parseAlarm("1 < 2 and ".repeat(1000)), inputError(/characters/));
  assert.throws(
    () => checkLayers(parseAlarm("rank(x, 1) < 1"), ["a", "b"]),
    inputError(/names the layer "x".*a, b/),
  );
  assert.throws(() => checkLayers(parseAlarm("rank(3, 1) < 1"), ["a", "b"]), inputError(/"3"/));
  assert.throws(() => checkLayers(parseAlarm("rank(0, 1) < 1"), ["a", "b"]), inputError(/"0"/));
  checkLayers(parseAlarm("rank(b, 1) < 1 or (effective_rank(1) > 2)"), ["a", "b"]);
});
