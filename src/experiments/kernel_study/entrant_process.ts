/**
 * The process of a module whose rank method is studied, as the study sees it.
 *
 * @module
 */
import { ShapeError, StaircaseError } from "../../errors.ts";
import type { Measurement } from "../../gpu/measure/meter.ts";
import type { MethodPrecision } from "../../rank/methods/rank_methods.ts";
import type { Work } from "./flops.ts";
import { Frames } from "./frames.ts";
import type { Answer, Problem } from "./methods.ts";

/** The device of a study, for a process to find the same adapter. */
export interface StudyDevice {
  /** Name of the adapter. */
  readonly adapterName: string;
  /** Implementation of WebGPU. */
  readonly implementation: string;
}

/** What a module's method says of itself. */
export interface EntrantDescription {
  /** What it does, in one line. */
  readonly help: string;
  /** Arithmetics that it has. */
  readonly precisions: readonly MethodPrecision[];
  /** Whether its ranks come with proven intervals. */
  readonly certified: boolean;
}

/** A request to the process. */
export type EntrantRequest =
  | { readonly kind: "load"; readonly module: string }
  | { readonly kind: "flops"; readonly work: Work }
  | {
    readonly kind: "solve";
    readonly problem: Problem;
    readonly precision: MethodPrecision;
    readonly device: StudyDevice;
  };

/** What the process answers: a value, or an error and whether it is one of shapes. */
export type EntrantReply =
  | { readonly value: unknown }
  | { readonly error: string; readonly isShape: boolean };

/** A module's process has ended, by itself or because a call of its method never returned. */
export class EntrantEndedError extends StaircaseError {}

/** A process that runs the method of one module. */
export class EntrantProcess implements AsyncDisposable {
  /** Most seconds that a request may take. */
  seconds: number;
  readonly #child: Deno.ChildProcess;
  readonly #frames: Frames;
  readonly #signal: AbortSignal | undefined;
  #hasEnded = false;

  /**
   * Starts the process.
   *
   * @param seconds Most that any request may take.
   * @param signal Ends the process.
   */
  constructor(seconds: number, signal?: AbortSignal) {
    this.seconds = seconds;
    this.#signal = signal;
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", "--no-lock", new URL("entrant_worker.ts", import.meta.url).href],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#frames = new Frames(this.#child.stdout, this.#child.stdin);
  }

  /** Whether the process has ended: nothing more can be asked of it. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /**
   * Loads the module.
   *
   * @param module Absolute path, or address.
   * @returns What its method says of itself.
   * @throws {Error} If it does not load or exports no method.
   * @throws {EntrantEndedError} If it does not end in time, or ends the process.
   */
  async load(module: string): Promise<EntrantDescription> {
    return await this.#ask({ kind: "load", module }) as EntrantDescription;
  }

  /**
   * Asks the method for its operations.
   *
   * @param work Shape of the work.
   * @returns Operations per matrix; `null` if it does not know.
   */
  async flops(work: Work): Promise<number | null> {
    return await this.#ask({ kind: "flops", work }) as number | null;
  }

  /**
   * Runs the method, and measures it in its process: the way there and back does not count.
   *
   * @param problem Matrices and thresholds.
   * @param precision Arithmetic.
   * @param device Device of the study.
   * @returns Ranks, time and work.
   * @throws {ShapeError} If the method does not take the shape.
   * @throws {Error} If the method fails, or returns something of another form.
   * @throws {EntrantEndedError} If it does not return in time, or ends its process.
   */
  async solve(
    problem: Problem,
    precision: MethodPrecision,
    { adapterName, implementation }: StudyDevice,
  ): Promise<Measurement<Answer[]>> {
    const device = { adapterName, implementation };
    return await this.#ask({ kind: "solve", problem, precision, device }) as Measurement<Answer[]>;
  }

  async #ask(request: EntrantRequest): Promise<unknown> {
    const early = Promise.withResolvers<string>();
    const stop = () => early.resolve("was stopped");
    const timer = setTimeout(
      () => early.resolve(`did not return within ${this.seconds} s, and was ended`),
      1000 * this.seconds,
    );
    this.#signal?.addEventListener("abort", stop, { once: true });
    if (this.#signal?.aborted) stop();
    const asked = this.#frames.send(request).then(() => this.#frames.receive() as Promise<EntrantReply>)
      .catch(() => undefined);
    try {
      const reply = await Promise.race([asked, early.promise]) ?? "ended its process";
      if (typeof reply === "string") {
        this.#hasEnded = true;
        await this[Symbol.asyncDispose]();
        throw new EntrantEndedError(reply);
      }
      if ("error" in reply) throw new (reply.isShape ? ShapeError : Error)(reply.error);
      return reply.value;
    } finally {
      clearTimeout(timer);
      this.#signal?.removeEventListener("abort", stop);
    }
  }

  /** Ends the process, even if it is in an endless loop, or waits for a kernel in one. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    await this.#frames.close();
    await this.#child.status;
  }
}
