import { completeValues } from "../../src/cli/options.ts";
import { InputError } from "../../src/errors.ts";
import { judge } from "../../src/experiments/core/verdict.ts";
import { plateauClaims, plateauShare } from "../../src/experiments/plateaus/claims.ts";
import { plateaus } from "../../src/experiments/plateaus/mod.ts";
import type { PlateauNetwork } from "../../src/experiments/plateaus/networks.ts";
import {
  armTraining,
  type PlateauArm,
  plateauArmNames,
  plateauPlan,
  type PlateauValues,
} from "../../src/experiments/plateaus/plan.ts";
import { findPlateaus } from "../../src/stats/plateaus.ts";
import { follow } from "../../src/train/follow.ts";
import { terminalRank } from "../../src/train/trace.ts";
import { Training } from "../../src/train/training.ts";
import { assert } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { study } from "./study.ts";

const gpu = await openGpu();

const tiny = { samples: 12, width: 4, steps: 60, replicas: 2 };

function planOf(options: Partial<PlateauValues> = {}) {
  return plateauPlan(completeValues(plateaus.options, { ...tiny, ...options }, "plateaus"));
}

const REPLICAS = 5, steps = Array.from({ length: 121 }, (_, k) => 10 * 2 ** (k / 12));

/** A network by its loss, the change of its pattern and its rank at doublings of the steps. */
function networkOf(
  arm: PlateauArm,
  replica: number,
  at: (doublings: number) => { readonly loss: number; readonly changed?: number; readonly rank?: number },
): PlateauNetwork {
  const points = steps.map((step) => {
    const { loss, changed = 0, rank = 3 } = at(Math.log2(step / 10));
    return { step, loss, changed, rank: { rank, low: rank, high: rank }, active: 1 };
  });
  const course = findPlateaus(steps, points.map(({ loss }) => loss), { slow: 0.1, fast: 0.3 });
  return { arm, replica, points, course };
}

/** Doublings at which the drops of a replica begin, each of half a doubling. */
const dropsOf = (replica: number) => [2, 4.7, 7.8].map((at) => at + 0.1 * replica);
const isDrop = (x: number, replica: number) => dropsOf(replica).some((at) => x >= at - 0.3 && x < at + 0.8);
const stairs = (x: number, replica: number) =>
  dropsOf(replica).reduce((loss, at) => loss * 0.1 ** Math.min(1, Math.max(0, 2 * (x - at))), 1);

/** All networks as the paper has it. */
function asClaimed(): PlateauNetwork[] {
  return Array.from(
    { length: REPLICAS },
    (_, replica) =>
      plateauArmNames.map((arm) =>
        networkOf(arm, replica, (x) => {
          if (arm === "fixed first layer") return { loss: 1 };
          const loss = stairs(x, replica),
            rank = 3 + 2 * dropsOf(replica).filter((at) => x >= at - 0.3).length;
          if (arm === "tanh") return { loss, changed: 0.1 };
          if (arm === "gradient descent") return { loss, rank, changed: isDrop(x, replica) ? 0.2 : 0.01 };
          return { loss: (1 + 0.1 * replica) * 10 ** (-0.5 * x) };
        })
      ),
  ).flat();
}

Deno.test("plateaus: all claims hold of networks that were made to fulfil them", () => {
  const verdicts = plateauClaims(asClaimed(), REPLICAS).map(judge);
  assert.equal(verdicts.length, 12 + 2);
  for (const { claim, holds, value, pValue } of verdicts) assert(holds, `${claim}: ${value}, p ${pValue}`);
});

Deno.test("plateaus: no claim but that of fixed patterns holds where all arms are alike and nothing stays", () => {
  const alike = Array.from(
    { length: REPLICAS },
    (_, replica) =>
      plateauArmNames.map((arm) =>
        networkOf(arm, replica, (x) => ({
          loss: stairs(x, replica),
          changed: arm === "fixed first layer" ? 0.1 : 0.1 + 0.05 * Math.sin(9 * x + replica),
          // A steady climb.
          rank: 1 + Math.floor(8 * x),
        }))
      ),
  ).flat();
  const held = plateauClaims(alike, REPLICAS).map(judge).filter(({ holds }) => holds);
  assert.deepEqual(held.map(({ claim }) => claim), ["gradient descent: the loss drops behind plateaus"]);
});

Deno.test("plateaus: replicas that an arm lacks, or that have no plateau, do not count; none leave all open", () => {
  const lacking = asClaimed().filter(({ arm, replica }) => !(arm === "gradient descent" && replica === 1));
  const flat = lacking.map((own) =>
    own.arm === "gradient descent" && own.replica === 2 ? networkOf(own.arm, 2, () => ({ loss: 1 })) : own
  );
  const [drops, contrast, tanh, stairs, time] = plateauClaims(flat, REPLICAS).map(({ values }) =>
    values.map((value) => value === null || Number.isNaN(value))
  );
  assert.deepEqual(drops, [false, true, false, false, false]);
  assert.deepEqual(contrast, [false, true, true, false, false]);
  assert.deepEqual(tanh, contrast);
  assert.deepEqual(stairs, contrast);
  assert.deepEqual(time, drops);
  for (const claim of plateauClaims([], REPLICAS)) assert(!judge(claim).holds, claim.text);
});

Deno.test("plateauShare: the share of logarithmic time, of a last plateau as well", () => {
  const of = (loss: (x: number) => number) => plateauShare(networkOf("Adam", 0, (x) => ({ loss: loss(x) })));
  assert.equal(of(() => 1), 1);
  assert.equal(of((x) => 10 ** -x), 0);
  // Half a doubling to either side of the drop, and some of it, are no plateau.
  const half = of((x) => x < 5 ? 1 : 0.01);
  assert(half > 0.85 && half < 0.95, `${half}`);
});

Deno.test("plateaus: arms differ in what they name, and waypoints grow by a factor", async () => {
  const plan = await planOf({ steps: 640 });
  assert.deepEqual([plan.waypoints[0], plan.waypoints.at(-1)], [10, 640]);
  assert(plan.waypoints.every((step, i) => i === 0 || step > plan.waypoints[i - 1]));
  const base = armTraining(plan, "gradient descent");
  const changed = plateauArmNames.map((arm) => {
    const own = armTraining(plan, arm);
    return (["activation", "initializer", "optimizer"] as const).filter((key) =>
      JSON.stringify(own[key]) !== JSON.stringify(base[key])
    ).join();
  });
  assert.deepEqual(changed, ["", "optimizer", "initializer", "initializer", "", "optimizer", "activation"]);
  await assert.rejects(async () => await planOf({ task: "mixture" }), InputError);
  await assert.rejects(async () => await planOf({ samples: 1e4, width: 4096 }), /features of an arm/);
  await assert.rejects(async () => await planOf({ width: 4096, replicas: 500 }), /fewer networks/);
});

Deno.test("plateaus: where all networks of an arm diverge, the others have claims and a figure", async () => {
  const { rows, diverged, figures, verdicts } = await study(gpu, plateaus, { ...tiny, learningRate: 1e30 });
  assert.deepEqual([...new Set(rows.map(({ arm }) => arm))], ["Adam"]);
  assert.equal(diverged.length, 6 * tiny.replicas);
  assert(verdicts.every(({ holds }) => !holds));
  const elements = assertSoundSvg(
    figures["plateaus.svg"],
    "Plateaus of the loss, activation patterns and ε-rank",
  );
  assert.equal(marks(elements, "panel").length, 3 * plateauArmNames.length);
  assert.equal(marks(elements, "curve").length, 3 * tiny.replicas);
});

Deno.test("plateaus: losses and ranks are those of probes; patterns of a fixed layer stay; solved output layers are best", async () => {
  const { rows, status, tables } = await study(gpu, plateaus, { ...tiny, task: "abs", learningRate: 0.01 });
  assert.equal(status, "done");
  assert.equal(rows.length, plateauArmNames.length * tiny.replicas);
  const plan = await planOf({ task: "abs", learningRate: 0.01 }),
    at = (row: PlateauNetwork) => row.points.at(-1)!;
  for (const arm of plateauArmNames) {
    if (arm === "solved output layer") continue;
    using training = await Training.create(gpu, armTraining(plan, arm));
    await follow(training, () => {});
    for (const probe of training.trace.probes.filter(({ step }) => step === tiny.steps)) {
      const { loss, rank } = at(rows.find((row) => row.arm === arm && row.replica === probe.replica)!);
      // The probe sums 12 squares of single words, each off by a few 2⁻²⁴ of values of order 1.
      assert(Math.abs(loss - probe.loss) <= 1e-5 * (1 + loss), `${arm}: ${loss}, ${probe.loss}`);
      const probed = terminalRank(probe);
      assert(rank.low <= probed.high && probed.low <= rank.high, `${arm}: ${rank.rank}, ${probed.rank}`);
    }
  }
  const fixed = rows.filter(({ arm }) => arm === "fixed first layer");
  assert(fixed.every(({ points }) => points.slice(1).every(({ changed }) => changed === 0)));
  // Both start from the same hidden layer, which ten steps hardly change.
  for (const { replica, points: [first] } of rows.filter(({ arm }) => arm === "solved output layer")) {
    const other = rows.find((row) => row.arm === "gradient descent" && row.replica === replica)!;
    assert(first.loss < other.points[0].loss);
  }
  const count = rows.reduce((sum, { points }) => sum + points.length, 0);
  assert.equal(tables["plateaus.csv"].trim().split("\n").length, 1 + count);
});
