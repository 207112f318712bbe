/**
 * The page in which a sweep can be explored.
 *
 * @module
 */
import type { Provenance } from "../../io/provenance.ts";
import { pageTables, type TableSource } from "../../report/experiment_tables.ts";
import { experimentPage } from "../../report/report_page.ts";
import { reportFacts } from "../core/report_facts.ts";
import type { TrialOptions } from "./trial.ts";

/** What a page is made of. */
export interface SweepReport {
  /** Heading, and a line below it. */
  readonly words: { readonly title: string; readonly subtitle: string };
  /** The sweep in a few numbers. */
  readonly summary: { readonly trials: number; readonly done: number; readonly diverged: number };
  /** Options that all trials have. */
  readonly base: TrialOptions;
  /** Names of the options that it sweeps. */
  readonly keys: readonly string[];
  /** Names of the GPUs that it ran on. */
  readonly adapters: readonly string[];
  /** Where the page is made. */
  readonly origin: Provenance;
  /** Its figure. */
  readonly svg: string;
  /** Its tables. */
  readonly tables: readonly TableSource[];
}

/**
 * Writes the page of a sweep.
 *
 * @param report The sweep.
 * @returns The page, in pieces.
 */
export async function sweepReport(report: SweepReport): Promise<string[]> {
  const { words, summary, base, keys, adapters, origin, svg, tables } = report;
  const { trials, done, diverged } = summary;
  const left = trials - done, { versions, system, driver, toolkitCommit } = origin;
  const state = `${trials} trials${left > 0 ? `, ${left} missing` : ""}${
    diverged > 0 ? `, ${diverged} diverged` : ""
  }`;
  return await experimentPage({
    facts: {
      title: words.title,
      subtitle: `${words.subtitle} · sweep of ${keys.join(", ") || "one trial"} · ${state}`,
      command: null,
      sections: reportFacts({
        configuration: { ...summary, swept: keys, ...base },
        adapter: { names: adapters },
        versions,
        sessions: [{ date: origin.date, ended: origin.date, system, driver, toolkitCommit }],
      }).filter(({ title }) => title !== "Time"),
    },
    verdicts: [],
    figures: [{ file: "sweep.svg", svg }],
    tables: pageTables(tables),
  });
}
