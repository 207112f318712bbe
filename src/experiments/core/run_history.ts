/**
 * What happened to a run: when, where and by whom it was begun and gone on with, and how it ended.
 *
 * @module
 */
import { join } from "node:path";
import { Interruption } from "../../cli/signals.ts";
import { type FileError, InputError } from "../../errors.ts";
import {
  type DescribedGpu,
  type Provenance,
  provenance,
  readRun,
  type RunIdentity,
  zonedDate,
} from "../../io/mod.ts";
import type { RunStatus } from "./experiment.ts";
import type { AdapterRecord } from "./record.ts";

/** A loss of the device. */
export interface DeviceLoss {
  /** When it was noticed, in ISO 8601. */
  readonly date: string;
  /** Steps that had been made, of all trainings together. */
  readonly step: number;
  /** What the device said. */
  readonly message: string;
}

/** A process that worked on a run. */
export interface RunSession extends Provenance {
  /** The GPU that it began on. */
  readonly adapter: AdapterRecord;
  /** When it ended, in ISO 8601; `null` while it works, and for ever if it was killed. */
  readonly ended: string | null;
  /** Its exit status; `null` as above. */
  readonly exitStatus: number | null;
  /** Name of the signal that stopped it; `null` if none did. */
  readonly signal: string | null;
  /** The error that ended it; `null` if none did. */
  readonly error: string | null;
}

/** How a process ended. */
export type SessionEnd = Pick<RunSession, "exitStatus" | "signal" | "error">;

/** The history of a run, which is a part of `run.json`. */
export interface RunHistory {
  /** Values of the options that it was asked for, to go on by; `null` if a script made its plan. */
  readonly options: Readonly<Record<string, unknown>> | null;
  /** What a run must have in common with it to go on with it. */
  readonly identity: RunIdentity;
  /** Names of its tables, figures and other files. */
  readonly files: readonly string[];
  /** The processes that worked on it, the first one first. */
  readonly sessions: readonly RunSession[];
  /** Losses of the device. */
  readonly deviceLosses: readonly DeviceLoss[];
}

/**
 * Begins the record of a process.
 *
 * @param gpu Its device.
 * @param adapter The adapter of that.
 * @returns Its record, open.
 */
export async function beginSession(gpu: DescribedGpu, adapter: AdapterRecord): Promise<RunSession> {
  return { ...await provenance(gpu), adapter, ended: null, exitStatus: null, signal: null, error: null };
}

/**
 * Ends the record of the last process.
 *
 * @param history The history.
 * @param end How it ended.
 * @returns The history with its end.
 */
export function endSession(history: RunHistory, end: SessionEnd): RunHistory {
  const { sessions } = history, last = sessions[sessions.length - 1];
  return {
    ...history,
    sessions: [...sessions.slice(0, -1), { ...last, ...end, ended: zonedDate(new Date()) }],
  };
}

/**
 * Says how a process is about to end.
 *
 * @param status State of the run.
 * @param signal Stops it.
 * @param error Names the files that could not be written; `null` if all were.
 * @returns The end.
 */
export function endOf(
  status: RunStatus,
  signal: AbortSignal | undefined,
  error: FileError | null,
): SessionEnd {
  const reason: unknown = signal?.reason;
  const interruption = reason instanceof Interruption ? reason : null;
  const exitStatus = error || status === "diverged" ? 1 : signal?.aborted ? interruption?.status ?? 130 : 0;
  return { exitStatus, signal: interruption?.signal ?? null, error: error?.message ?? null };
}

/**
 * Says in which way two processes may compute other bits.
 *
 * @param before The process that worked on a run.
 * @param now The one that goes on with it.
 * @returns A few words; `null` if in none.
 */
export function differenceOfMachines(before: RunSession, now: RunSession): string | null {
  const { name, implementation, backend } = before.adapter;
  if (name !== now.adapter.name) return `the run was on ${name}, and goes on on ${now.adapter.name}`;
  if (implementation !== now.adapter.implementation || backend !== now.adapter.backend) {
    return `the run was on ${implementation} (${backend}), and goes on on ${now.adapter.implementation} (${now.adapter.backend})`;
  }
  for (const each of ["staircase", "deno"]) {
    if (before.versions[each] !== now.versions[each]) {
      return `the run was by ${each} ${before.versions[each]}, and goes on by ${now.versions[each]}`;
    }
  }
  return null;
}

/**
 * Reads what happened to the run in a folder.
 *
 * @param path Path of the folder.
 * @returns The history; `null` if it has no record yet.
 * @throws {InputError} If the run keeps no state to go on with.
 */
export async function readHistory(path: string): Promise<RunHistory | null> {
  if (!await Deno.stat(join(path, "run.json")).catch(() => null)) return null;
  const { options = null, identity, files = [], sessions = [], deviceLosses = [] } = await readRun<
    Partial<RunHistory>
  >(path);
  if (!identity) {
    throw new InputError(`${path}: holds a run that keeps no state to go on with; begin in another folder`);
  }
  return { options, identity, files, sessions, deviceLosses };
}
