import { completeValues } from "../../src/cli/options.ts";
import { judge } from "../../src/experiments/core/verdict.ts";
import { bestRate, parametrizationClaims } from "../../src/experiments/parametrisation/claims.ts";
import { parametrization } from "../../src/experiments/parametrisation/mod.ts";
import type { ParametrizationRow } from "../../src/experiments/parametrisation/networks.ts";
import {
  armNames,
  arms,
  type ParametrizationOptions,
  parametrizationPlan,
} from "../../src/experiments/parametrisation/plan.ts";
import { assert } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { inputError } from "../support/input_error.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { study } from "./study.ts";

const gpu = await openGpu();

const small = {
  samples: 4,
  inputs: 3,
  widths: [6, 12],
  learningRates: [0.05, 0.1, 0.2],
  rate: 0.1,
  steps: 5,
  replicas: 2,
};

function planOf(options: Partial<ParametrizationOptions> = {}) {
  return parametrizationPlan(
    completeValues(parametrization.options, { ...small, ...options }, "parametrisation"),
  );
}

Deno.test("parametrisation: widths and rates are sorted; what cannot be compared is refused", () => {
  const { widths, learningRates } = planOf({ widths: [12, 6, 12], learningRates: "0.1:0.4:3" });
  assert.deepEqual([widths, learningRates], [[6, 12], [0.1, 0.2, 0.4]]);
  for (
    const [wrong, message] of [
      [{ widths: [6, 6] }, /nothing to compare: give at least two widths/],
      [{ widths: [3, 6] }, /width 3 is below the 4 samples: give larger widths/],
      [{ rate: 0.3 }, /rate 0.3 is none of the learning rates: give one of 0.05,0.1,0.2/],
      [{ learningRates: [] }, /no learning rates/],
      [{ replicas: 40000 }, /networks of a width/],
      [{ widths: [6, 1e5] }, /weights of the networks of width 100000/],
    ] as const
  ) assert.throws(() => planOf(wrong), inputError(message));
});

Deno.test("parametrisation: the same networks at the smallest width; frozen layers do not move", async () => {
  const { rows, status, tables, figures, verdicts } = await study(gpu, parametrization, small);
  assert.equal(status, "done");
  const of = (arm: string, width: number) => rows.filter((row) => row.arm === arm && row.width === width);
  for (const width of small.widths) {
    for (const arm of armNames.slice(1, 4)) {
      const [own, other] = [of(arm, width), of("µP", width)].map((some) => some.map(({ loss }) => loss));
      assert.equal(own.length, 6);
      if (width === 6) assert.deepEqual(own, other, arm);
      else assert.notDeepEqual(own, other, arm);
    }
    // One rate is enough of networks whose features do not move, and only its features are ranked.
    assert.deepEqual(of("µP, hidden layers frozen", width).map(({ movement }) => movement), [0, 0]);
  }
  assert(rows.every(({ arm, movement }) => arm === "µP, hidden layers frozen" || movement! > 0));
  for (const { learningRate, grams } of rows) {
    assert.equal(grams !== null, learningRate === 0.1);
    if (grams) assert(grams[0].least > 0 && grams[0].rank.high <= 4);
  }
  // Features before training differ by replica and width alone.
  const starts = new Set(rows.flatMap(({ grams }) => grams ? [grams[0].least] : []));
  assert.equal(starts.size, 4);
  assert.equal(tables["parametrisation.csv"].split("\n").length, 1 + 4 * 2 * 6 + 2 * 2 + 1);
  assert.equal(tables["parametrisation_grams.csv"].split("\n").length, 1 + 5 * 2 * 2 * 2 + 1);
  assert.equal(verdicts.length, 10);
  const elements = assertSoundSvg(
    figures["parametrisation.svg"],
    "Features and learning rates over widths in µP, NTK and standard",
  );
  // Movement and its guide, least eigenvalues, losses; best rates are beyond so few.
  assert.deepEqual(["panel", "curve"].map((name) => marks(elements, name).length), [6, 4 + 1 + 3 + 3 * 2]);
});

Deno.test("parametrisation: networks that diverge have rows; with all of them the figure is sound", async () => {
  const { rows, status, diverged, verdicts, figures } = await study(gpu, parametrization, {
    ...small,
    learningRates: [1e28, 1e29, 1e30],
    rate: 1e29,
  });
  assert.deepEqual([status, diverged], ["done", []]);
  assert.equal(rows.length, 4 * 2 * 6 + 2 * 2);
  assert(rows.every(({ loss, movement, grams }) => loss === null && movement === null && grams === null));
  assert(verdicts.every(({ holds }) => !holds));
  assertSoundSvg(
    figures["parametrisation.svg"],
    "Features and learning rates over widths in µP, NTK and standard",
  );
});

const design = { widths: [10, 100, 1000], rate: 1, replicas: 5 };
const rates = [1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10];

/** Rows of a study in which all that is claimed is so, but for what is changed. */
function rowsOf(change: (row: ParametrizationRow) => Partial<ParametrizationRow> = () => ({})) {
  return armNames.flatMap((arm) =>
    design.widths.flatMap((width) =>
      [0, 1, 2, 3, 4].flatMap((replica) =>
        rates.map((learningRate): ParametrizationRow => {
          const { rates: [first, hidden, output] } = arms[arm], jitter = 1 + 0.01 * replica * width / 1000;
          const best = output === 0 ? 10 / width : 1;
          const rank = (rank: number) => ({ epsilon: 0.1, rank, low: rank, high: rank });
          const row: ParametrizationRow = {
            arm,
            width,
            learningRate,
            replica,
            loss: 1 + Math.abs(Math.log(learningRate / best)),
            movement: first === null ? 0 : hidden === -1 ? jitter / Math.sqrt(width) : jitter,
            grams: learningRate === 1
              ? [{ least: 0.1, rank: rank(6) }, { least: 0.1 * jitter, rank: rank(6) }]
              : null,
          };
          return { ...row, ...change(row) };
        })
      )
    )
  );
}

const broken = (change?: Parameters<typeof rowsOf>[0]) =>
  parametrizationClaims(rowsOf(change), design).map(judge).flatMap(({ holds }, i) => holds ? [] : [i]);

Deno.test("parametrizationClaims: all hold where data are as claimed, and each breaks where its data do", () => {
  assert.deepEqual(broken(), []);
  const at = (arm: string, change: (row: ParametrizationRow) => Partial<ParametrizationRow>) =>
    broken((row) => row.arm === arm ? change(row) : {});
  const lossAt = (best: (width: number) => number) => ({ learningRate, width }: ParametrizationRow) => ({
    loss: 1 + Math.abs(Math.log(learningRate / best(width))),
  });
  assert.deepEqual(at("NTK", ({ width }) => ({ movement: 0.5 + width / 1e6 })), [0]);
  assert.deepEqual(at("µP", ({ width }) => ({ movement: 1 / Math.sqrt(width) })), [1, 2]);
  assert.deepEqual(at("µP", ({ width }) => ({ movement: Math.sqrt(width) })), [1]);
  assert.deepEqual(at("µP", lossAt((width) => 10 / width)), [3]);
  assert.deepEqual(at("standard", lossAt(() => 1)), [4]);
  const gram = (least: number, low: number): Partial<ParametrizationRow> => ({
    grams: [0, 1].map((end) => ({
      least: end ? least : 0.1,
      rank: { epsilon: 0.1, rank: 6, low: end ? low : 6, high: 6 },
    })) as unknown as ParametrizationRow["grams"],
  });
  const followed = (change: (row: ParametrizationRow) => Partial<ParametrizationRow>) =>
    at("µP", (row) => row.learningRate === 1 ? change(row) : {});
  // One network is enough. What is not certainly above 0 has no logarithm either.
  assert.deepEqual(followed(({ replica, width }) => replica === 2 && width === 100 ? gram(-1e-9, 6) : {}), [
    5,
    6,
  ]);
  assert.deepEqual(followed(({ width }) => gram(1 / width, 6)), [6]);
  assert.deepEqual(followed(({ width }) => width === 1000 ? gram(0.1, 5) : {}), [7]);
  assert.deepEqual(at("µP, output rate unscaled", lossAt(() => 1)), [8]);
  assert.deepEqual(at("µP, hidden layers frozen", ({ replica }) => replica ? {} : { movement: 1e-9 }), [9]);
});

Deno.test("parametrizationClaims: without networks, or with those that diverged, none holds", () => {
  const lost = { loss: null, movement: null, grams: null };
  const { length } = broken(() => lost);
  assert.equal(length, 10);
  assert.deepEqual(broken(({ replica, width }) => replica === 1 && width === 100 ? lost : {}), [
    // Replicas without a best rate do not count.
    ...[0, 1, 5, 6, 7, 9],
  ]);
  const none = parametrizationClaims([], design).map(judge);
  assert(none.every(({ holds, values }) => !holds && values.length === 0));
});

Deno.test("bestRate: the rate of the lowest loss, unless it is at an end or all diverged", () => {
  const row = (learningRate: number, loss: number | null) => ({ learningRate, loss }) as ParametrizationRow;
  assert.equal(bestRate([row(1, 3), row(2, 1), row(4, 2), row(8, null)]), 2);
  for (const lost of [[], [row(1, 1), row(2, 2), row(4, 3)], [row(1, 3), row(2, 1)], [row(1, null)]]) {
    assert(Number.isNaN(bestRate(lost)));
  }
});
