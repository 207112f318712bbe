import { assert } from "../deps.ts";
import { madeUpTrace } from "../support/report_case.ts";
import { summarize } from "../../src/train/summary.ts";
import type { CountProbe, Probe, SpectrumProbe, Trace } from "../../src/train/trace.ts";

const epsilons = [1e-2, 1e-6];

/** What varies from probe to probe: the ranks of both layers, of both thresholds each. */
interface Given {
  readonly step: number;
  readonly replica?: number;
  readonly loss: number;
  readonly ranks: readonly (readonly [number, number])[];
  readonly accuracy?: number;
  readonly floors?: readonly number[];
  /** How far the certified interval reaches to either side. */
  readonly slack?: number;
}

function probe({ step, replica = 0, loss, ranks, accuracy, floors, slack = 0 }: Given): SpectrumProbe {
  return {
    kind: "spectrum",
    step,
    replica,
    loss,
    accuracy: accuracy ?? null,
    floors: floors ?? null,
    layers: ranks.map((pair, l) => ({
      kind: "spectrum",
      layer: l + 1,
      eigenvalues: Float64Array.of(4, 1, 1, 0),
      bounds: new Float64Array(4),
      precision: accuracy === undefined ? "single" : "double",
      ranks: pair.map((rank, e) => ({ epsilon: epsilons[e], rank, low: rank - slack, high: rank + slack })),
    })),
  };
}

const trace = (replicas: number, given: readonly Given[]): Trace => ({
  replicas,
  epsilons,
  losses: [],
  probes: given.map(probe),
});

Deno.test("summarize: ranks of every layer and threshold over the run", () => {
  const rising = [2, 3, 5, 4, 7];
  const { loss, accuracy, replicas } = summarize(trace(
    1,
    rising.map((rank, i) => ({
      step: 10 * i,
      loss: [1, 0.5, 0.2, 0.3, 0.1][i],
      ranks: [[1, rank], [9, 9]],
      slack: i === 1 ? 1 : 0,
    })),
  ));
  assert.deepEqual([loss, accuracy, replicas.length], [0.1, null, 1]);
  const [{ layers, floorHolds, divergedAt, replica }] = replicas;
  assert.deepEqual([replica, divergedAt, floorHolds], [0, null, null]);
  assert.deepEqual(layers.map(({ layer }) => layer), [1, 2]);
  const { staircase, tests, ...rank } = layers[0].ranks[1];
  assert.deepEqual(rank, {
    epsilon: 1e-6,
    initial: 2,
    final: { epsilon: 1e-6, rank: 7, low: 7, high: 7 },
    largestRank: 7,
    furthestFall: 1,
    certainShare: 0.8,
    spearman: -1,
  });
  assert(staircase.stairs.length >= 1 && staircase.jumps.length === staircase.stairs.length - 1);
  // Five probes are too few for every test.
  assert.deepEqual([tests.sharpness, tests.ramp.pValue, tests.coupling.pValue], [1, NaN, NaN]);
  assert.deepEqual([tests.changes.pValue, tests.floor], [NaN, null]);
  // A constant has no correlation.
  assert.deepEqual(layers[1].ranks.map(({ spearman }) => spearman), [NaN, NaN]);
});

Deno.test("summarize: the ranks beside the ε-rank are those of the last spectrum", () => {
  const [{ layers: [layer] }] = summarize(trace(1, [{ step: 0, loss: 1, ranks: [[3, 3]] }])).replicas;
  // σ = 2, 1, 1, 0: p = ½, ¼, ¼.
  const entropy = 0.5 * Math.log(2) + 2 * 0.25 * Math.log(4);
  const { effectiveRank, rankMe, stableRank, participationRatio, energyRank, nuclearNormRatio } = layer;
  assert(Math.abs(effectiveRank - Math.exp(entropy)) < 1e-12);
  assert(Math.abs(rankMe - Math.exp(entropy)) < 1e-4);
  assert.deepEqual([stableRank, participationRatio, energyRank, nuclearNormRatio], [1.5, 2, 3, 2]);
});

Deno.test("summarize: the furthest fall is measured from the running maximum", () => {
  const ranks = [5, 9, 3, 8, 12, 10, 12];
  const given = ranks.map((rank, step) => ({ step, loss: 1 / (1 + step), ranks: [[rank, 1] as const] }));
  const [{ layers: [{ ranks: [summary] }] }] = summarize(trace(1, given)).replicas;
  assert.deepEqual([summary.initial, summary.largestRank, summary.furthestFall], [5, 12, 6]);
});

Deno.test("summarize: losses and accuracies are lower medians over the replicas", () => {
  const given = [0, 1, 2, 3].map((replica): Given => ({
    step: 0,
    replica,
    loss: [0.4, 0.1, 0.3, 0.2][replica],
    accuracy: [0.9, 0.8, 0.7, 0.6][replica],
    ranks: [[1, 1]],
  }));
  const { loss, accuracy } = summarize(trace(4, given));
  assert.deepEqual([loss, accuracy], [0.2, 0.7]);
});

Deno.test("summarize: the floor holds where no loss is below it", () => {
  const holds = (floors: number[]) =>
    summarize(trace(1, [{ step: 0, loss: 1, ranks: [[1, 1]], floors: [0, 0] }, {
      step: 1,
      loss: 0.5,
      ranks: [[1, 1]],
      floors,
    }])).replicas[0].floorHolds;
  assert.equal(holds([0.1, 0.5]), true);
  assert.equal(holds([0.1, 0.51]), false);
  // Features that overflow have no floor to fall below.
  assert.equal(holds([NaN, NaN]), true);
});

Deno.test("summarize: replicas that diverged end before, or are left out", () => {
  const given = [
    { step: 0, loss: 3, ranks: [[1, 2]] as const },
    { step: 0, replica: 1, loss: 2, ranks: [[1, 2]] as const },
    { step: 9, loss: 1, ranks: [[1, 4]] as const },
  ];
  const diverged = new Map([[1, 5], [2, 0]]);
  const { loss, replicas } = summarize(trace(3, given), diverged);
  assert.deepEqual(replicas.map(({ replica, divergedAt }) => [replica, divergedAt]), [[0, null], [1, 5]]);
  assert.equal(loss, 1);
  assert.equal(replicas[1].layers[0].ranks[1].final.rank, 2);
});

Deno.test("summarize: probes that only count solve no spectra, in no arithmetic", () => {
  // As in a run of 1,001 probes, 202 spectra of both layers among them: none of them in
  // double-single arithmetic.
  const counted = ({ kind: _, floors: __, layers, ...rest }: SpectrumProbe): CountProbe => ({
    ...rest,
    kind: "count",
    layers: layers.map(({ layer, ranks }) => ({ kind: "count", layer, ranks, precision: "double" })),
  });
  const all = Array.from({ length: 1001 }, (_, step) => probe({ step, loss: 1, ranks: [[2, 3], [3, 4]] }));
  const probes = all.map((each, i): Probe => i % 10 === 0 ? each : counted(each));
  const shares = (probes: readonly Probe[]) =>
    summarize({ replicas: 1, epsilons, losses: [], probes }).replicas[0].layers
      .map(({ spectra, doubleShare }) => [spectra, doubleShare]);
  assert.deepEqual(shares(probes), [[101, 0], [101, 0]]);
  // A layer in doubt is solved again: of a probe that counted, too, that is one more spectrum.
  const solve = (probe: Probe, l: number): Probe => {
    const layers = probe.layers.map((layer, index) =>
      index === l ? { ...all[0].layers[l], precision: "double" as const } : layer
    );
    return { ...probe, layers } as Probe;
  };
  assert.deepEqual(shares(probes.with(10, solve(probes[10], 0))), [[101, 1 / 101], [101, 0]]);
  assert.deepEqual(shares(probes.with(11, solve(probes[11], 1))), [[101, 0], [102, 1 / 102]]);
});

Deno.test("summarize: no probes, no numbers", () => {
  assert.deepEqual(summarize(trace(2, [])), {
    loss: NaN,
    accuracy: null,
    relativeError: null,
    pairings: [NaN, NaN],
    replicas: [],
  });
});

Deno.test("summarize: stairs of a long run are tested, and those of replicas against each other", () => {
  // Six stairs of uneven length, by two, and a loss that falls at the jumps alone.
  const ends = [12, 60, 75, 130, 142, 200];
  const given = [0, 1, 2].flatMap((replica) =>
    Array.from({ length: 200 }, (_, i): Given => {
      const stair = ends.findIndex((end) => i < end + 2 * replica || end === 200);
      const loss = 2 ** -stair * (1 - 1e-4 * i);
      return {
        step: 10 * i,
        replica,
        loss,
        ranks: [[1, 1], [1, 2 + 2 * stair]],
        floors: [0, 0.9 * 2 ** -stair],
      };
    })
  );
  const { replicas, pairings } = summarize(trace(3, given));
  for (const { layers: [first, { ranks: [, { staircase, tests }] }] } of replicas) {
    assert.equal(first.ranks[0].tests.sharpness, 1);
    assert.equal(first.ranks[0].tests.floor, null);
    assert.deepEqual(staircase.jumps.map(({ size, isSignificant }) => [size, isSignificant]).flat(), [
      ...new Array(5).fill([2, true]).flat(),
    ]);
    assert(tests.sharpness < 1e-3 && tests.ramp.pValue <= 0.05, `${tests.sharpness}, ${tests.ramp.pValue}`);
    assert(tests.coupling.lagPValue <= 0.05 && Math.abs(tests.coupling.lag) <= 1);
    assert(tests.changes.value < -0.5 && tests.changes.pValue <= 0.05);
    assert.deepEqual([tests.floor?.jumps, tests.floor?.reached], [5, 5]);
  }
  // Three replicas have six pairings.
  assert(Number.isNaN(pairings[0]) && pairings[1] >= 1 / 6 && pairings[1] <= 1);
});

Deno.test("summarize: stairs of some replicas alone; all else is of all", () => {
  const made = madeUpTrace({ replicas: 9 }), whole = summarize(made);
  const some = summarize(made, new Map(), { isTested: (replica) => replica % 2 === 1 });
  assert.deepEqual(some.replicas.map(({ replica }) => replica), whole.replicas.map(({ replica }) => replica));
  for (const [r, { layers }] of some.replicas.entries()) {
    for (const [l, { ranks }] of layers.entries()) {
      for (const [e, { staircase, tests, ...others }] of ranks.entries()) {
        const { staircase: stairs, tests: own, ...expected } = whole.replicas[r].layers[l].ranks[e];
        assert.deepEqual(others, expected);
        if (r % 2 === 1) assert.deepEqual({ staircase, tests }, { staircase: stairs, tests: own });
        else assert.deepEqual([staircase.stairs, tests.sharpness, tests.ramp.pValue], [[], NaN, NaN]);
      }
    }
  }
  assert.equal(some.loss, whole.loss);
});
