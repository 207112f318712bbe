/**
 * What happens when an alarm goes off.
 *
 * @module
 */
import { say } from "../cli/output.ts";
import { StaircaseError } from "../errors.ts";
import { shown } from "../format.ts";
import { fileReason } from "../io/file_reason.ts";
import type { Threshold } from "../rank/certificates/rank_interval.ts";
import type { Probe } from "../train/trace.ts";
import { checkLayers, holdsCertainly, parseAlarm } from "./alarm.ts";

/** An alarm went off, and the program was to end then. */
export class AlarmError extends StaircaseError {
  /** A program that ends with this error exits with 3. */
  override readonly exitStatus = 3;
}

/** A time at which an alarm went off. */
export interface AlarmRecord {
  /** The step. */
  readonly step: number;
  /** The condition. */
  readonly condition: string;
}

/** What is done: print a line, and then end or run a command. */
export type AlarmAction = "print" | "exit" | { readonly command: string };

/** Milliseconds that commands have to end when the program does. */
const GRACE = 10_000;

/**
 * A condition that is watched. It goes off when it begins to hold, and again when it has not held
 * in between.
 */
export class AlarmBell {
  /** Times at which it went off. */
  readonly records: AlarmRecord[] = [];
  readonly #text: string;
  readonly #condition: ReturnType<typeof parseAlarm>;
  readonly #action: AlarmAction;
  readonly #threshold: Threshold;
  readonly #running = new Set<Promise<void>>();
  #holds = false;
  #isChecked = false;

  /**
   * Parses the condition.
   *
   * @param text The condition.
   * @param action What is done when it holds.
   * @param threshold Kind of its thresholds.
   * @throws {InputError} If it is none.
   */
  constructor(text: string, action: AlarmAction, threshold: Threshold) {
    this.#text = text;
    this.#condition = parseAlarm(text);
    this.#action = action;
    this.#threshold = threshold;
  }

  /**
   * Holds the condition against a probe.
   *
   * @param probe The probe.
   * @param names Names of the layers.
   * @param run Folder of the run, for commands.
   * @returns Whether the program is to end.
   * @throws {InputError} If the condition names a layer that the first probe does not have.
   */
  hear(probe: Probe, names: readonly string[], run: string): boolean {
    if (!this.#isChecked && names.length > 0) {
      checkLayers(this.#condition, names);
      this.#isChecked = true;
    }
    const holds = holdsCertainly(this.#condition, { probe, names, threshold: this.#threshold });
    const begins = holds && !this.#holds;
    this.#holds = holds;
    if (!begins) return false;
    this.records.push({ step: probe.step, condition: this.#text });
    say(`watch: alarm at step ${probe.step}: ${shown(this.#text)}`);
    if (typeof this.#action === "object") this.#start(this.#action.command, probe.step, run);
    return this.#action === "exit";
  }

  #start(command: string, step: number, run: string): void {
    const [shell, flag] = Deno.build.os === "windows" ? ["cmd", "/c"] : ["sh", "-c"];
    const env = { STAIRCASE_ALARM: this.#text, STAIRCASE_STEP: String(step), STAIRCASE_RUN: run };
    const work = (async () => {
      try {
        const child = new Deno.Command(shell, {
          args: [flag, command],
          env,
          stdin: "null",
          stdout: "inherit",
        }).spawn();
        const { code } = await child.status;
        if (code !== 0) say(`watch: the command of the alarm ended with ${code}`);
      } catch (error) {
        say(`watch: the command of the alarm cannot be run: ${fileReason(error)}`);
      }
    })();
    this.#running.add(work);
    work.finally(() => this.#running.delete(work));
  }

  /** Waits for commands, but not for long. */
  async finish(): Promise<void> {
    if (this.#running.size === 0) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const enough = new Promise<void>((resolve) => timer = setTimeout(resolve, GRACE));
    await Promise.race([Promise.all(this.#running), enough]);
    clearTimeout(timer);
  }
}
