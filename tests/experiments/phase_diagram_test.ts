import { InputError } from "../../src/errors.ts";
import { judge } from "../../src/experiments/core/verdict.ts";
import { phaseCells, type PhaseNetwork } from "../../src/experiments/phase_diagram/cells.ts";
import { deviations, edgesOf, phaseClaims } from "../../src/experiments/phase_diagram/claims.ts";
import { phaseDiagram } from "../../src/experiments/phase_diagram/mod.ts";
import { parseLadder } from "../../src/experiments/phase_diagram/plan.ts";
import { uniform } from "../../src/stats/random.ts";
import { assert } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { smallTask } from "../support/tasks.ts";
import { study } from "./study.ts";

const gpu = await openGpu();

const task = smallTask({ count: 16, inputs: 1, target: (x) => Math.cos(5 * x[0]) });
const options = { task, widths: [6, 3], steps: 60, replicas: 2 };
const title = `Phases of training: ${task.description}`;
const holds = (verdicts: readonly { readonly holds: boolean }[]) => verdicts.map(({ holds }) => holds);

Deno.test("phaseDiagram: every network has its place, those that diverge too, and the others go on", async () => {
  const result = await study(gpu, phaseDiagram, {
    ...options,
    initScales: [0.5, 2, 1],
    learningRates: [0.01, 1e20],
  });
  assert.deepEqual([result.status, result.diverged, result.timing.steps], ["done", [], 120]);
  assert.deepEqual(result.plan.widths, [3, 6]);
  assert.equal(result.rows.length, 2 * 3 * 2 * 2);
  for (const { width, learningRate, divergedAt, loss, ranks, startRanks, startLoss } of result.rows) {
    assert(startLoss > 0 && startRanks!.length === 1);
    if (learningRate === 1e20) {
      assert(divergedAt! > 0 && Number.isNaN(loss) && ranks === null);
    } else {
      assert(divergedAt === null && loss > 0 && loss < startLoss);
      const [{ rank, low, high }] = ranks!;
      assert(low <= rank && rank <= high && rank >= 1 && rank <= width);
    }
  }
  const [header, ...lines] = result.tables["phase_cells.csv"].trimEnd().split("\n");
  assert.equal(
    header,
    "width,init_scale,learning_rate,networks,diverged,learnt,epsilon,rank,rank_low,rank_high,loss",
  );
  assert.equal(lines.length, 12);
  assert(
    lines.filter((line) => line.includes(",1e+20,")).every((line) => line.endsWith(",2,2,0,0.0001,,,,")),
  );
  assert.match(
    result.text,
    /\nwidth 3: 12 networks, 6 diverged, from a rate of 1e20 on \(median\); ranks /,
  );
  const elements = assertSoundSvg(result.figures["phase_diagram.svg"], title);
  assert.equal(marks(elements, "cell").length, 2 * 12);
  assert.equal(marks(elements, "cell").filter(({ attributes }) => attributes.fill === "#e4e4e4").length, 12);
  const { networks, diverged } = result.record.summary as Readonly<Record<string, unknown>>;
  assert.deepEqual([networks, diverged], [24, 12]);
});

Deno.test("phaseDiagram: the initial scale multiplies all weights that are drawn", async () => {
  // Without biases, ReLU makes an output of scale³ times that of scale 1: the loss is a parabola.
  const scales = [0.5, 1, 1.5, 2];
  const { rows, plan } = await study(gpu, phaseDiagram, {
    ...options,
    activation: "relu",
    widths: [5],
    initScales: scales,
    learningRates: [1e-9],
    steps: 1,
  });
  const { y, weights } = plan.task.train;
  const zero = y.reduce((sum, value, k) => sum + weights[k] * value ** 2, 0);
  for (const replica of [0, 1]) {
    const losses = rows.filter((row) => row.replica === replica).map(({ startLoss }) => startLoss);
    // a s⁶ − 2 b s³ + zero through the first two, then the others.
    const [p, q] = [losses[0] - zero, losses[1] - zero], t = 1 / 8;
    const a = (p - t * q) / (t * t - t), b = a - q;
    for (const [i, scale] of scales.entries()) {
      const u = scale ** 3, expected = a * u * u - b * u + zero;
      assert(
        Math.abs(losses[i] - expected) < 1e-4 * (1 + expected),
        `${scale}: ${losses[i]}, not ${expected}`,
      );
    }
  }
  const [first, second] = [0, 1].map((replica) => rows.find((row) => row.replica === replica)!.startLoss);
  assert.notEqual(first, second);
});

Deno.test("phaseDiagram: of networks that all diverge the map is whole, and no claim on ranks can be told", async () => {
  const result = await study(gpu, phaseDiagram, {
    ...options,
    initScales: [1, 1e30],
    learningRates: [1e20, 1e25],
  });
  assert.equal(result.status, "done");
  assert.equal(result.rows.length, 2 * 4 * 2);
  assert(result.rows.every(({ divergedAt }) => divergedAt !== null));
  assert.deepEqual(result.verdicts.map(({ values }) => values.length), [0, 0, 2, 2, 2, 0]);
  assert.deepEqual(holds(result.verdicts), [false, false, false, false, true, false]);
  const elements = assertSoundSvg(result.figures["phase_diagram.svg"], title);
  assert.equal(marks(elements, "cell").length, 2 * 8);
  assert.equal(marks(elements, "certain").length, 0);
  assert(!/NaN/.test(result.text) && result.tables["phase_networks.csv"].split("\n").length === 18);
});

Deno.test("phaseDiagram: one scale, three rates, one width, one network, two thresholds", async () => {
  const result = await study(gpu, phaseDiagram, {
    ...options,
    widths: [1],
    depth: 1,
    replicas: 1,
    initScales: [1],
    learningRates: "0.001:0.1:3",
    epsilons: [1e-2, 1e-6],
    relative: false,
  });
  assert.equal(result.rows.length, 3);
  assert.equal(result.tables["phase_networks.csv"].trimEnd().split("\n").length, 1 + 3 * 2);
  assertSoundSvg(result.figures["phase_diagram.svg"], title);
  assert.deepEqual(result.verdicts.map(({ values }) => values.length), new Array(6).fill(0));
});

Deno.test("phaseDiagram: one that is stopped keeps the widths that were done", async () => {
  const stop = new AbortController();
  const result = await study(gpu, phaseDiagram, { ...options, initScales: [1, 2], learningRates: [0.01] }, {
    signal: stop.signal,
    onProgress: (steps) => {
      if (steps >= 60) stop.abort();
    },
  });
  assert.equal(result.status, "stopped");
  assert.deepEqual([...new Set(result.rows.map(({ width }) => width))], [3]);
  assert.equal(marks(assertSoundSvg(result.figures["phase_diagram.svg"], title), "cell").length, 2 * 2);
});

Deno.test("phaseDiagram: the same seed gives the same networks, another one others", async () => {
  const small = { ...options, widths: [3], initScales: [1], learningRates: [0.01], steps: 5 };
  const lossesOf = async (seed: number) =>
    (await study(gpu, phaseDiagram, { ...small, seed })).rows.map(({ loss }) => loss);
  const [first, again, other] = [await lossesOf(1), await lossesOf(1), await lossesOf(2)];
  assert.deepEqual(first, again);
  assert.equal(new Set([...first, ...other]).size, 4);
});

Deno.test("phasePlan: a constant's loss is the variance, and wrong options are refused", async () => {
  const plan = (given: object) => study(gpu, phaseDiagram, { ...options, steps: 1, ...given });
  const small = { widths: [2], initScales: [1], learningRates: [1e-3], replicas: 1 };
  const { plan: { constantLoss, task: { train: { y, count } } } } = await plan(small);
  const mean = y.reduce((sum, value) => sum + value, 0) / count;
  const variance = y.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  assert(Math.abs(constantLoss / variance - 1) < 1e-6);
  for (
    const wrong of [
      { widths: [] },
      { initScales: [] },
      { initScales: [0, 1] },
      { learningRates: "" },
      { learningRates: "1:2" },
      { epsilons: [] },
      { batch: 17 },
      { steps: 0 },
      { activation: "none" },
      { optimizer: "newton" },
      { task: smallTask({ loss: "softmax-cross-entropy", outputs: 2 }) },
    ]
  ) {
    await assert.rejects(() => plan({ ...small, ...wrong }), InputError, JSON.stringify(wrong));
  }
});

Deno.test("parseLadder: lists and ratios, ascending, each once", () => {
  assert.deepEqual(parseLadder("rates", [3, 1, 3]), [1, 3]);
  assert.deepEqual(parseLadder("rates", "10:0.1:3"), [0.1, 1, 10]);
  assert.deepEqual(parseLadder("rates", "1:1:5"), [1]);
  const ladder = parseLadder("rates", "0.002:2:16");
  assert.equal(ladder.length, 16);
  for (const [i, value] of ladder.slice(1).entries()) {
    assert(Math.abs(value / ladder[i] / 1000 ** (1 / 15) - 1) < 0.01);
  }
  for (const wrong of ["a", "1:2:3:4", "1:2:1.5", "1e40:1:2", ":", "1,,2", "1:2,3:4"]) {
    assert.throws(() => parseLadder("rates", wrong), InputError, wrong);
  }
});

const initScales = parseLadder("scales", "0.1:10:16"), learningRates = parseLadder("rates", "0.01:1:6");
const plan = { epsilons: [1e-4], replicasOfEach: 4 };

/** A made-up diagram: rank and loss of a place, or `null` where it diverges. */
function diagram(
  at: (place: { s: number; r: number; width: number; replica: number }) => readonly [number, number] | null,
): PhaseNetwork[] {
  return [4, 8, 16].flatMap((width) =>
    initScales.flatMap((initScale, s) =>
      learningRates.flatMap((learningRate, r) =>
        [0, 1, 2, 3].map((replica): PhaseNetwork => {
          const found = at({ s, r, width, replica });
          const ranks = (rank: number) => [{ epsilon: 1e-4, rank, low: rank, high: rank }];
          return {
            ...{ width, initScale, learningRate, replica },
            divergedAt: found ? null : 7,
            startLoss: 1,
            loss: found ? found[1] : NaN,
            hasLearnt: found !== null,
            startRanks: ranks(2),
            ranks: found && ranks(found[0]),
          };
        })
      )
    )
  );
}

Deno.test("phaseClaims: data made after the claims bear them out; turned round or flat, they do not", () => {
  const random = uniform(3);
  const noise = Array.from({ length: 1000 }, () => Math.floor(9 * random()));
  const wiggle = (s: number, width: number, replica: number) => noise[17 * s + width + 5 * replica];
  const judged = (networks: PhaseNetwork[]) => phaseClaims(networks, plan).map(judge);
  // Ranks grow with the scale and wiggle, losses fall by the same; wide and large ones diverge.
  const like = judged(diagram(({ s, r, width, replica }) => {
    if (r > 4 - s / 8 - Math.log2(width) / 4) return null;
    const rank = 10 * s + wiggle(s, width, replica);
    return [rank, Math.exp(-rank / 20)];
  }));
  // The rank of these changes more where it grows: all that is lazy does not hold.
  assert.deepEqual(holds(like), [true, false, true, true, true, true], like.map(({ value }) => value).join());
  assert.deepEqual(like.map(({ values }) => values.length), [4, 4, 4, 4, 4, 3]);
  const turned = judged(diagram(({ s, r, width, replica }) => {
    if (r > 2 + s / 8 + Math.log2(width) / 4) return null;
    const rank = 200 - 10 * s + wiggle(s, width, replica);
    return [rank, Math.exp(rank / 20)];
  }));
  assert.deepEqual(holds(turned), [false, true, false, false, true, false]);
  const flat = judged(diagram(() => [5, 0.5]));
  assert.deepEqual(holds(flat), new Array(6).fill(false));
  assert.deepEqual(flat[4].values, []);
  assert.deepEqual(flat.slice(0, 4).flatMap(({ values }) => values), new Array(16).fill(0));
  const islands = judged(diagram(({ r, s }) => r === 3 && s === 5 ? null : [5, 0.5]));
  assert.deepEqual([islands[4].holds, islands[4].values], [false, [6, 6, 6, 6]]);
});

Deno.test("edgesOf: the first rate that diverges, and those beyond it that do not", () => {
  const networks = diagram(({ r, s, width }) =>
    width === 4 && (s === 0 ? [2, 4].includes(r) : s === 1) ? null : [1, 1]
  );
  const edges = edgesOf(networks).filter(({ width, replica }) => width === 4 && replica === 0);
  assert.equal(edgesOf(networks).length, 3 * 16 * 4);
  assert.deepEqual(edges.slice(0, 3).map(({ rate, beyond }) => [rate, beyond]), [
    [learningRates[2], 2],
    [learningRates[0], 0],
    [Infinity, 0],
  ]);
});

Deno.test("deviations: sees what seeds have in common, and neither trends nor strangers", () => {
  const random = uniform(11);
  /** Ranks and losses that follow the place, and deviate by seed, less where little is learnt. */
  const made = (share: number) =>
    diagram(({ s, r }) => {
      const own = 5 * random(), other = 5 * random(), size = s / 15;
      const rank = Math.round(2 * s + 3 * r + size * own);
      return [rank, Math.exp(-s - r - size * (share * own + (1 - share) * other))];
    });
  assert.equal(deviations(made(1), 0), null);
  for (const replica of [1, 2]) {
    assert(deviations(made(1), replica)! < -0.6);
    assert(deviations(made(-1), replica)! > 0.3);
    // Strangers: the mean of many is nothing, although rank and loss have the same trends.
    const values = Array.from({ length: 40 }, () => deviations(made(0), replica)!);
    const mean = values.reduce((sum, value) => sum + value / 40, 0);
    assert(Math.abs(mean) < 0.04 && values.some((value) => value > 0) && values.some((value) => value < 0));
  }
  assert.equal(deviations(diagram(() => [5, 0.5]), 1), null);
  assert.equal(deviations([], 1), null);
  // A cell counts if all of its networks up to the replica have learnt.
  const some = made(1).map((network) => ({
    ...network,
    hasLearnt: network.initScale < 1 || network.replica !== 1,
  }));
  const learnt = some.filter(({ hasLearnt }) => hasLearnt);
  assert.equal(deviations(learnt, 2), deviations(learnt.filter(({ initScale }) => initScale < 1), 2));
});

Deno.test("phaseCells: the interval of a cell holds those of all its networks, and the median is one of theirs", () => {
  const networks = diagram(({ replica, s }) =>
    s === 0 ? null : replica === 1 && s === 1 ? null : [3 + replica, replica + 1]
  );
  const cells = phaseCells(networks, 0);
  assert.equal(cells.length, 3 * 16 * 6);
  const [none, some, all] = [0, 1, 2].map((s) => cells.find(({ initScale }) => initScale === initScales[s])!);
  assert.deepEqual([none.rank, none.diverged, none.loss], [null, 4, NaN]);
  assert.deepEqual([some.rank, some.diverged, some.loss], [{ rank: 5, low: 3, high: 6 }, 1, 3]);
  assert.deepEqual([all.rank, all.diverged, all.loss, all.learnt], [{ rank: 4, low: 3, high: 6 }, 0, 2, 4]);
});
