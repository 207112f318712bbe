/**
 * Python beside us, for peers on the CPU.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { TextLineStream } from "./lines.ts";

/**
 * Where a Python may be: the user's, and that of the system, which has what the system's packages
 * bring.
 */
const COMMANDS = ["python3", "/usr/bin/python3"];

/** A package for Python. */
export type Package = "numpy" | "scipy" | "torch";

/** Somebody who does jobs of `peers.py`, and times them. */
export class Python implements AsyncDisposable {
  /** What it is called. */
  readonly command: string;
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: ReadableStreamDefaultReader<string>;
  #versions: Readonly<Partial<Record<Package, string>>> = {};

  private constructor(command: string) {
    this.command = command;
    this.#child = new Deno.Command(command, {
      args: [fileURLToPath(new URL("peers.py", import.meta.url))],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#answers = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream())
      .getReader();
  }

  /**
   * Starts the Python that has the most of NumPy, SciPy and PyTorch.
   *
   * @returns It; `null` where there is none.
   */
  static async open(): Promise<Python | null> {
    let best: Python | null = null;
    for (const command of COMMANDS) {
      let python: Python;
      try {
        python = new Python(command);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) continue;
        throw error;
      }
      python.#versions = await python.#ask({ job: "versions" });
      const isBetter: boolean = best === null || python.#count > best.#count;
      await (isBetter ? best : python)?.[Symbol.asyncDispose]();
      if (isBetter) best = python;
    }
    return best;
  }

  get #count(): number {
    return Object.keys(this.#versions).length;
  }

  /** Versions of the packages that it has. */
  get versions(): Readonly<Partial<Record<Package, string>>> {
    return this.#versions;
  }

  /**
   * Does a job of `peers.py`.
   *
   * @param job Its name and arguments.
   * @returns Time of one repetition, in milliseconds.
   */
  async time(job: Readonly<Record<string, unknown>>): Promise<number> {
    return 1000 * (await this.#ask<{ seconds: number }>(job)).seconds;
  }

  async #ask<T>(job: Readonly<Record<string, unknown>>): Promise<T> {
    await this.#writer.write(
      new TextEncoder().encode(JSON.stringify(job) + "\n"),
    );
    const { value } = await this.#answers.read();
    if (value === undefined) {
      throw new Error(`${this.command} ended at ${JSON.stringify(job)}`);
    }
    return JSON.parse(value);
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    await this.#answers.cancel();
    await this.#child.status;
  }
}
