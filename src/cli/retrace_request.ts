/**
 * What `trace` is asked for of a run that is there already.
 *
 * @module
 */
import type { Threshold } from "../rank/certificates/rank_interval.ts";

/** Ranks of a run at other thresholds. */
export interface RetraceRequest {
  /** Folder of the run, which may still be running, or of runs, of which it takes the latest. */
  readonly run: string;
  /** Thresholds; `null` for those of the run. */
  readonly epsilons: readonly number[] | null;
  /** Their kind; `null` for that of the run. */
  readonly threshold: Threshold | null;
  /** Folder for the files; `null` for one in that of the run, named by the thresholds. */
  readonly out: string | null;
  /** Whether files in it are replaced. */
  readonly overwrite: boolean;
  /** Formats of the figure; `null` for those of the run. */
  readonly formats: string | null;
  /** Whether a page is written. */
  readonly report: boolean;
  /** Whether the record is printed as JSON. */
  readonly json: boolean;
  /** Whether nothing else is printed. */
  readonly quiet: boolean;
}
