/**
 * The file with the outcomes of a batch. A batch is done where it is whole.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { writeAtomically } from "../../io/atomic.ts";
import type { TrialOutcome } from "./outcome.ts";

/** Name of the file in the folder of a batch. */
export const TRIALS_FILE = "trials.json";

/** Where and how fast a batch ran. It is no part of the outcomes, which are the same everywhere. */
export interface BatchCircumstances {
  /** Name of the computer. */
  readonly host: string;
  /** Name of the GPU. */
  readonly adapter: string;
  /** Implementation of WebGPU. */
  readonly implementation: string;
  /** What it runs on: vulkan, opengl, metal or d3d12; `null` if it does not tell. */
  readonly backend: string | null;
  /** Version of Staircase. */
  readonly version: string;
  /** Time of its steps and probes in seconds, that of earlier attempts included. */
  readonly seconds: number;
  /** Time at which it ended. */
  readonly ended: string;
}

/** Outcomes of the trials of a batch. */
export interface BatchOutcome {
  /** The batch. */
  readonly id: string;
  /** Where and how fast it ran. */
  readonly circumstances: BatchCircumstances;
  /** Whether its outcomes are copies of those of batches of an earlier plan. */
  readonly isCopy: boolean;
  /** Outcomes in the order of its trials. */
  readonly trials: readonly TrialOutcome[];
}

const FORMAT = "staircase trials 1";

/** Numbers that JSON does not have, as texts; no name or text of an outcome is one of these. */
const NUMBERS: Readonly<Record<string, number>> = { NaN: NaN, Infinity: Infinity, "-Infinity": -Infinity };

const digestOf = (body: string) => createHash("sha256").update(body).digest("hex");

/**
 * Writes the outcomes of a batch, as the last file of its folder.
 *
 * @param folder Folder of the batch.
 * @param outcome The outcomes.
 */
export async function writeTrials(folder: string, outcome: BatchOutcome): Promise<void> {
  const body = JSON.stringify(
    outcome,
    (_, value) => typeof value === "number" && !Number.isFinite(value) ? String(value) : value,
  );
  const header = JSON.stringify({ format: FORMAT, sha256: digestOf(body) });
  await writeAtomically(join(folder, TRIALS_FILE), `${header}\n${body}\n`);
}

/**
 * Reads the outcomes of a batch.
 *
 * @param folder Folder of the batch.
 * @returns The outcomes; `null` where the batch is not done: there is no file, or it is not whole.
 */
export async function readTrials(folder: string): Promise<BatchOutcome | null> {
  let text: string;
  try {
    text = await Deno.readTextFile(join(folder, TRIALS_FILE));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    throw error;
  }
  const end = text.indexOf("\n"), body = text.slice(end + 1, -1);
  if (text.slice(0, end) !== JSON.stringify({ format: FORMAT, sha256: digestOf(body) })) return null;
  return JSON.parse(
    body,
    (_, value) => typeof value === "string" && Object.hasOwn(NUMBERS, value) ? NUMBERS[value] : value,
  );
}
