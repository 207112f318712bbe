import { judge, type Verdict } from "../../src/experiments/core/verdict.ts";
import { completeValues } from "../../src/cli/options.ts";
import { predictedSlope, saddleClaims } from "../../src/experiments/saddle_to_saddle/claims.ts";
import { saddleToSaddle } from "../../src/experiments/saddle_to_saddle/mod.ts";
import type { SaddleNetwork, SaddlePoint } from "../../src/experiments/saddle_to_saddle/networks.ts";
import type { SaddlePlan } from "../../src/experiments/saddle_to_saddle/plan.ts";
import { lossDrops } from "../../src/rank/stairs/loss_drops.ts";
import { assert } from "../deps.ts";

/** Rates of the made staircases, and their ladder. */
const rates = [1, 0.5, 0.25], deltas = [1, 1e-3, 1e-4, 1e-5], replicas = 3;
const given = { activations: ["identity"], deltas, rates, replicas };
const made = saddleToSaddle.plan(
  completeValues(saddleToSaddle.options, given, "saddle-to-saddle"),
) as SaddlePlan;

/** A network whose modes grow as those of a linear network do, in time steps of a probe. */
function climbing(delta: number, replica: number): SaddleNetwork {
  const early = delta ** 2 * (1 + 0.2 * replica);
  const points = Array.from({ length: 200 }, (_, i): SaddlePoint => {
    const time = 0.2 * i,
      modes = rates.map((rate) => rate / (1 + (rate / early - 1) * Math.exp(-4 * rate * time)));
    const singularValues = Float64Array.from(modes, Math.sqrt);
    const rank = singularValues.filter((value) => value > 0.25).length;
    return {
      step: 20 * i,
      time,
      loss: modes.reduce((sum, mode, k) => sum + (rates[k] - mode) ** 2, 0) + 1e-12,
      singularValues,
      weights: { rank, low: rank, high: rank },
      features: { rank, low: rank, high: rank },
      cosine: 0.99,
    };
  });
  const place = { activation: "identity", delta, replica };
  const plateaus = rates.map((_, rank) => {
    const at = points.flatMap(({ weights }, i) => weights.rank === rank ? [i] : []);
    const ends = [at[0], at[at.length >> 1], at.at(-1)!] as const;
    return { rank, ends, halves: [0.5 + 0.01 * replica, 0.99] as const, ahead: 0.99 + 0.001 * replica };
  });
  return { ...place, points, drops: lossDrops(points), plateaus };
}

/** A network that learns without a saddle: of full rank, its loss falls from the first step. */
function sliding(delta: number, replica: number): SaddleNetwork {
  const points = climbing(1e-3, replica).points.map((point, i): SaddlePoint => ({
    ...point,
    loss: Math.exp(-0.1 * i) + 0.1 * Math.exp(-0.01 * i),
    weights: { rank: 8, low: 8, high: 8 },
    features: { rank: 8, low: 8, high: 8 },
    cosine: NaN,
  }));
  return { activation: "identity", delta, replica, points, drops: lossDrops(points), plateaus: [] };
}

const networksOf = (small: typeof climbing, large: typeof climbing) =>
  Array.from(
    { length: replicas },
    (_, replica) => deltas.map((delta, i) => (i === 0 ? large : small)(delta, replica)),
  ).flat();
const judged = (networks: readonly SaddleNetwork[]) => saddleClaims(networks, made).map(judge);
const failed = (verdicts: readonly Verdict[]) => verdicts.flatMap(({ holds }, i) => holds ? [] : [i]);

Deno.test("saddleClaims: staircases from small weights and a slide from large ones bear all claims out", () => {
  const verdicts = judged(networksOf(climbing, sliding));
  assert.deepEqual(failed(verdicts), [], verdicts.map(({ claim, value }) => `${claim}: ${value}`).join("\n"));
  assert.equal(verdicts.length, 12);
  const [slope, , error] = verdicts.slice(7, 10);
  // Slopes ½, ½ and 1, but for the time between two probes.
  assert(Math.abs(slope.value - 2 / 3) < 0.03 && error.value < 0.05, `${slope.value} ${error.value}`);
});

Deno.test("saddleClaims: where small weights slide and large ones climb, no claim holds", () => {
  const verdicts = judged(networksOf(sliding, (delta, replica) => ({ ...climbing(1e-4, replica), delta })));
  assert.deepEqual(failed(verdicts), verdicts.map((_, i) => i));
});

Deno.test("saddleClaims: a claim fails by what it is about", () => {
  const without = (change: (network: SaddleNetwork) => Partial<SaddleNetwork>) =>
    failed(
      judged(networksOf((...place) => ({ ...climbing(...place), ...change(climbing(...place)) }), sliding)),
    );
  const points = (
    network: SaddleNetwork,
    change: (point: SaddlePoint, i: number) => Partial<SaddlePoint>,
  ) => ({
    points: network.points.map((point, i) => ({ ...point, ...change(point, i) })),
  });
  // Ranks that climb one too far, certainly, or may do so.
  const high = ({ rank }: SaddlePoint["weights"]) => ({ rank: rank + 1, low: rank + 1, high: rank + 1 });
  assert.deepEqual(without((own) => points(own, ({ weights }) => ({ weights: high(weights) }))), [1]);
  assert.deepEqual(
    without((own) => points(own, ({ weights }) => ({ weights: { ...weights, high: weights.rank + 1 } })))
      .includes(1),
    true,
  );
  // Small weights that turn to the end, as much as before, or to another neuron.
  assert.deepEqual(
    without(({ plateaus }) => ({
      plateaus: plateaus.map((each) => ({ ...each, halves: [each.halves[0], 0.8] })),
    })),
    [3],
  );
  assert.deepEqual(
    without(({ plateaus }) => ({
      plateaus: plateaus.map((each) => ({ ...each, halves: [0.95, 0.95], ahead: 0.5 })),
    })),
    [4, 5],
  );
  // Features that climb at other times.
  const late = (own: SaddleNetwork, i: number) => own.points[(i + 150) % 200].features;
  assert.deepEqual(without((own) => points(own, (_, i) => ({ features: late(own, i) }))), [6]);
  // Plateaus that last as long from all weights.
  const slowest = ({ replica }: SaddleNetwork) => climbing(1e-5, replica);
  assert.deepEqual(
    without((own) => ({ points: slowest(own).points, drops: slowest(own).drops })),
    [7, 8, 9],
  );
});

Deno.test("saddleClaims: what is missing or NaN bears nothing out", () => {
  assert.deepEqual(failed(judged([])), Array.from({ length: 12 }, (_, i) => i));
  const lost = (...place: Parameters<typeof climbing>) => {
    const network = climbing(...place);
    const points = network.points.map((point) => ({ ...point, loss: NaN, cosine: NaN }));
    return { ...network, points, drops: lossDrops(points), plateaus: [] };
  };
  const left = failed(judged(networksOf(lost, lost)));
  // The ranks are there: they grow by one, and jump together.
  assert.deepEqual(left, [0, 1, 3, 4, 5, 7, 8, 9, 10, 11]);
});

Deno.test("predictedSlope: the slopes of a plateau are the differences of those of the drops", () => {
  assert.deepEqual(rates.map((_, k) => predictedSlope(rates, k)), [0.5, 0.5, 1]);
});
