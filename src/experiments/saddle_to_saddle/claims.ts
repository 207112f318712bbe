/**
 * The claims about the staircase in weights.
 *
 * @module
 */
import { findStairs } from "../../rank/stairs/find_stairs.ts";
import { testCoincidence } from "../../stats/coincidence.ts";
import { fitLine, type LineFit } from "../../stats/line_fit.ts";
import { mean } from "../../stats/mean.ts";
import { norm } from "../../stats/norm.ts";
import { monteCarloPValue } from "../../stats/p_values.ts";
import { normals } from "../../stats/random_matrices.ts";
import { type Claim, claimsOf, type RowClaim } from "../core/verdict.ts";
import { plateauLengths, type SaddleNetwork } from "./networks.ts";
import type { SaddlePlan } from "./plan.ts";

/** Random directions that cosines are held against: a p-value is at least 1/200. */
const DRAWS = 199;

/**
 * States the claims of each activation: at the smallest δ, along the ladder, and at the largest δ.
 *
 * @param networks The networks that did not diverge.
 * @param plan The experiment.
 * @returns The claims. A replica that lacks what a statistic is of does not count.
 */
export function saddleClaims(networks: readonly SaddleNetwork[], plan: SaddlePlan): Claim[] {
  return plan.activations.flatMap((activation) => {
    const own = networks.filter((network) => network.activation === activation);
    return [...saddleClaimsOf(own, plan), ...ladderClaims(own, plan, activation), ...lazyClaims(own, plan)]
      .map((claim) => ({ ...claim, text: `${activation}: ${claim.text}` }));
  });
}

/** Claims about the networks with the smallest weights. */
function saddleClaimsOf(networks: readonly SaddleNetwork[], plan: SaddlePlan): Claim[] {
  const { rates: { length: neurons }, deltas, inputs, width, replicasOfEach } = plan;
  const delta = deltas.at(-1)!, own = networks.filter((network) => network.delta === delta);
  return claimsOf(replicasOfEach, own, [
    {
      text: `from δ = ${delta} the loss drops behind ${neurons} plateaus`,
      statistic: "drops of the loss",
      value: ([{ drops }]) => drops.length,
      demand: { equals: neurons },
      null: {
        text: "jumps of the rank of weights at shifted times",
        pValue: ([network]) => testNear(network, network.drops),
      },
    },
    {
      text: `on plateau k the hidden weights have rank k, from 0 to ${neurons}`,
      statistic: "share of the plateaus that certainly do",
      value: ([network]) => plateauShare(network),
      demand: { equals: 1 },
    },
    {
      text: "the rank of the hidden weights grows by one at a time",
      statistic: "mean size of its jumps",
      value: ([network]) => mean(jumpsOf(network, "weights").map(({ size }) => size)),
      demand: { equals: 1 },
    },
    {
      text: "on a plateau the weights that are still small converge in direction",
      statistic: "mean cosine between the middle and the end of a plateau",
      value: ([{ plateaus }]) => mean(plateaus.map(({ halves: [, second] }) => second)),
      demand: { above: 0.9 },
      null: {
        text: "random directions",
        pValue: ([{ plateaus, replica }]) =>
          monteCarloPValue(
            mean(plateaus.map(({ halves: [, second] }) => second)),
            Array.from({ length: DRAWS }, (_, draw) =>
              mean(plateaus.map(({ rank }) => {
                // The cosine between a random direction and any other.
                const random = normals(inputs * width, (replica * DRAWS + draw) * neurons + rank);
                return random[0] / norm(random);
              }))),
          ),
      },
    },
    {
      text: "they turn less in the second half of a plateau than in the first",
      statistic: "mean difference of the two cosines",
      value: ([{ plateaus }]) => mean(plateaus.map(({ halves: [first, second] }) => second - first)),
      demand: { above: 0 },
    },
    {
      text: "they end in the direction of the neuron that is learnt next",
      statistic: "mean cosine to it",
      value: ([{ plateaus }]) => mean(plateaus.map(({ ahead }) => ahead)),
      demand: { above: 0.9 },
    },
    {
      text: "the ranks of hidden weights and hidden features jump at the same time",
      statistic: "distance from each jump to the nearest of the other rank, against shifted times",
      value: ([network]) => testNear(network, jumpsOf(network, "features").map(({ at }) => at)),
      kind: "p-value",
      demand: { below: 0.05 },
    },
  ]);
}

/** Claims about how long plateaus last. */
function ladderClaims(networks: readonly SaddleNetwork[], plan: SaddlePlan, activation: string): Claim[] {
  const { rates, deltas, replicasOfEach } = plan;
  const whole = networks.filter(({ delta, drops }) => delta < deltas[0] && drops.length === rates.length);
  const claim = (
    statistic: (slopes: readonly LineFit[], inverse: readonly LineFit[]) => number,
    rest: Omit<RowClaim<SaddleNetwork>, "value">,
  ): RowClaim<SaddleNetwork> => ({
    ...rest,
    value: (own) => {
      if (own.length < 3) return null;
      const fits = (x: (delta: number) => number) =>
        rates.map((_, k) =>
          fitLine(own.map(({ delta }) => x(delta)), own.map((each) => plateauLengths(each)[k]))
        );
      return statistic(fits((delta) => Math.log(1 / delta)), fits((delta) => 1 / delta));
    },
  });
  const claims = [
    claim((slopes) => mean(slopes.map(({ slope }) => slope)), {
      text: "plateaus last longer from smaller weights",
      statistic: "mean slope of their lengths over log 1/δ",
      demand: { above: 0 },
    }),
    claim((slopes, inverse) => mean(slopes.map(({ share }, k) => share - inverse[k].share)), {
      text: "their lengths grow like log 1/δ rather than 1/δ",
      statistic: "mean difference of R²",
      demand: { above: 0 },
    }),
    claim((slopes) => mean(slopes.map(({ slope }, k) => Math.abs(slope / predictedSlope(rates, k) - 1))), {
      text: "drop k comes at the time log(1/δ) / (2 s_k), but for a constant",
      statistic: "mean relative error of the slopes of the lengths",
      demand: { below: 0.1 },
    }),
  ];
  return claimsOf(replicasOfEach, whole, activation === "identity" ? claims : claims.slice(0, 2));
}

/** Claims about the networks with the largest weights, built to have no saddles on their way. */
function lazyClaims(networks: readonly SaddleNetwork[], plan: SaddlePlan): Claim[] {
  const { deltas: [delta], inputs, width, replicasOfEach } = plan;
  return claimsOf(replicasOfEach, networks.filter((network) => network.delta === delta), [
    {
      text: `from δ = ${delta} the loss drops behind no plateau`,
      statistic: "drops of the loss",
      value: ([{ drops, points }]) => points.every(({ loss }) => loss < Infinity) ? drops.length : NaN,
      demand: { equals: 0 },
    },
    {
      text: `from δ = ${delta} the hidden weights have full rank from the start`,
      statistic: "rank at the start / full rank",
      value: ([{ points: [{ weights }] }]) => weights.low / Math.min(inputs, width),
      demand: { equals: 1 },
    },
  ]);
}

/**
 * Predicts how the length of a plateau of a linear network grows with log 1/δ: drop k is when
 * δ² e^(4 s_k t) is about s_k.
 *
 * @param rates Rates s_k.
 * @param k Number of the plateau, from 0.
 * @returns The slope.
 */
export function predictedSlope(rates: readonly number[], k: number): number {
  return 1 / (2 * rates[k]) - (k > 0 ? 1 / (2 * rates[k - 1]) : 0);
}

/** Finds the jumps of a rank, flicker apart, and the probes at which they are. */
function jumpsOf({ points }: SaddleNetwork, of: "weights" | "features"): { size: number; at: number }[] {
  const steps = points.map(({ step }) => step),
    { jumps } = findStairs(steps, points.map((point) => point[of]));
  return jumps.map(({ size, step }) => ({ size, at: steps.indexOf(step) }));
}

/** Tests whether times are nearer to the jumps of the rank of weights than to shifted ones. */
function testNear(network: SaddleNetwork, times: readonly number[]): number {
  return testCoincidence(jumpsOf(network, "weights").map(({ at }) => at), times, network.points.length);
}

/** Share of the plateaus, the last one included, in whose middle the rank is certainly theirs. */
function plateauShare({ points, drops }: SaddleNetwork): number {
  const ends = [0, ...drops], last = points.length - 1;
  const middles = ends.map((at, k) => k < drops.length ? (at + drops[k]) >> 1 : last);
  const right = middles.filter((at, k) => points[at].weights.low === k && points[at].weights.high === k);
  return right.length / middles.length;
}
