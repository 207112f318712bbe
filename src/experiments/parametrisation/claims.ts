/**
 * The claims about parametrisations.
 *
 * @module
 */
import { extent } from "../../stats/extent.ts";
import { fitLine } from "../../stats/line_fit.ts";
import { byReplica, type Claim, type Demand } from "../core/verdict.ts";
import type { ParametrisationRow } from "./networks.ts";
import type { ParametrisationName, ParametrisationPlan } from "./plan.ts";

/** Half the exponents in theory of NTK's movement, −1/2, and of the standard best rate, −1. */
export const MOVES = 1 / 4, SHIFTS = 1 / 2;

type Rows = readonly ParametrisationRow[];

/**
 * Finds the learning rate of the lowest loss.
 *
 * @param rows Networks of one width and replica, at several rates.
 * @returns The rate; NaN if all diverged, or if it is the lowest or the highest of all: the best
 * may lie beyond.
 */
export function bestRate(rows: Rows): number {
  const rates = extent(rows.map(({ learningRate }) => learningRate));
  const whole = rows.filter(({ loss }) => Number.isFinite(loss));
  const { learningRate } = whole.reduce((best, row) => row.loss < best.loss ? row : best, {
    loss: Infinity,
    learningRate: NaN,
  });
  return rates.includes(learningRate) ? NaN : learningRate;
}

/**
 * States the claims. Slopes are those of lines through logarithms, over the logarithm of the width.
 *
 * @param rows Networks after training, those that diverged among them.
 * @param plan The study.
 * @returns Claims about the movement of features, best rates, and independence of the features of
 * samples; then about the controls.
 */
export function parametrisationClaims(
  rows: Rows,
  { widths, rate, replicas }: Pick<ParametrisationPlan, "widths" | "rate" | "replicas">,
): Claim[] {
  const widest = widths[widths.length - 1];
  const followed = rows.filter(({ learningRate }) => learningRate === rate);
  const at = (own: Rows, width: number) => own.filter((row) => row.width === width);
  const claim = (
    text: string,
    statistic: string,
    demand: Demand,
    [own, value]: readonly [rows: Rows, value: (own: Rows) => number | null],
  ): Claim => ({ text, statistic, demand, values: byReplica(replicas, own, value) });
  const of = (name: ParametrisationName, among = rows) => among.filter((row) => row.name === name);
  const slope = (own: Rows, value: (own: Rows) => number) =>
    fitLine(widths.map(Math.log), widths.map((width) => Math.log(value(at(own, width))))).slope;
  const moved = (own: Rows) => slope(own, ([row]) => row?.movement ?? NaN);
  const shifted = (own: Rows) => {
    const found = slope(own, bestRate);
    return Number.isNaN(found) ? null : found;
  };
  const size = (value: number | null) => value === null ? null : Math.abs(value);
  const movement = "slope of the movement over the width", best = "slope of the best rate over the width";
  const least = ({ features }: ParametrisationRow) => features?.[1].least ?? NaN;
  return [
    claim("NTK: wider networks move their features less", movement, { below: -MOVES }, [
      of("NTK", followed),
      moved,
    ]),
    claim("µP: features move as far at all widths", `absolute ${movement}`, { below: MOVES }, [
      of("µP", followed),
      (own) => size(moved(own)),
    ]),
    claim(`µP moves features further than NTK at width ${widest}`, "quotient of movements", { above: 1 }, [
      at(followed, widest),
      (own) => (of("µP", own)[0]?.movement ?? NaN) / (of("NTK", own)[0]?.movement ?? NaN),
    ]),
    claim("µP: the best rate is the same at all widths", `absolute ${best}`, { below: SHIFTS }, [
      of("µP"),
      (own) => size(shifted(own)),
    ]),
    claim("standard: the best rate falls as networks widen", best, { below: -SHIFTS }, [
      of("standard"),
      shifted,
    ]),
    claim(
      "µP: features of different samples are certainly independent after training",
      "networks of which they are not",
      { equals: 0 },
      [of("µP", followed), (own) => widths.length - own.filter((row) => least(row) > 0).length],
    ),
    claim(
      "µP: their least eigenvalue does not vanish as networks widen",
      "slope of the least eigenvalue over the width",
      { above: -MOVES },
      [of("µP", followed), (own) => slope(own, ([row]) => row ? least(row) : NaN)],
    ),
    claim("µP: the ε-rank after training is not below that before", "least gain over widths", { above: -1 }, [
      of("µP", followed),
      (own) =>
        Math.min(
          ...own.map(({ features }) => features ? features[1].rank.low - features[0].rank.high : NaN),
        ),
    ]),
    claim("µP, output rate unscaled: the best rate falls as networks widen", best, { below: -SHIFTS }, [
      of("µP, output rate unscaled"),
      shifted,
    ]),
    claim("µP, hidden layers frozen: features do not move", "largest movement", { equals: 0 }, [
      of("µP, hidden layers frozen"),
      (own) => Math.max(...own.map((row) => row.movement)),
    ]),
  ];
}
