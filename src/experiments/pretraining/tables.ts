/**
 * The tables of pre-trained and other networks, in tidy form.
 *
 * @module
 */
import { csv, type CsvColumn } from "../../io/csv.ts";
import {
  lossAfter,
  type PretrainingNetwork,
  type PretrainingRun,
  stairsClimbed,
  stepsTo,
  terminalRank,
} from "./networks.ts";

/** A network and the run that it is of. */
interface Row {
  readonly run: PretrainingRun;
  readonly network: PretrainingNetwork;
}

function rowsOf(runs: readonly PretrainingRun[]): Row[] {
  return runs.flatMap((run) => run.networks.map((network) => ({ run, network })));
}

/** The columns that say which network it is. */
function networkColumns(rows: readonly Row[]): CsvColumn[] {
  return [
    ["task", rows.map(({ run }) => run.task)],
    ["activation", rows.map(({ run }) => run.activation)],
    ["method", rows.map(({ network }) => network.method)],
    ["seed", rows.map(({ network }) => network.seed)],
  ];
}

/**
 * Writes a row for each network: its start and what that cost, where it ended, and how many stairs it climbed on the way.
 *
 * @param runs Networks of all cases.
 * @returns The table, as CSV: `task,activation,method,seed,start_ms,start_steps,step_ms,log_det_before,log_det_after,rank_start,`
 * `rank_low,rank_high,first_rank_start,rank_end,stairs,loss_start,loss_end,loss_same_time,accuracy,relative_error`.
 */
export function networkTable(runs: readonly PretrainingRun[]): string {
  const rows = rowsOf(runs);
  const of = (value: (network: PretrainingNetwork, run: PretrainingRun) => number | null) =>
    rows.map(({ run, network }) => value(network, run));
  const end = ({ probes }: PretrainingNetwork) => probes[probes.length - 1];
  return csv([
    ...networkColumns(rows),
    ["start_ms", of(({ startMilliseconds }) => startMilliseconds)],
    ["start_steps", of(({ startSteps }) => startSteps)],
    ["step_ms", of((_, { stepMilliseconds }) => stepMilliseconds)],
    ["log_det_before", of(({ logDeterminants }) => logDeterminants?.[0] ?? null)],
    ["log_det_after", of(({ logDeterminants }) => logDeterminants?.[1] ?? null)],
    ["rank_start", of(({ probes }) => terminalRank(probes[0]).rank)],
    ["rank_low", of(({ probes }) => terminalRank(probes[0]).low)],
    ["rank_high", of(({ probes }) => terminalRank(probes[0]).high)],
    ["first_rank_start", of(({ probes }) => probes[0].layers[0].ranks[0].rank)],
    ["rank_end", of((network) => terminalRank(end(network)).rank)],
    ["stairs", of(stairsClimbed)],
    ["loss_start", of(({ probes }) => probes[0].loss)],
    ["loss_end", of((network) => end(network).loss)],
    ["loss_same_time", of((network, { steps }) => lossAfter(network, steps))],
    ["accuracy", of((network) => end(network).accuracy)],
    ["relative_error", of((network) => end(network).relativeError ?? null)],
  ]);
}

/**
 * Writes a row for each network and loss that was to be reached; `steps` and `ms` count the start, and are empty where it was not.
 *
 * @param runs Networks of all cases.
 * @returns The table, as CSV: `task,activation,method,seed,target,loss,steps,ms`.
 */
export function timeTable(runs: readonly PretrainingRun[]): string {
  const rows = rowsOf(runs).flatMap(({ run, network }) =>
    run.targets.map((loss, t) => ({ run, network, target: t + 1, loss, steps: stepsTo(network, loss) }))
  );
  return csv([
    ...networkColumns(rows),
    ["target", rows.map(({ target }) => target)],
    ["loss", rows.map(({ loss }) => loss)],
    ["steps", rows.map(({ steps }) => steps)],
    ["ms", rows.map(({ run, steps }) => steps === null ? null : steps * run.stepMilliseconds)],
  ]);
}

/**
 * Writes a row for each network, probe and hidden layer.
 *
 * @param runs Networks of all cases.
 * @returns The table, as CSV: `task,activation,method,seed,step,loss,accuracy,relative_error,layer,epsilon,rank,rank_low,rank_high`.
 */
export function probeTable(runs: readonly PretrainingRun[]): string {
  const rows = rowsOf(runs).flatMap((row) =>
    row.network.probes.flatMap((probe) => probe.layers.map((layer) => ({ ...row, probe, layer })))
  );
  return csv([
    ...networkColumns(rows),
    ["step", rows.map(({ probe }) => probe.step)],
    ["loss", rows.map(({ probe }) => probe.loss)],
    ["accuracy", rows.map(({ probe }) => probe.accuracy)],
    ["relative_error", rows.map(({ probe }) => probe.relativeError ?? null)],
    ["layer", rows.map(({ layer }) => layer.layer)],
    ["epsilon", rows.map(({ run }) => run.epsilon)],
    ["rank", rows.map(({ layer }) => layer.ranks[0].rank)],
    ["rank_low", rows.map(({ layer }) => layer.ranks[0].low)],
    ["rank_high", rows.map(({ layer }) => layer.ranks[0].high)],
  ]);
}
