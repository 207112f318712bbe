/**
 * A trace as a table for notebooks.
 *
 * @module
 */
import { ends, tableView } from "../display/table_view.ts";
import { withView } from "../display/view.ts";
import { count, formatNumber } from "../format.ts";
import { extent } from "../stats/extent.ts";
import { lowerMedian } from "../stats/median.ts";
import type { Probe, Trace } from "./trace.ts";

/**
 * Has notebooks show a trace by its losses and ranks in a few rows. `show` of `src/plot` draws it.
 *
 * @param trace The trace.
 * @returns The same trace.
 */
export function viewTrace(trace: Trace): Trace {
  return withView(
    trace,
    tableView(() => {
      const [, steps] = extent((trace.lossQuantiles ?? trace.losses).map(({ length }) => length));
      const size = [
        count(trace.replicas, "replica"),
        count(Math.max(0, steps), "step"),
        count(trace.probes.length, "probe"),
      ];
      const replicas = replicasOf(trace);
      if (replicas.length === 0) return { heading: `trace of ${size.join(", ")}`, tables: [] };
      const loss = (at: "first" | "last") =>
        lowerMedian(replicas.map((each) => each[at].loss)).toPrecision(3);
      const rows = replicas[0].first.layers.flatMap(({ layer }, l) =>
        trace.epsilons.map((epsilon, e) => [
          String(layer),
          formatNumber(epsilon),
          ...rankCells(replicas, l * trace.epsilons.length + e, (probe) => probe.layers[l].ranks[e]),
        ])
      );
      const header = ["layer", "ε", "first rank", "last rank", "highest", "certain"];
      return {
        heading: `trace of ${size.join(", ")}; loss ${loss("first")} at the first probe, ${
          loss("last")
        } at the last`,
        tables: [{ rows: [header, ...ends(rows).map((row) => row?.[0] ?? header.map(() => "…"))], left: 1 }],
        notes: trace.replicas > 1 ? ["medians of the replicas, and in brackets their range"] : [],
      };
    }),
  );
}

/** The probes of one replica in short. */
interface Replica {
  /** First probe. */
  readonly first: Probe;
  /** Last probe. */
  last: Probe;
  /** Number of probes. */
  probes: number;
  /** Highest rank at any probe, by layer and threshold. */
  readonly highest: number[];
  /** Number of probes whose rank is certain, by layer and threshold. */
  readonly certain: number[];
}

/** The replicas that have a probe. */
function replicasOf({ probes }: Trace): Replica[] {
  const replicas = new Map<number, Replica>();
  for (const probe of probes) {
    const { replica } = probe, ranks = probe.layers.flatMap((layer) => layer.ranks);
    if (!replicas.has(replica)) {
      const [highest, certain] = [ranks.map(() => 0), ranks.map(() => 0)];
      replicas.set(replica, { first: probe, last: probe, probes: 0, highest, certain });
    }
    const own = replicas.get(replica)!;
    own.last = probe;
    own.probes++;
    for (const [i, { rank, low, high }] of ranks.entries()) {
      own.highest[i] = Math.max(own.highest[i], rank);
      if (low === high) own.certain[i]++;
    }
  }
  return [...replicas.values()];
}

/** Cells on the ranks of one layer and threshold. */
function rankCells(
  replicas: readonly Replica[],
  index: number,
  rankOf: (probe: Probe) => Probe["layers"][number]["ranks"][number],
): string[] {
  const span = (of: (replica: Replica) => number) => {
    const values = replicas.map(of), [low, high] = extent(values), median = lowerMedian(values);
    return low === high ? String(median) : `${median} (${low}–${high})`;
  };
  const sum = (of: (replica: Replica) => number) => replicas.reduce((total, each) => total + of(each), 0);
  const share = sum(({ certain }) => certain[index]) / sum(({ probes }) => probes);
  const [only] = replicas, { low, high } = rankOf(only.last);
  const interval = replicas.length === 1 && low !== high ? ` in [${low}, ${high}]` : "";
  return [
    span(({ first }) => rankOf(first).rank),
    span(({ last }) => rankOf(last).rank) + interval,
    span(({ highest }) => highest[index]),
    `${share === 1 ? "100" : (100 * share).toFixed(1)} %`,
  ];
}
