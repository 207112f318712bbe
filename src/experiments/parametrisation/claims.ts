/**
 * The claims about parametrisations.
 *
 * @module
 */
import { innerMinimum } from "../../stats/inner_minimum.ts";
import { fitPowerLaw } from "../../stats/power_law.ts";
import { type Claim, claimsOf, type Demand, type RowClaim } from "../core/verdict.ts";
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
  const of = (own: Rows, arm: ParametrizationArm) => own.filter((row) => row.arm === arm);
  const followed = (own: Rows, arm: ParametrizationArm) =>
    widths.map((width) => of(own, arm).find((row) => row.learningRate === rate && row.width === width));
  const exponent = (values: readonly (number | null | undefined)[]) =>
    fitPowerLaw(widths, values.map((value) => value ?? NaN)).exponent;
  const moved = (own: Rows, arm: ParametrizationArm) =>
    exponent(followed(own, arm).map((row) => row?.movement));
  const farthest = (own: Rows, arm: ParametrizationArm) => followed(own, arm).at(-1)?.movement ?? NaN;
  const least = (own: Rows) => followed(own, "µP").map((row) => row?.grams?.[1].least ?? NaN);
  const shifted = (own: Rows, arm: ParametrizationArm, size = (value: number) => value) => {
    const rates = widths.map((width) => bestRate(of(own, arm).filter((row) => row.width === width)));
    // Best rates beyond the ladder say nothing.
    return rates.some(Number.isNaN) ? null : size(exponent(rates));
  };
  const gain = (own: Rows) =>
    followed(own, "µP").map((row) => row?.grams ? row.grams[1].rank.low - row.grams[0].rank.high : NaN);
  const claim = (
    text: string,
    statistic: string,
    demand: Demand,
    value: RowClaim<ParametrizationRow>["value"],
  ) => ({ text, statistic, demand, value });
  const less = { below: -MOVES }, same = { below: MOVES }, lower = { below: -SHIFTS }, none = { equals: 0 };
  const movement = "exponent of movement", best = "exponent of the best rate";
  const unscaled = "µP, output rate unscaled", frozen = "µP, hidden layers frozen";
  return claimsOf(replicas, rows, [
    claim("NTK: wider networks move features less", movement, less, (own) => moved(own, "NTK")),
    claim(
      "µP: features move as far at all widths",
      `absolute ${movement}`,
      same,
      (own) => Math.abs(moved(own, "µP")),
    ),
    claim(
      "µP moves features further than NTK at the largest width",
      "quotient",
      { above: 1 },
      (own) => farthest(own, "µP") / farthest(own, "NTK"),
    ),
    claim(
      "µP: the best rate is the same at all widths",
      `absolute ${best}`,
      { below: SHIFTS },
      (own) => shifted(own, "µP", Math.abs),
    ),
    claim("standard: wider networks have lower best rates", best, lower, (own) => shifted(own, "standard")),
    claim(
      "µP: features of samples are certainly independent",
      "networks of which they are not",
      none,
      (own) => least(own).filter((value) => !(value > 0)).length,
    ),
    claim(
      "µP: their least eigenvalue does not vanish with the width",
      "its exponent",
      { above: -MOVES },
      (own) => exponent(least(own)),
    ),
    claim(
      "µP: the ε-rank does not fall in training",
      "least gain over widths",
      { above: -1 },
      (own) => Math.min(...gain(own)),
    ),
    claim(`${unscaled}: wider networks have lower best rates`, best, lower, (own) => shifted(own, unscaled)),
    claim(
      `${frozen}: features do not move`,
      "largest movement",
      none,
      (own) => Math.max(...followed(own, frozen).map((row) => row?.movement ?? NaN)),
    ),
  ]);
}
