import { judge } from "../../src/experiments/core/verdict.ts";
import { runExperiment } from "../../src/experiments/core/run.ts";
import {
  type OptimizedNetwork,
  optimizersClaims,
  secondStairs,
} from "../../src/experiments/optimisers/claims.ts";
import { optimizerStudy } from "../../src/experiments/optimisers/mod.ts";
import { type ArmName, armNames } from "../../src/experiments/optimisers/plan.ts";
import type { CountProbe } from "../../src/train/trace.ts";
import { assert } from "../deps.ts";
import { U } from "../reference/rounding.ts";
import { openGpu } from "../support/gpu.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { smallTask, train } from "../support/tasks.ts";

const gpu = await openGpu();

const FIRST = 1000, SECOND = 1000, EVERY = 10, REPLICAS = 5;
const tasks = [{ name: "curve" }, { name: "line" }];
const plan = { tasks, firstSteps: FIRST, secondSteps: SECOND, replicas: REPLICAS };

/** Rank and loss at a step of a network. */
type Course = (step: number, replica: number) => { readonly rank: number; readonly loss: number };

function networkOf(task: string, arm: ArmName, replica: number, course: Course): OptimizedNetwork {
  const first = arm.endsWith("then L-BFGS") ? FIRST : 0;
  const probes = Array.from({ length: (FIRST + SECOND - first) / EVERY + 1 }, (_, i): CountProbe => {
    const step = first + EVERY * i, { rank, loss } = course(step, replica);
    const ranks = [{ epsilon: 1e-6, rank, low: rank, high: rank }];
    return {
      kind: "count",
      step,
      replica,
      loss,
      accuracy: null,
      layers: [{ kind: "count", layer: 1, ranks, precision: "double" }],
    };
  });
  return { task, arm, replica, probes };
}

/** All networks, made by hand. */
function networksOf(courses: Readonly<Record<string, Partial<Record<ArmName, Course>>>>, rest: Course) {
  return tasks.flatMap(({ name }) =>
    armNames.flatMap((arm) =>
      Array.from(
        { length: REPLICAS },
        (_, replica) => networkOf(name, arm, replica, courses[name]?.[arm] ?? rest),
      )
    )
  );
}

const still: Course = (_, replica) => ({ rank: 4, loss: 0.1 * (1 + 0.01 * replica) });
/** Stairs of uneven length behind the first phase, at which the loss falls. */
const BORDERS = [1060, 1100, 1320, 1360, 1400, 1640, 1680, 1880, 1920];
const climbs: Course = (step, replica) => {
  const stairs = BORDERS.filter((border) => step >= border + 10 * (replica % 3)).length;
  return { rank: 4 + stairs, loss: 0.1 * (1 + 0.01 * replica) * 0.3 ** stairs * (1 - 1e-5 * (step - FIRST)) };
};
const full: Course = (step, replica) => ({
  rank: 30,
  loss: 1e-2 * (1 + 0.01 * replica) / (1 + Math.max(0, step - FIRST)),
});

const both = "Adam, then L-BFGS", structured = "structured, Adam, then L-BFGS";
const effect = {
  curve: { [both]: climbs, [structured]: full, "structured, Adam": still },
  line: {
    [both]: (step: number, replica: number) => ({ ...still(step, replica), loss: 0.01 + 1e-4 * replica }),
  },
};

Deno.test("optimisers: the claims hold of a second phase in stairs, and of none where there are none", () => {
  const verdicts = optimizersClaims(networksOf(effect, still), plan).map(judge);
  assert.equal(verdicts.length, 7 + 2);
  for (const { claim, holds, value, pValue } of verdicts) assert(holds, `${claim}: ${value}, p ${pValue}`);
});

Deno.test("optimisers: without an effect, with ranks that drift, and with too little no claim of an effect holds", () => {
  const drift: Course = (step, replica) => ({
    rank: 4 + Math.floor(Math.max(0, step - FIRST + 7 * replica) / 100),
    loss: still(step, replica).loss,
  });
  const other = { curve: { [both]: drift, [structured]: drift }, line: { [both]: drift } };
  for (const networks of [networksOf({}, still), networksOf(other, still), []]) {
    for (const { claim, holds } of optimizersClaims(networks, plan).map(judge)) {
      const isAbsence = claim.includes("gains no rank") && networks.length > 0;
      // Which a drift makes higher too.
      const isRank = claim.includes("higher ε-rank");
      if (!isAbsence && !isRank) assert(!holds, claim);
    }
  }
  // The climb along a line has stairs of one length.
  const { ramp } = secondStairs(networkOf("curve", both, 0, drift), FIRST);
  assert(!(ramp.pValue < 0.05), `p ${ramp.pValue}`);
  const gains = optimizersClaims(networksOf(other, still), plan).map(judge);
  for (const { claim, holds } of gains) if (claim.includes("gains no rank")) assert(!holds, claim);
});

Deno.test("optimisers: networks that diverged or were stopped do not count", () => {
  const networks = networksOf(effect, still);
  const lost = networks.filter(({ arm, replica }) => arm !== "Adam" || replica > 0)
    .map((each) => each.replica === 1 ? { ...each, probes: each.probes.slice(0, -1) } : each);
  const [lower] = optimizersClaims(lost, plan);
  assert.deepEqual(lower.values.map((value) => value === null), [true, true, false, false, false]);
});

Deno.test("optimisers: the second phase goes on where Adam was, in tables and figure", async () => {
  const options = { layers: [6, 5], firstSteps: 40, secondSteps: 30, probeEvery: 10, replicas: 2 };
  const control = smallTask({ target: (x) => x[0] });
  const result = await runExperiment(gpu, optimizerStudy, { tasks: [smallTask()], control, ...options });
  assert.equal(result.rows.length, 2 * armNames.length * 2);
  const [own] = result.plan.cases;
  const adam = await train(gpu, own);
  // Both tasks are called the same.
  for (const { arm, replica, probes } of result.rows.slice(0, 2 * armNames.length)) {
    assert.equal(probes.at(-1)!.step, 70, arm);
    const same = adam.probes.filter((probe) => probe.replica === replica);
    const at = (step: number) => probes.find((probe) => probe.step === step)!.loss;
    if (arm === "Adam") assert.deepEqual(probes.map(({ loss }) => loss), same.map(({ loss }) => loss));
    if (
      arm === both &&
      probes === result.rows.find((row) => row.arm === both && row.replica === replica)!.probes
    ) {
      // A probe that counts adds up the loss in another order than one that solves for spectra.
      const before = same.find(({ step }) => step === 40)!.loss;
      assert(Math.abs(at(40) - before) <= 4 * U * before, `${at(40)} after ${before}`);
      assert(at(70) < at(40));
    }
  }
  const svg = await optimizerStudy.figures["optimisers.svg"](result);
  assert.equal(marks(assertSoundSvg(svg, "Adam, L-BFGS, and L-BFGS after Adam"), "panel").length, 4);
  const lines = optimizerStudy.tables["optimisers.csv"](result).csv.trimEnd().split("\n");
  assert.equal(lines[0], "task,arm,replica,stairs,ramp_p,coupling_p");
  assert.equal(lines.length, 1 + result.rows.length);
});
