/// <reference lib="dom" />
/**
 * Verdicts on the claims of an experiment, with what they rest on.
 *
 * @module
 */
import { count } from "../../format.ts";
import { type Verdict, withoutText } from "../../stats/verdict.ts";
import { element, tableElement } from "./dom.ts";
import { demandOf, exact, verdictStrip } from "./verdict_strip.ts";

/** The verdict in a few words, and a class for its colour. */
function wordsOf({ values, holds }: Verdict): readonly [text: string, kind: string] {
  if (values.length === 0) return ["cannot tell", "unknown"];
  return holds ? ["holds", "holds"] : ["does not hold", "fails"];
}

function short(value: number): string {
  return Number.isFinite(value) ? exact(Number(value.toPrecision(4))) : exact(value);
}

/** What the values come to, and what is demanded of it. */
function restsOn(verdict: Verdict): string {
  const { statistic, value, interval: [low, high], values } = verdict, { text } = demandOf(verdict);
  const { isPValue, pValue, nullHypothesis } = verdict;
  const without = withoutText(verdict);
  if (values.length === 0) return `${statistic}: no replica has one; demanded: ${text}`;
  const range = values.length < 2
    ? ", no interval, since there is one value"
    : isPValue && low < high
    ? `, of single ones ${short(low)} to ${short(high)}`
    : low === high
    ? ", all replicas agree"
    : `, 95 % in [${short(low)}, ${short(high)}]`;
  const what = `${isPValue ? "p of all together" : "mean"} ${short(value)}`;
  const against = isPValue || pValue === null ? "" : `; p ${short(pValue)} against ${nullHypothesis}`;
  return `${statistic}: ${what}${range}; demanded: ${text}${against}${without && `; ${without}`}`;
}

/** Counts the claims that hold, where there are several. */
function tally(verdicts: readonly Verdict[]): string {
  const holding = verdicts.filter((verdict) => wordsOf(verdict)[1] === "holds").length;
  return verdicts.length < 2 ? "" : `${holding} of ${verdicts.length} claims hold. `;
}

/**
 * Makes the verdicts.
 *
 * @param verdicts Verdicts, one at least.
 * @returns A section.
 */
export function verdictList(verdicts: readonly Verdict[]): HTMLElement {
  return element(
    "section",
    { class: "verdicts", "aria-labelledby": "verdicts" },
    element("h2", { id: "verdicts" }, "Verdicts"),
    element(
      "p",
      { class: "note key-line" },
      `${
        tally(verdicts)
      }A dot is the value of one replica; the bar above them is the interval, the triangle the ` +
        "mean; the claim holds if the whole bar lies in the green range." +
        (verdicts.some(({ isPValue }) => isPValue)
          ? " Of p-values the bar is the range, and the triangle, the p of all together, decides."
          : ""),
    ),
    ...verdicts.map((verdict) => {
      const [text, kind] = wordsOf(verdict), { claim, values, replicas, without } = verdict;
      const rows = [
        ...values.map((value, i) => [replicas[i], exact(value)] as const),
        ...without.map((replica) => [replica, "none"] as const),
      ].sort(([a], [b]) => a - b);
      return element(
        "article",
        { class: "verdict" },
        element("h3", {}, element("span", { class: `badge ${kind}` }, text), " ", claim),
        element("p", {}, restsOn(verdict)),
        ...values.length === 0 ? [] : [
          verdictStrip(verdict),
          element(
            "details",
            {},
            element("summary", {}, count(values.length, "value")),
            tableElement(
              verdict.statistic,
              ["replica", "value"],
              rows.map(([replica, value]) => [String(replica), value]),
            ),
          ),
        ],
      );
    }),
  );
}
