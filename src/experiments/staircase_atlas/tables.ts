/**
 * The tables of an atlas.
 *
 * @module
 */
import { csv, type CsvColumn, type CsvValue } from "../../io/csv.ts";
import { lowerMedian } from "../../stats/median.ts";
import type { AtlasCell, CompleteAtlasOptions } from "./options.ts";
import { atlasClaims, type AtlasRun, judgeCell } from "./statistics.ts";

/**
 * A row for each cell, network, probe, layer and ε: `task,activation,depth,optimizer,learning_rate,replica,step,loss,layer,epsilon,rank,
 * rank_low,rank_high`.
 *
 * @param runs The cells.
 * @returns The table, as CSV.
 */
export function atlasTable(runs: readonly AtlasRun[]): string {
  const rows = runs.flatMap(({ cell, trace }) =>
    trace.probes.flatMap((probe) =>
      probe.layers.flatMap(({ layer, ranks }) => ranks.map((rank) => ({ cell, probe, layer, rank })))
    )
  );
  return csv([
    ...cellColumns(rows.map(({ cell }) => cell)),
    ["replica", rows.map(({ probe }) => probe.replica)],
    ["step", rows.map(({ probe }) => probe.step)],
    ["loss", rows.map(({ probe }) => probe.loss)],
    ["layer", rows.map(({ layer }) => layer)],
    ["epsilon", rows.map(({ rank }) => rank.epsilon)],
    ["rank", rows.map(({ rank }) => rank.rank)],
    ["rank_low", rows.map(({ rank }) => rank.low)],
    ["rank_high", rows.map(({ rank }) => rank.high)],
  ]);
}

/**
 * A row for each cell and ε: what was trained, the networks that count, medians of what they came to, and of each claim the statistic,
 * its 95 % interval and whether the claim holds.
 *
 * @param runs The cells.
 * @param options Options of the atlas.
 * @returns The table, as CSV.
 */
export function atlasCellTable(
  runs: readonly AtlasRun[],
  { epsilons, width, updates }: Pick<CompleteAtlasOptions, "epsilons" | "width" | "updates">,
): string {
  const rows = runs.flatMap((run) => epsilons.map((epsilon, e) => ({ run, epsilon, e })));
  const terminal = (value: "initial" | "final") =>
    rows.map(({ run: { summary }, e }) =>
      lowerMedian(summary.replicas.map(({ layers }) => {
        const { initial, final } = layers[layers.length - 1].ranks[e];
        return value === "initial" ? initial : final.rank;
      }))
    );
  const judged = atlasClaims.map((claim) => ({
    key: claim.key,
    verdicts: rows.map(({ run, e }) => judgeCell(run, claim, e)),
  }));
  return csv([
    ...cellColumns(rows.map(({ run }) => run.cell)),
    ["width", rows.map(() => width)],
    ["samples", rows.map(({ run }) => run.cell.task.train.count)],
    ["steps", rows.map(() => updates)],
    ["networks", rows.map(({ run }) => run.summary.replicas.length)],
    ["loss", rows.map(({ run }) => run.summary.loss)],
    ["accuracy", rows.map(({ run }) => run.summary.accuracy)],
    ["relative_error", rows.map(({ run }) => run.summary.relativeError)],
    ["epsilon", rows.map(({ epsilon }) => epsilon)],
    ["initial_rank", terminal("initial")],
    ["final_rank", terminal("final")],
    ...judged.flatMap(({ key, verdicts }): CsvColumn[] => [
      [key, verdicts.map((verdict): CsvValue => verdict && verdict.value)],
      [`${key}_low`, verdicts.map((verdict) => verdict && verdict.interval[0])],
      [`${key}_high`, verdicts.map((verdict) => verdict && verdict.interval[1])],
      [`${key}_holds`, verdicts.map((verdict) => verdict && verdict.holds)],
    ]),
  ]);
}

function cellColumns(cells: readonly AtlasCell[]): CsvColumn[] {
  return [
    ["task", cells.map(({ task }) => task.name)],
    ["activation", cells.map(({ activation }) => activation)],
    ["depth", cells.map(({ depth }) => depth)],
    ["optimizer", cells.map(({ optimizer }) => optimizer.name)],
    ["learning_rate", cells.map(({ optimizer }) => optimizer.learningRate)],
  ];
}
