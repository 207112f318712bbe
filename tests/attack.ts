/**
 * Attacks certified ranks: every rank method in every precision, on all families of small features
 * at many thresholds, judged by exact counts. Counts the ranks that are wrong. 20,000 ranks take
 * about four minutes on two CPU cores.
 *
 *     deno task attack --ranks 20000
 *
 * @module
 */
import { adapterFlag, autotuneFlag, createProgress, runProgram, textTable } from "../src/cli/mod.ts";
import { StaircaseError } from "../src/errors.ts";
import { Gpu } from "../src/gpu/mod.ts";
import { choiceFiles } from "../src/io/mod.ts";
import { attackCases, type AttackedRank, attackRanks, isWrong } from "./support/attack.ts";

const isCertain = ({ low, high }: AttackedRank) => low === high;

/** Ranks by a key: all, certain, certain of those that are clear, wrong. */
function rowsOf(ranks: readonly AttackedRank[], key: (rank: AttackedRank) => string): string[][] {
  return [...Map.groupBy(ranks, key)].map(([name, group]) => {
    const clear = group.filter(({ isClear }) => isClear);
    const share = clear.filter(isCertain).length / clear.length;
    return [
      name,
      String(group.length),
      String(group.filter(isCertain).length),
      clear.length === 0 ? "none" : `${(100 * share).toFixed(2)} %`,
      String(group.filter((rank) => isCertain(rank) && isWrong(rank)).length),
      String(group.filter(isWrong).length),
    ];
  });
}

await runProgram({
  name: "attack",
  summary: "count certified ranks that exact integer arithmetic proves wrong",
  flags: [
    {
      name: "ranks",
      kind: "integer",
      default: 20_000,
      min: 1,
      max: 1e9,
      group: "experiment",
      help: "ranks at least",
    },
    {
      name: "seed",
      kind: "integer",
      default: 0,
      min: 0,
      max: 2 ** 31,
      group: "experiment",
      help: "the first of the seeds",
    },
    adapterFlag,
    autotuneFlag,
  ],
  examples: [
    { args: "", help: "judges 20,000 ranks" },
    { args: "--ranks 100000 --seed 1000", help: "judges others, and more" },
  ],
}, async ({ flags, signal }) => {
  using gpu = await Gpu.open({ adapter: flags.adapter, autotune: flags.autotune && choiceFiles });
  using progress = createProgress({ total: flags.ranks, label: "attack", heading: gpu.adapterName });
  const ranks: AttackedRank[] = [];
  for (let seed = flags.seed; ranks.length < flags.ranks && !signal.aborted; seed++) {
    for (const attack of attackCases(seed)) {
      const all = await attackRanks(gpu, attack);
      for (const rank of all.filter(isWrong)) console.log(`seed ${seed}: ${JSON.stringify(rank)}`);
      ranks.push(...all);
      if (ranks.length >= flags.ranks || signal.aborted) break;
      progress.update(ranks.length);
    }
  }
  progress.finish();
  const header = ["", "ranks", "certain", "of clear ones", "certain and wrong", "wrong"];
  // Thresholds that were put beside eigenvalues are left out.
  const placed = ["planted", "edges of intervals"];
  const auto = ranks.filter(({ method, family }) => method === "auto:auto" && !placed.includes(family));
  console.log([
    ...textTable([header, ...rowsOf(ranks, ({ method }) => method), ...rowsOf(ranks, () => "all")], 1),
    "",
    ...textTable([header, ...rowsOf(ranks, ({ family }) => family)], 1),
    "",
    "  rank method and precision auto:",
    ...textTable([header, ...rowsOf(auto, ({ dtype }) => dtype)], 1),
    "",
    "  clear: no eigenvalue within 0.1 % of the threshold",
  ].join("\n"));
  const wrong = ranks.filter(isWrong).length;
  if (wrong > 0) throw new StaircaseError(`${wrong} of ${ranks.length} ranks are wrong`);
});
