/**
 * What a claim says, as a line of JSON.
 *
 * @module
 */
import { camelCase, compactJson, snakeCase } from "../../../io/json.ts";
import type { Owner } from "./owner.ts";

const STATUSES = ["running", "released", "failed", "done"] as const;

/** One attempt at a batch. Its owner alone writes it. */
export interface ClaimRecord {
  /** Id of the batch. */
  readonly batch: string;
  /** Number of the attempt, from 1. The highest one owns the batch. */
  readonly attempt: number;
  /** The process that works on it. */
  readonly owner: Owner;
  /** `released`: its owner stopped, and another one may go on; `failed`: it threw. */
  readonly status: typeof STATUSES[number];
  /** When the attempt began, by its owner's clock, in ISO 8601. */
  readonly started: string;
  /** When this was written, by the same clock. */
  readonly written: string;
  /** Seconds without a sign of life after which another process may take the batch over. */
  readonly expiresAfter: number;
  /** First step of this attempt; `null` before any was made. */
  readonly from: number | null;
  /** Steps made. */
  readonly step: number;
  /** Steps of the batch; 0 where they are not known yet. */
  readonly steps: number;
  /** The most steps that any attempt before this one had made. */
  readonly reached: number;
  /** Attempts in a row before this one that failed, or died, and came no further. */
  readonly failures: number;
  /** Attempt whose files this one goes on from; `null` where it begins anew. */
  readonly resumes: number | null;
  /** Why it failed or stopped, in one line. */
  readonly message: string | null;
}

/** Writes a claim as a line of JSON. */
export function claimText(record: ClaimRecord): string {
  return `${compactJson(snakeCase(record))}\n`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isText = (value: unknown) => typeof value === "string";
const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const orNull = (is: (value: unknown) => boolean) => (value: unknown) => value === null || is(value);

const OWNER: Readonly<Record<keyof Owner, (value: unknown) => boolean>> = {
  host: isText,
  machine: isText,
  process: isText,
  job: orNull(isText),
  restarts: isCount,
};

const FIELDS: Readonly<Record<keyof ClaimRecord, (value: unknown) => boolean>> = {
  batch: isText,
  attempt: isCount,
  owner: (value) => isRecord(value) && hasAll(value, OWNER),
  status: (value) => (STATUSES as readonly unknown[]).includes(value),
  started: isText,
  written: isText,
  expiresAfter: (value) => typeof value === "number" && value > 0,
  from: orNull(isCount),
  step: isCount,
  steps: isCount,
  reached: isCount,
  failures: isCount,
  resumes: orNull(isCount),
  message: orNull(isText),
};

function hasAll(value: Record<string, unknown>, fields: Record<string, (value: unknown) => boolean>) {
  return Object.entries(fields).every(([name, is]) => is(value[name]));
}

/**
 * Reads a claim.
 *
 * @param text Content of its file.
 * @returns The claim; `null` if the text is none, such as that of a file that was made this moment
 * or whose writer died.
 */
export function parseClaim(text: string): ClaimRecord | null {
  let value: unknown;
  try {
    value = camelCase(JSON.parse(text));
  } catch {
    return null;
  }
  return isRecord(value) && hasAll(value, FIELDS) ? value as unknown as ClaimRecord : null;
}
