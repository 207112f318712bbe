/**
 * What `report.html` says about a run beside its numbers.
 *
 * @module
 */
import type { FactSection } from "../../cockpit/data/run_file.ts";

/** The parts of a run's record that are told. */
export interface ToldRecord {
  /** How it ended. */
  readonly status?: string;
  /** Networks that diverged. */
  readonly diverged?: readonly {
    readonly replica: number;
    readonly step: number;
    readonly description?: string;
  }[];
  /** Options, checked and completed. */
  readonly configuration: object;
  /** Versions of Staircase, Deno, V8 and TypeScript. */
  readonly versions?: object;
  /** The GPU. */
  readonly adapter?: object;
  /** Self-test of double-single arithmetic, or why it failed. */
  readonly precisionSelfTest?: object | string;
  /** Variants of kernels that were chosen. */
  readonly choices?: readonly { readonly kernel: string; readonly chosen: string; readonly source: string }[];
  /** Steps and times. */
  readonly timings?: object;
  /** The processes that worked on it. */
  readonly sessions?: readonly {
    readonly date: string;
    readonly ended: string | null;
    readonly system?: string;
    readonly driver?: string | null;
    readonly toolkitCommit?: { readonly commit: string; readonly dirty: boolean } | null;
  }[];
}

/** Networks that diverged of which each is told. */
const MOST_TOLD = 50;

/** `weightDecay` as `weight decay`. */
function words(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replaceAll("_", " ");
}

/** Names and values of an object, those of objects within it after their names. */
function rowsOf(value: unknown, name = ""): [string, string][] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value) && value.every((each) => typeof each !== "object" || each === null)) {
    return [[name, value.join(", ")]];
  }
  if (typeof value === "object") {
    return Object.entries(value).flatMap(([key, each]) =>
      rowsOf(each, name === "" ? words(key) : `${name} · ${words(key)}`)
    );
  }
  return [[name, String(value)]];
}

/**
 * Arranges the record of a run under headings. It leaves out what says more about a machine and its
 * user than about the run, such as names of hosts and folders: reports are sent to others.
 *
 * @param record The record.
 * @returns The facts; headings without any are left out.
 */
export function reportFacts(record: ToldRecord): FactSection[] {
  const { status, diverged = [], configuration, versions, adapter, precisionSelfTest } = record;
  const { choices = [], timings, sessions = [] } = record;
  const last = sessions.at(-1), commit = last?.toolkitCommit;
  const environment = {
    adapter,
    versions,
    system: last?.system,
    driver: last?.driver,
    commit: commit && `${commit.commit}${commit.dirty ? ", changed" : ""}`,
  };
  const test = typeof precisionSelfTest === "string" ? { failed: precisionSelfTest } : precisionSelfTest;
  const kernels = choices.map((
    { kernel, chosen, source },
  ): [string, string] => [kernel, `${chosen} (${source})`]);
  const others = diverged.length - MOST_TOLD;
  const outcome = [
    ...rowsOf({ status }),
    ...diverged.slice(0, MOST_TOLD).map((
      { replica, step, description = `diverged at step ${step}` },
    ): [string, string] => [`replica ${replica}`, description]),
    ...rowsOf({ others: others > 0 ? `${others} more diverged` : null }),
  ];
  const times = {
    ...timings,
    sessions: sessions.map(({ date, ended }) => `${date} to ${ended ?? "now"}`),
  };
  return [
    { title: "Configuration", rows: rowsOf(configuration) },
    { title: "Outcome", rows: outcome },
    { title: "Environment", rows: rowsOf(environment) },
    { title: "Self-test of double-single arithmetic", rows: rowsOf(test) },
    { title: "Kernels", rows: kernels },
    { title: "Time", rows: rowsOf(times) },
  ].filter(({ rows }) => rows.length > 0);
}
