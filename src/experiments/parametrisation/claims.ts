/**
 * The claims about parametrisations.
 *
 * @module
 */
import { innerMinimum } from "../../stats/inner_minimum.ts";
import { fitPowerLaw } from "../../stats/power_law.ts";
import { byReplica, type Claim, type Demand } from "../core/verdict.ts";
import type { ParametrizationRow } from "./networks.ts";
import type { ParametrizationArm, ParametrizationPlan } from "./plan.ts";

/** Half the exponents in theory of NTK's movement, −1/2, and of the standard best rate, −1. */
const MOVES = 1 / 4, SHIFTS = 1 / 2;

type Rows = readonly ParametrizationRow[];

/**
 * Finds the learning rate of the lowest loss.
 *
 * @param rows Networks of one width and replica, rates ascending.
 * @returns The rate; NaN if all diverged, or if it is at an end: the best may lie beyond.
 */
export function bestRate(rows: Rows): number {
  return innerMinimum(rows.map(({ learningRate }) => learningRate), rows.map(({ loss }) => loss ?? NaN));
}

/**
 * States the claims. Exponents are slopes of lines through logarithms, over that of the width.
 *
 * @param rows Networks after training, those that diverged among them.
 * @param plan The study.
 * @returns Claims about the movement of features, best rates, and independence of the features of
 * samples; then about the controls.
 */
export function parametrizationClaims(
  rows: Rows,
  { widths, rate, replicas }: Pick<ParametrizationPlan, "widths" | "rate" | "replicas">,
): Claim[] {
  const widest = widths[widths.length - 1];
  const followed = rows.filter(({ learningRate }) => learningRate === rate);
  const claim = (
    text: string,
    statistic: string,
    demand: Demand,
    [own, value]: readonly [rows: Rows, value: (own: Rows) => number | null],
  ): Claim => ({ text, statistic, demand, values: byReplica(replicas, own, value) });
  const of = (arm: ParametrizationArm, among = rows) => among.filter((row) => row.arm === arm);
  const exponent = (own: Rows, value: (own: Rows) => number | null | undefined) =>
    fitPowerLaw(widths, widths.map((width) => value(own.filter((row) => row.width === width)) ?? NaN))
      .exponent;
  const moved = (own: Rows) => exponent(own, ([row]) => row?.movement);
  const shifted = (own: Rows, size: (value: number) => number) => {
    const found = exponent(own, bestRate);
    // Best rates beyond the ladder say nothing.
    return Number.isNaN(found) ? null : size(found);
  };
  const least = ([row]: Rows) => row?.grams?.[1].least;
  const movement = "exponent of the movement over the width",
    best = "exponent of the best rate over the width";
  return [
    claim("NTK: wider networks move their features less", movement, { below: -MOVES }, [
      of("NTK", followed),
      moved,
    ]),
    claim("µP: features move as far at all widths", `absolute ${movement}`, { below: MOVES }, [
      of("µP", followed),
      (own) => Math.abs(moved(own)),
    ]),
    claim(`µP moves features further than NTK at width ${widest}`, "quotient of movements", { above: 1 }, [
      followed.filter(({ width }) => width === widest),
      (own) => (of("µP", own)[0]?.movement ?? NaN) / (of("NTK", own)[0]?.movement ?? NaN),
    ]),
    claim("µP: the best rate is the same at all widths", `absolute ${best}`, { below: SHIFTS }, [
      of("µP"),
      (own) => shifted(own, Math.abs),
    ]),
    claim("standard: the best rate falls as networks widen", best, { below: -SHIFTS }, [
      of("standard"),
      (own) => shifted(own, Number),
    ]),
    claim(
      "µP: features of different samples are certainly independent after training",
      "networks of which they are not",
      { equals: 0 },
      [of("µP", followed), (own) => widths.length - own.filter((row) => least([row])! > 0).length],
    ),
    claim(
      "µP: their least eigenvalue does not vanish as networks widen",
      "exponent of the least eigenvalue over the width",
      { above: -MOVES },
      [of("µP", followed), (own) => exponent(own, least)],
    ),
    claim("µP: the ε-rank after training is not below that before", "least gain over widths", { above: -1 }, [
      of("µP", followed),
      (own) => Math.min(...own.map(({ grams }) => grams ? grams[1].rank.low - grams[0].rank.high : NaN)),
    ]),
    claim("µP, output rate unscaled: the best rate falls as networks widen", best, { below: -SHIFTS }, [
      of("µP, output rate unscaled"),
      (own) => shifted(own, Number),
    ]),
    claim("µP, hidden layers frozen: features do not move", "largest movement", { equals: 0 }, [
      of("µP, hidden layers frozen"),
      (own) => Math.max(...own.map((row) => row.movement ?? NaN)),
    ]),
  ];
}
