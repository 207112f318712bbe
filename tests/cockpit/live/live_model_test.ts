import { signal } from "../../../src/cockpit/deps.ts";
import { liveModel, shownRun } from "../../../src/cockpit/live/live_model.ts";
import type { RunFacts } from "../../../src/cockpit/live/run_facts.ts";
import type { LiveStatus } from "../../../src/cockpit/live/watched_run.ts";
import { setCursor } from "../../../src/cockpit/page/panel_parts.ts";
import { spectrumAtCursor } from "../../../src/cockpit/page/spectrum_at.ts";
import { rankInterval } from "../../../src/rank/certificates/rank_interval.ts";
import type { Trace } from "../../../src/train/trace.ts";
import { assert } from "../../deps.ts";
import { madeUpTrace, type RunShape } from "../../support/report_case.ts";

/** A run that shows as many probes of a made-up trace as it is told to. */
function growingRun(shape: RunShape) {
  const whole = madeUpTrace(shape), { replicas, epsilons } = whole;
  const facts: RunFacts = {
    title: "Loss",
    subtitle: "",
    lossName: "loss",
    hidden: shape.widths ?? [9, 7],
    epsilons,
    threshold: "absolute",
    steps: 400,
    replicas,
  };
  const run = {
    status: signal<LiveStatus>("open"),
    message: signal(""),
    facts: signal<RunFacts | null>(null),
    trace: signal<Trace | null>(null),
    steps: signal(0),
    networks: signal(null),
    stepsPerSecond: NaN,
    command: null,
  };
  const grow = (step: number) => {
    run.trace.value = { ...whole, probes: whole.probes.filter((probe) => probe.step <= step) };
  };
  return { run, whole, grow, begin: () => run.facts.value = facts };
}

Deno.test("live model: the cursor follows the last step until it is moved, and again from the end on", () => {
  const { run, whole, grow, begin } = growingRun({ every: 1 });
  const model = liveModel(""), { view } = model, shown = shownRun(run, view);
  model.shown.value = [shown];
  assert.deepEqual([shown.model.value, model.fragment()], [null, ""]);
  begin();
  const own = shown.model.value!, step = () => own.columns.value.steps[own.cursor.value];
  assert.deepEqual([own.cursor.value, own.widths, view.state.layers.value], [-1, [9, 7], [0, 1]]);
  assert.equal(spectrumAtCursor(own, 0), null);
  grow(0);
  assert.equal(step(), 0);
  grow(120);
  assert.equal(step(), 120);
  setCursor(view, 50);
  grow(200);
  assert.equal(step(), 50);
  // The address of a page that goes on does not hold a step.
  assert.equal(model.fragment(), "");
  view.state.epsilon.value = 0.013;
  const { intervals } = spectrumAtCursor(own, 1)!, probe = whole.probes.find((each) => each.step === 50)!;
  const layer = probe.layers[1];
  assert(layer.kind === "spectrum");
  assert.deepEqual(Array.from(intervals.eigenvalues), [...layer.eigenvalues]);
  const { at, rank, low, high } = own.ranks[1].value,
    k = at.findLastIndex((p) => own.columns.value.steps[p] <= 50);
  const expected = rankInterval(layer.eigenvalues, layer.bounds, 0.013);
  assert.deepEqual([rank[k], low[k], high[k]], [expected.rank, expected.low, expected.high]);
  setCursor(view, 200);
  grow(300);
  assert.equal(step(), 300);
  shown.end();
});

Deno.test("live model: two runs share what is shown, also where one has less of it", () => {
  const [a, b] = [growingRun({}), growingRun({ widths: [5], replicas: 3, epsilons: [1e-6, 1e-4] })];
  const model = liveModel("#runs=2&view.epsilon=0.002&view.layer=0"), { view } = model;
  const shown = [a, b].map(({ run }) => shownRun(run, view));
  model.shown.value = shown;
  a.begin();
  // Nothing is told of them before both are known.
  assert.equal(view.shape.value.layers, 0);
  assert.equal(model.fragment(), "view.epsilon=0.002&view.layer=0");
  b.begin();
  assert.deepEqual(view.shape.value, {
    replicas: 3,
    epsilons: [1e-2, 1e-6, 1e-4],
    threshold: "absolute",
    layers: 2,
    steps: [],
  });
  assert.deepEqual([view.state.epsilon.value, view.state.layer.value], [0.002, 0]);
  assert.equal(model.fragment(), "view.epsilon=0.002&view.layer=0");
  view.state.layer.value = 1;
  const [first, second] = view.runs.value;
  assert.deepEqual([first.layer.value, second.layer.value], [1, 0]);
  assert.deepEqual([first.replica.value, second.replica.value], [0, null]);
  view.state.replica.value = 2;
  assert.deepEqual([first.replica.value, second.replica.value], [0, 2]);
  assert.deepEqual(first.rankLines[0].fixed.value.map(({ epsilon }) => epsilon), [1e-2, 1e-6]);
  a.grow(30);
  b.grow(10);
  assert.deepEqual([...view.steps.value], [0, 10, 20, 30]);
  setCursor(view, 20);
  assert.deepEqual(view.runs.value.map(({ cursor }) => cursor.value), [2, 1]);
  a.run.status.value = "done";
  assert.equal(model.haveEnded.value, false);
  b.run.status.value = "failed";
  assert.equal(model.haveEnded.value, true);

  // Other runs are shown alike, as far as that fits them; these follow nothing any more.
  shown.forEach(({ end }) => end());
  const other = growingRun({ widths: [4, 4, 4] }), next = shownRun(other.run, view);
  model.shown.value = [next];
  other.begin();
  assert.equal(view.state.epsilon.value, 0.002);
  assert.equal(view.state.replica.value, 0);
  assert.deepEqual(view.state.layers.value, [0, 1, 2]);
  model.apply("view.epsilon=0.5", false);
  assert.equal(view.state.epsilon.value, 0.5);
  model.apply("", false);
  assert.deepEqual([view.state.epsilon.value, view.state.layer.value, model.fragment()], [1e-6, 2, ""]);

  // An address of other runs, with what is shown of them, which need not fit these.
  model.apply("view.layers=0.4&view.layer=4&view.epsilon=0.25", true);
  assert.deepEqual(view.state.epsilon.value, 1e-6);
  next.end();
  const last = growingRun({ widths: [2, 2, 2, 2, 2] }), deep = shownRun(last.run, view);
  model.shown.value = [deep];
  last.begin();
  const { layers, layer, epsilon } = view.state;
  assert.deepEqual([layers.value, layer.value, epsilon.value], [[0, 4], 4, 0.25]);
  // The next of the same shape are shown alike.
  epsilon.value = 0.125;
  const again = growingRun({ widths: [2, 2, 2, 2, 2] });
  deep.end();
  model.shown.value = [shownRun(again.run, view)];
  again.begin();
  assert.deepEqual([layers.value, epsilon.value], [[0, 4], 0.125]);
  model.shown.value.forEach(({ end }) => end());
});
