import { completeValues } from "../../src/cli/options.ts";
import { InputError } from "../../src/errors.ts";
import { judge } from "../../src/experiments/core/verdict.ts";
import { nearOrthogonalClaims } from "../../src/experiments/near_orthogonal/claims.ts";
import { nearOrthogonal } from "../../src/experiments/near_orthogonal/mod.ts";
import {
  type NearOrthogonalRow,
  orthogonalityOf,
  replicaTraining,
} from "../../src/experiments/near_orthogonal/networks.ts";
import {
  type NearOrthogonalOptions,
  nearOrthogonalPlan,
} from "../../src/experiments/near_orthogonal/plan.ts";
import { assert, Matrix, SingularValueDecomposition } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { study } from "./study.ts";

const gpu = await openGpu();

const small = {
  samples: 7,
  ratios: [4, 0.5],
  width: 5,
  slope: 0.2,
  initScales: [1e-3, 0.3],
  rate: 3,
  steps: 6,
  replicas: 2,
};

function planOf(options: Partial<NearOrthogonalOptions> = {}) {
  return nearOrthogonalPlan(
    completeValues(nearOrthogonal.options, { ...small, ...options }, "near-orthogonal"),
  );
}

Deno.test("nearOrthogonal: waypoints and cases", () => {
  const { waypoints, cases, ratios, initScales } = planOf({
    steps: 20,
    ratios: [0.5, 4],
    initScales: [2, 1],
  });
  assert.deepEqual(waypoints, [0, 1, 4, 16, 20]);
  assert.deepEqual(planOf({ steps: 16 }).waypoints, [0, 1, 4, 16]);
  assert.deepEqual([ratios, initScales], [[4, 0.5], [1, 2]]);
  assert.deepEqual(cases, [
    { name: "orthogonal, d/n = 4", inputs: 28, isOrthogonal: true, slope: 0.2 },
    { name: "normal, d/n = 4", inputs: 28, isOrthogonal: false, slope: 0.2 },
    { name: "normal, d/n = 0.5", inputs: 4, isOrthogonal: false, slope: 0.2 },
    { name: "ReLU, orthogonal", inputs: 28, isOrthogonal: true, slope: 0 },
  ]);
});

Deno.test("nearOrthogonal: what leaves nothing to compare, or no orthogonal samples, is refused", () => {
  for (
    const wrong of [
      { ratios: [4] },
      { ratios: [4, 4] },
      { ratios: [0.9, 0.5] },
      { ratios: [4, 0.1] },
      { initScales: [1] },
      { initScales: [0, 1] },
      { initScales: [1, 1e7] },
      { samples: 2 },
      { samples: 20_000, ratios: [1, 0.5] },
      { width: 2 },
      { slope: 1.5 },
      { rate: 0 },
      { steps: 1 },
    ]
  ) {
    assert.throws(() => planOf(wrong), InputError, JSON.stringify(wrong));
  }
});

Deno.test("orthogonalityOf: squared norm over n times the largest inner product", () => {
  // Norms² 25, 4, 9; inner products 6, 0 and −6: 4 / (3 · 6).
  const x = Float32Array.of(3, 4, 2, 0, 0, -3).map((value, i) => i === 5 ? -1.5 : value);
  assert.equal(orthogonalityOf(x, 3), 2.25 / (3 * 6));
  assert.equal(orthogonalityOf(Float32Array.of(1, 0, 0, 2), 2), Infinity);
});

/** Trains the first layer alone in float64, and measures it. */
function reference(x: Matrix, y: readonly number[], start: Matrix, outputs: readonly number[], options: {
  readonly slope: number;
  readonly rate: number;
  readonly steps: number;
}) {
  const { slope, rate, steps } = options, n = y.length, weights = start.clone();
  const run = () => {
    const hidden = x.mmul(weights);
    const u = y.map((_, k) =>
      outputs.reduce((sum, a, j) => sum + a * Math.max(hidden.get(k, j), slope * hidden.get(k, j)), 0)
    );
    return { hidden, margins: u.map((value, k) => y[k] * value) };
  };
  for (let step = 0; step < steps; step++) {
    const { hidden, margins } = run();
    const c = new Matrix(n, outputs.length);
    for (let k = 0; k < n; k++) {
      for (let j = 0; j < outputs.length; j++) {
        const pull = y[k] / (1 + Math.exp(margins[k])) / n;
        c.set(k, j, rate * pull * outputs[j] * (hidden.get(k, j) > 0 ? 1 : slope));
      }
    }
    weights.add(x.transpose().mmul(c));
  }
  const { margins } = run();
  const sigma = new SingularValueDecomposition(weights, { autoTranspose: true }).diagonal
    .sort((a, b) => b - a);
  return {
    stableRank: sigma.reduce((sum, value) => sum + value ** 2, 0) / sigma[0] ** 2,
    third: sigma[2] / sigma[0],
    margins: [Math.min(...margins), Math.max(...margins)],
    loss: margins.reduce((sum, margin) => sum + Math.log1p(Math.exp(-margin)), 0) / n,
    accuracy: margins.filter((margin) => margin > 0).length / n,
  };
}

Deno.test("nearOrthogonal: rows are those of gradient descent on the first layer in float64", async () => {
  const plan = planOf();
  const { rows, verdicts, figures, tables, diverged } = await study(gpu, nearOrthogonal, small);
  assert.equal(rows.length, 4 * 2 * 2 * 4);
  assert.deepEqual(diverged, []);
  for (const kind of plan.cases) {
    for (const replica of [0, 1]) {
      const { training: { task: { train }, start } } = replicaTraining(plan, kind, replica);
      const x = Matrix.from1DArray(7, kind.inputs, [...train.x]),
        y = Array.from(train.y, (label) => 2 * label - 1);
      assert.deepEqual(y, [-1, 1, -1, 1, -1, 1, -1]);
      for (const [i, initScale] of plan.initScales.entries()) {
        const [{ weights }, { weights: outputs }] = start![i];
        const first = Matrix.from1DArray(kind.inputs, 5, [...weights]);
        for (const steps of plan.waypoints) {
          const row = rows.find((each) =>
            each.name === kind.name && each.replica === replica && each.initScale === initScale &&
            each.step === steps
          )!;
          const { slope } = kind, rate = plan.rate / kind.inputs;
          const expected = reference(x, y, first, [...outputs], { slope, rate, steps });
          // Sums of at most 28 products in float32, over six steps: some 200 roundings of 2⁻²⁴.
          const isNear = (value: number, truth: number) =>
            Math.abs(value - truth) < 2e-5 * (1 + Math.abs(truth));
          const where = `${kind.name}, ω = ${initScale}, step ${steps}`;
          assert(isNear(row.stableRank.value, expected.stableRank), `${where}: stable rank`);
          assert(row.third > expected.third - 2e-5 && row.third < expected.third + 1e-3, `${where}: third`);
          assert(isNear(row.loss, expected.loss), `${where}: loss`);
          row.margins.forEach((margin, k) =>
            assert(isNear(margin, expected.margins[k]), `${where}: margins`)
          );
          assert.equal(row.accuracy, expected.accuracy);
          assert(row.rank.low <= row.rank.rank && row.rank.rank <= row.rank.high);
          assert.equal(row.drawn.length, steps === 0 ? 0 : 19);
          if (steps > 0) assert(row.pValue >= 0.05 && row.pValue <= 1);
        }
      }
    }
  }
  assert.equal(verdicts.length, 11);
  // All start from the same weights, but for their size, and orthogonal samples are orthogonal.
  const starts = rows.filter(({ step, replica, name }) =>
    step === 0 && replica === 1 && name === rows[0].name
  );
  assert(Math.abs(starts[0].stableRank.value - starts[1].stableRank.value) < 1e-5);
  assert(rows.every(({ orthogonality, name }) => name.includes("orthogonal") === orthogonality > 1e4));
  const title = "One step from small weights makes networks of low stable rank";
  const elements = assertSoundSvg(figures["near_orthogonal.svg"], title);
  assert.equal(marks(elements, "panel").length, 4 + 3);
  assert.equal(tables["near_orthogonal.csv"].split("\n").length, 1 + rows.length + 1);
});

Deno.test("nearOrthogonal: networks that diverge are named and left out, also if all do", async () => {
  // A learning rate that is infinite in float32.
  const { status, rows, diverged, verdicts, figures } = await study(gpu, nearOrthogonal, {
    ...small,
    rate: 1e41,
    replicas: 1,
  });
  assert.deepEqual([status, rows, diverged.length], ["diverged", [], 8]);
  assert.match(diverged[1].description!, /^orthogonal, d\/n = 4, replica 0, init scale 0.3 diverged at step/);
  assert(verdicts.every(({ holds, values }) => !holds && values.length === 0));
  assertSoundSvg(
    figures["near_orthogonal.svg"],
    "One step from small weights makes networks of low stable rank",
  );
});

/** Rows of a study in which all that is claimed is so, but for what is changed. */
function rowsOf(change: (row: NearOrthogonalRow, index: number) => Partial<NearOrthogonalRow> = () => ({})) {
  const plan = planOf({ ratios: [4, 2, 0.5], replicas: 5 });
  const rows = plan.cases.flatMap(({ name }, c) =>
    plan.initScales.flatMap((initScale, i) =>
      [0, 1, 2, 3, 4].flatMap((replica) =>
        plan.waypoints.map((step): NearOrthogonalRow => {
          const isFar = c === plan.cases.length - 2;
          const value = step === 0 || i > 0 ? 20 : (isFar ? 3 : 1.6) + 0.01 * replica;
          const row: NearOrthogonalRow = {
            name,
            initScale,
            replica,
            step,
            orthogonality: 1,
            stableRank: { value, bound: 1e-4 },
            third: 1e-3 + 1e-4 * replica + 0.1 * c,
            rank: { rank: 2, low: 2, high: 2 },
            featureRank: { rank: 2, low: 2, high: 2 },
            drawn: step === 0 ? [] : [9, 10, 11],
            pValue: step === 0 ? NaN : 0.05,
            loss: 0.01,
            margins: [1, 1.01 + 0.001 * replica],
            accuracy: 1,
            agreement: isFar ? 0.8 + 0.01 * replica : 1,
          };
          return { ...row, ...change(row, c) };
        })
      )
    )
  );
  return nearOrthogonalClaims(rows, plan).map(judge).map(({ holds }) => holds);
}

Deno.test("nearOrthogonalClaims: all hold where data are as claimed", () => {
  assert.deepEqual(rowsOf(), new Array(11).fill(true));
});

Deno.test("nearOrthogonalClaims: each claim breaks where its data do, and no other", () => {
  const breaks = (change: Parameters<typeof rowsOf>[0]) =>
    rowsOf(change).flatMap((holds, i) => holds ? [] : [i]);
  const high = { stableRank: { value: 9, bound: 0 } }, low = { stableRank: { value: 1.5, bound: 0 } };
  const at = (wanted: number, wantedStep: (step: number) => boolean, then: Partial<NearOrthogonalRow>) =>
    breaks(({ step, initScale }, c) => c === wanted && initScale < 0.1 && wantedStep(step) ? then : {});
  const isEnd = (step: number) => step === 6, isLater = (step: number) => step > 0;
  assert.deepEqual(at(0, (step) => step === 1, high), [0, 1]);
  assert.deepEqual(at(0, isEnd, high), [1]);
  assert.deepEqual(at(0, isEnd, { third: 0.02 }), [2]);
  assert.deepEqual(at(0, isEnd, { agreement: 0.9 }), [3]);
  assert.deepEqual(at(0, isEnd, { margins: [0.5, 1] }), [4]);
  assert.deepEqual(at(0, isEnd, { margins: [-0.1, 1] }), [4]);
  assert.deepEqual(at(1, (step) => step === 4, high), [5]);
  assert.deepEqual(at(1, isEnd, { third: 0.9 }), [6]);
  assert.deepEqual(at(3, isLater, low), [7]);
  assert.deepEqual(at(3, isEnd, { agreement: 1 }), [8]);
  assert.deepEqual(
    breaks(({ step, initScale }, c) => c === 0 && initScale > 0.1 && step === 1 ? low : {}),
    [9],
  );
  assert.deepEqual(at(4, isEnd, high), [10]);
  // Ranks that are low, but no lower than after random steps.
  assert.deepEqual(at(0, isEnd, { pValue: 0.9 }), [1]);
  assert.deepEqual(at(0, isLater, { stableRank: { value: 1.95, bound: 0.1 } }), [0, 1]);
});

Deno.test("nearOrthogonalClaims: NaN makes no claim hold, and neither does a study without networks", () => {
  const nothing = {
    stableRank: { value: NaN, bound: NaN },
    third: NaN,
    agreement: NaN,
    margins: [NaN, NaN] as const,
    pValue: NaN,
    drawn: [],
  };
  assert.deepEqual(rowsOf(({ replica }) => replica === 2 ? nothing : {}), new Array(11).fill(false));
  const none = nearOrthogonalClaims([], planOf()).map(judge);
  assert.deepEqual(none.map(({ holds, values }) => holds || values.length > 0), new Array(11).fill(false));
});
