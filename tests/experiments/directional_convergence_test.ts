import { InputError } from "../../src/errors.ts";
import { directionalConvergence } from "../../src/experiments/directional_convergence/mod.ts";
import type { OptionsOf } from "../../src/experiments/core/experiment.ts";
import { judge } from "../../src/experiments/core/verdict.ts";
import { directionalClaims } from "../../src/experiments/directional_convergence/claims.ts";
import {
  directionalCases,
  type DirectionalNetwork,
  directionalOptions,
  directionalPlan,
} from "../../src/experiments/directional_convergence/plan.ts";
import { sphereSamples } from "../../src/experiments/directional_convergence/samples.ts";
import type { CaseResult, FlowPath } from "../../src/experiments/directional_convergence/study_case.ts";
import { parseFlags } from "../../src/cli/flags.ts";
import { completeValues, flagsOf } from "../../src/cli/options.ts";
import { assert } from "../deps.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { sampleLoss } from "../reference/loss.ts";
import { study } from "./study.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

type Options = OptionsOf<typeof directionalConvergence>;
const options: Options & { readonly networks: readonly DirectionalNetwork[] } = {
  networks: [{ hidden: [8], activation: "leaky-relu:0.1^2" }, {
    hidden: [8, 6],
    activation: "leaky-relu:0.1",
  }],
  loss: "square",
  deltas: [0.1, 0.01, 1e-4],
  inputs: 3,
  samples: 40,
  replicas: 3,
  learningRate: 0.04,
  flowSteps: 400,
  ascentSteps: 300,
};
const planOf = (options: Options) =>
  directionalPlan(completeValues(directionalOptions, options, "directional-convergence"));
const title = "Early directional convergence from small weights";
const holds = (verdicts: readonly { readonly holds: boolean }[]) => verdicts.map(({ holds }) => holds);

Deno.test("directionalConvergence: small weights align with the KKT point, the smaller the closer, and have rank one", async () => {
  const progress: number[] = [];
  const result = await study(gpu, directionalConvergence, options, {
    onProgress: (steps) => progress.push(steps),
  });
  assert.deepEqual(holds(result.verdicts), new Array(4 + 5).fill(true), JSON.stringify(result.verdicts));
  assert.equal(progress.at(-1), 2 * (2 * 400 + 300));
  assert(progress.every((steps, i) => i === 0 || steps >= progress[i - 1]));
  for (const { paths, kkt, order } of result.rows) {
    assert.deepEqual([order, kkt.length, paths.length], [3, 3, 9]);
    for (const { points, early, delta, hasLeft } of paths) {
      const [start] = points, next = points[points.indexOf(early) + 1];
      assert(hasLeft && early.loss >= 0.99 * start.loss && next.loss < 0.99 * start.loss);
      assert.equal(start.norm, Math.fround(delta));
      // d log‖w‖/ds = L N, but for the length of the steps: log 1.04 is 2 % below 0.04.
      points.slice(1, points.indexOf(early) + 1).forEach(({ growth, time, correlation }, i) => {
        const rate = (growth - points[i].growth) / (time - points[i].time);
        const [low, high] = [points[i].correlation, correlation].map((n) => order * n).sort((a, b) => a - b);
        assert(rate > 0.97 * low - 0.05 && rate < high + 0.05, `${rate} is not between ${low} and ${high}`);
      });
    }
  }
  const header = (table: string) => table.slice(0, table.indexOf("\n"));
  const rows = (table: string) => table.trimEnd().split("\n").length - 1;
  assert.equal(
    header(result.tables["directional_convergence.csv"]),
    "network,activation,loss_name,delta,replica,step,time,early_time,norm,growth,loss,relative_loss,correlation,gradient," +
      "residual,mean_residual,cosine",
  );
  assert.equal(
    rows(result.tables["directional_convergence.csv"]),
    result.rows.flatMap(({ paths }) => paths.flatMap(({ points }) => points)).length,
  );
  assert.equal(
    header(result.tables["alignment.csv"]),
    "network,activation,loss_name,delta,replica,has_left,step,norm,cosine,correlation,residual,mean_residual",
  );
  assert.equal(rows(result.tables["alignment.csv"]), 2 * (9 + 3));
  assert.equal(
    header(result.tables["weight_ratios.csv"]),
    "network,activation,loss_name,delta,replica,layer,ratio",
  );
  assert.equal(rows(result.tables["weight_ratios.csv"]), (1 + 2) * (9 + 3));
  const elements = assertSoundSvg(result.figures["directional_convergence.svg"], title);
  assert.equal(marks(elements, "panel").length, 2 * 4);
  assert.equal(marks(elements, "path").length, 2 * 9 * 3);
  assert.equal(marks(elements, "ratio").length, 1 + 2);

  const { record } = result, { replicas, runs } = record.configuration;
  assert.deepEqual([record.status, replicas, runs, record.timings.planned], ["done", 9, 2, 2200]);
  assert.match(
    result.text,
    /^on .*\n2200 steps of 9 replicas, .*\n\nholds: 3-8-1 leaky-relu:0\.1\^2, square loss: /,
  );
});

Deno.test("directionalConvergence: large weights do not align before the loss moves", async () => {
  const { verdicts, rows: cases } = await study(gpu, directionalConvergence, { ...options, deltas: [2, 1] });
  assert.deepEqual(
    verdicts.map(({ claim, holds }) => [/ascent/.test(claim), holds]).filter(([, holds]) => holds),
    [
      [true, true],
      [true, true],
    ],
  );
  assert(cases.every(({ paths }) => paths.every(({ early }) => early.cosine < 0.9)));
});

Deno.test("directionalConvergence: the logistic loss has a path of its own, with the same scale of N", async () => {
  const { rows: [{ name, paths, kkt }] } = await study(gpu, directionalConvergence, {
    ...options,
    loss: "logistic",
  });
  assert.equal(name, "3-8-1 leaky-relu:0.1^2, logistic loss");
  assert(kkt.every(({ correlation }) => correlation > 0.1 && correlation < 2));
  for (const { points: [start, ...rest] } of paths) {
    // 2/√m Σ log(1 + e^u) − y u at u = 0.
    assert(Math.abs(start.loss - 2 * Math.sqrt(40) * Math.LN2) < 0.02);
    assert(rest.every(({ cosine }) => Math.abs(cosine) <= 1 + 1e-6));
  }
});

Deno.test("directionalConvergence: who diverged is named and left out", async () => {
  const [network] = options.networks;
  const result = await study(gpu, directionalConvergence, {
    ...options,
    networks: [network],
    deltas: [1e30, 0.1, 0.01],
  });
  assert.equal(result.record.status, "done");
  assert.deepEqual(result.diverged.map(({ replica }) => replica), [0, 1, 2]);
  assert(result.rows[0].paths.every(({ delta }) => delta < 1));
  assert.match(
    result.text,
    /\n3-8-1 leaky-relu:0\.1\^2, square loss, δ = 1e\+30, replica 2 diverged at step 0, and does not count\n/,
  );
  const none = await study(gpu, directionalConvergence, {
    ...options,
    networks: [network],
    learningRate: 1e30,
  });
  assert.equal(none.record.status, "diverged");
  assert(none.verdicts.every(({ holds, values }) => !holds && values.length === 0));
  assertSoundSvg(none.figures["directional_convergence.svg"], title);
});

Deno.test("directionalConvergence: a study that is stopped keeps the cases that were done", async () => {
  const stop = new AbortController();
  const result = await study(gpu, directionalConvergence, options, {
    signal: stop.signal,
    onProgress: (steps) => {
      if (steps >= 1100) stop.abort();
    },
  });
  assert.equal(result.record.status, "stopped");
  assert.deepEqual(result.rows.map(({ order }) => order), [3]);
  const none = await study(gpu, directionalConvergence, options, { signal: AbortSignal.abort() });
  assert.deepEqual([none.rows, none.verdicts], [[], []]);
  assertSoundSvg(none.figures["directional_convergence.svg"], title);
});

Deno.test("directionalConvergence: what is out of range, or no early phase to speak of, is refused", async () => {
  for (
    const wrong of [
      { networks: [] },
      { networks: [{ hidden: [5], activation: "tanh" }] },
      { networks: [{ hidden: [5], activation: "swish" }] },
      { networks: [{ hidden: [5], activation: "relu" }] },
      { networks: [{ hidden: [], activation: "relu" }] },
      { deltas: [0.1] },
      { deltas: [0.1, 0.1] },
      { deltas: [0, 0.1] },
      { deltas: [0.1, Infinity] },
      { learningRate: 0 },
      { replicas: 0 },
      { samples: 0.5 },
      { inputs: 0 },
      { flowSteps: 0 },
      { ascentSteps: 0 },
      { init: "uniformly" },
    ]
  ) {
    await assert.rejects(
      () => study(gpu, directionalConvergence, { ...options, ...wrong }),
      InputError,
      JSON.stringify(wrong),
    );
  }
});

Deno.test("sphereSamples: points of the sphere, N of one scale, each replica its own, targets as asked for", () => {
  for (const targets of ["neuron", "random"] as const) {
    for (const loss of ["square", "logistic"] as const) {
      const complete = planOf({ ...options, targets, samples: 50, inputs: 4 });
      const kind = { activation: "leaky-relu:0.1^2", loss };
      const { count, x, y, weights } = sphereSamples(complete, kind, 1);
      assert.deepEqual([count, x.length, y.length], [50, 200, 50]);
      let square = 0;
      for (let k = 0; k < count; k++) {
        assert(Math.abs(Math.hypot(...x.subarray(4 * k, 4 * k + 4)) - 1) < 1e-6);
        const name = loss === "square" ? "mean-squared-error" : loss;
        square += (weights[k] * sampleLoss(name, [0], [y[k]]).gradient[0]) ** 2;
      }
      assert(Math.abs(square - 1) < 1e-5, `${targets}, ${loss}: ${square}`);
      assert.equal(new Set(weights).size, 1);
      if (loss === "logistic") assert.deepEqual([...new Set(y)].sort(), [0, 1]);
      else assert.equal(y.every((value) => value >= 0), targets === "neuron");
      assert.deepEqual(sphereSamples(complete, kind, 1).x, x);
      assert.notDeepEqual(sphereSamples(complete, kind, 2).x, x);
      assert.notDeepEqual(sphereSamples({ ...complete, seed: 5 }, kind, 1).x, x);
    }
  }
});

Deno.test("directionalClaims: data that follow the claims bear them out; data that do not, do not", () => {
  const complete = { ...planOf(options), directions: 3 }, { deltas } = complete;
  const [, kind] = directionalCases(complete);
  const result = (
    cosine: (delta: number, replica: number) => number,
    ratio: number,
    drift: number,
  ): CaseResult => {
    const point = {
      step: 1,
      time: 1,
      earlyTime: 1,
      norm: 1,
      growth: 0,
      loss: 1,
      correlation: 1,
      gradient: 1,
      residual: 0,
      drift,
      cosine: 1,
      ratios: [ratio, ratio / 2],
    };
    const paths = deltas.flatMap((delta) =>
      [0, 1, 2].map((replica): FlowPath => {
        const early = { ...point, cosine: cosine(delta, replica) };
        return { delta, replica, points: [early], early, hasLeft: true };
      })
    );
    return {
      ...kind,
      paths,
      kkt: [0, 1, 2].map((replica) => ({ ...point, replica })),
      lost: [],
      status: "done",
    };
  };
  const judged = (...data: Parameters<typeof result>) =>
    holds(directionalClaims(result(...data), complete).map(judge));
  assert.deepEqual(judged((delta) => 1 - delta, 0.04, 1e-3), [true, true, true, true, true]);
  assert.deepEqual(judged((delta) => 0.9 + delta / 2, 0.06, 0.1), [false, false, false, false, true]);
  // One replica that strays leaves too wide an interval.
  assert.equal(judged((delta, replica) => replica === 1 ? 0.97 - delta : 1 - delta, 0.2, 0)[1], false);
  const { statistic, value } = judge(directionalClaims(result((delta) => 1 - delta, 0.04, 0), complete)[4]);
  assert.deepEqual([statistic, value], ["largest σ₂/σ₁", 0.02]);
});

Deno.test("directionalPlan: flags name networks, and --full is overruled by what is given", () => {
  const read = (...args: string[]) => planOf(parseFlags(flagsOf(directionalOptions), args).flags as Options);
  assert.equal(directionalCases(read()).length, 6);
  const { networks, losses } = read("--networks=7,5:leaky-relu:0.1;20:relu^2", "--loss=square");
  assert.deepEqual([networks, losses], [
    [{ hidden: [7, 5], activation: "leaky-relu:0.1" }, { hidden: [20], activation: "relu^2" }],
    ["square"],
  ]);
  const { directions, samples } = read("--full", "--samples=30");
  assert.deepEqual([directions, samples], [10, 30]);
  assert.throws(() => read("--networks=10-5-1:relu^2"), InputError);
  assert.throws(() => read("--networks=10,5"), InputError);
});
