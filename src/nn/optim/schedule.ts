/**
 * Learning-rate schedules.
 *
 * @module
 */
import { checkKeys, checkName, checkNumber, suggestion } from "../../check.ts";
import { InputError } from "../../errors.ts";
import { quoted } from "../../format.ts";
import type { StructFields } from "../../gpu/struct.ts";

/** How the learning rate changes with the step s of S: η · factor. */
export type Schedule =
  | { readonly kind: "constant" }
  /** η (1 + cos(π s / S)) / 2. */
  | { readonly kind: "cosine" }
  /** η · factor^⌊s / every⌋. */
  | { readonly kind: "step"; readonly every: number; readonly factor: number };

/** What the library knows of a schedule: an entry of {@linkcode schedules}. */
export interface ScheduleEntry {
  /** Its case in `shaders/nn/include/schedule.wgsl`, a number that no other entry has. */
  readonly kind: number;
  /** How it is written. */
  readonly syntax: string;
  /** Its formula, for help texts. */
  readonly help: string;
}

/** All schedules, by name. */
export const schedules: Readonly<Record<Schedule["kind"], ScheduleEntry>> = {
  constant: { kind: 0, syntax: "constant", help: "η" },
  cosine: { kind: 1, syntax: "cosine", help: "η (1 + cos(π s / S)) / 2 at step s of S" },
  step: { kind: 2, syntax: "step:EVERY:FACTOR", help: "η · FACTOR^⌊s / EVERY⌋ at step s" },
};

/** Names of the schedules. */
export const scheduleNames: readonly Schedule["kind"][] = Object.keys(schedules) as Schedule["kind"][];

/**
 * Reads a schedule: `constant`, `cosine`, `step:EVERY:FACTOR`.
 *
 * @param text The schedule.
 * @returns The schedule.
 * @throws {InputError} If it is none of these.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(parseSchedule("step:1000:0.5"), { kind: "step", every: 1000, factor: 0.5 });
 * ```
 */
export function parseSchedule(text: string): Schedule {
  if (text === "constant" || text === "cosine") return { kind: text };
  const step = /^step:(\d+):([^:]+)$/.exec(text);
  const every = Number(step?.[1]), factor = Number(step?.[2]);
  if (step && every >= 1 && factor > 0 && Number.isFinite(factor)) return { kind: "step", every, factor };
  const known = Object.values(schedules).map(({ syntax }) => syntax).join(", ");
  throw new InputError(
    `no schedule ${quoted(text)};${
      suggestion(text, scheduleNames)
    } give one of ${known}, as in step:1000:0.5`,
  );
}

/**
 * Checks a schedule.
 *
 * @param schedule The schedule.
 * @throws {InputError} If its kind is unknown, it has an unknown key, or a number is out of range.
 */
export function checkSchedule(schedule: Schedule): void {
  const { kind } = schedule;
  checkName("schedule", kind, scheduleNames);
  if (kind !== "step") return checkKeys(`${kind} schedules`, schedule, ["kind"]);
  checkKeys("step schedules", schedule, ["kind", "every", "factor"]);
  checkNumber("steps between changes of the learning rate", schedule.every, { min: 1, integer: true });
  checkNumber("factor of the learning rate", schedule.factor, { positive: true });
}

/**
 * Lists the fields of `struct Schedule` in `shaders/nn/include/schedule.wgsl`.
 *
 * @param samples Number of training samples.
 * @param options Schedule, steps of the whole run, and samples of a mini-batch.
 * @returns The fields.
 * @throws {InputError} If the schedule is none.
 */
export function scheduleFields(
  samples: number,
  { schedule, steps, batch }: {
    readonly schedule: Schedule;
    readonly steps: number;
    readonly batch: number | null;
  },
): StructFields[] {
  checkSchedule(schedule);
  const { every, factor } = schedule.kind === "step" ? schedule : { every: 1, factor: 1 };
  return [
    ["u32", samples, batch ?? 0, schedules[schedule.kind].kind, every],
    ["f32", steps, Math.log(factor), 0, 0],
  ];
}
