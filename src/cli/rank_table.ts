/**
 * Ranks of features as a few lines of text.
 *
 * @module
 */
import { textTable } from "../display/text_table.ts";
import { count } from "../format.ts";
import { normalizationText } from "../io/normalization.ts";
import type { NamedRanks } from "../io/rank_json.ts";
import { largestText, measureRows, thresholdRows } from "../rank/methods/ranks_view.ts";

/**
 * Writes ranks as a table.
 *
 * @param named The ranks.
 * @returns Lines for a terminal, of at most 80 characters unless the name is long.
 */
export function rankTable(named: NamedRanks): string {
  const { name, rows, columns, rankMethod, methodReason, precision, normalization } = named;
  return [
    `${name}: ${count(rows, "sample")}, ${count(columns, "neuron")}, ${largestText(named)}`,
    `  by ${rankMethod} in ${precision} precision, ${normalizationText(normalization, rows)}`,
    ...methodReason === undefined ? [] : [`  auto chose ${rankMethod}: ${methodReason}`],
    ...(named.ranks.length > 0 ? textTable(thresholdRows(named)) : []),
    ...others(named),
  ].join("\n");
}

/** Ranks besides ε-ranks, each with its formula. */
function others(named: NamedRanks): string[] {
  if (named.kind === "count") {
    return ["  counted without a spectrum: only a spectrum has effective and stable ranks"];
  }
  return textTable(
    measureRows(named).map(([label, value, bound, formula]) => [
      label,
      value,
      bound.padEnd(7),
      formula.padEnd(29),
    ]),
  );
}
