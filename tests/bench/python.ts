/**
 * Python beside us, for peers on the CPU and on CUDA.
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
export type Package = "numpy" | "scipy" | "torch" | "jax";

/** Packages that do not come with NumPy, and do the jobs that name them; NumPy does the others. */
const NEEDS: Readonly<Record<string, Package>> = {
  step: "torch",
  equation_step: "torch",
  replicas: "torch",
  eigvalsh: "scipy",
  svdvals: "scipy",
};

/** Where a library computes. */
export type Device = "cpu" | "cuda";

/** Libraries that compute on a device. */
export type Library = "torch" | "jax";

/** What a library says of a device: its name for it, or why it can not compute there. */
export type Reached = { readonly name: string } | { readonly missing: string };

/** One Python that runs `peers.py`. */
class Process implements AsyncDisposable {
  readonly command: string;
  readonly #child: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #answers: ReadableStreamDefaultReader<string>;

  constructor(command: string) {
    this.command = command;
    this.#child = new Deno.Command(command, {
      args: [fileURLToPath(new URL("peers.py", import.meta.url))],
      // JAX would take most of the memory of the GPU at its start.
      env: {
        XLA_PYTHON_CLIENT_PREALLOCATE: "false",
        PYTHONDONTWRITEBYTECODE: "1",
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#writer = this.#child.stdin.getWriter();
    this.#answers = this.#child.stdout.pipeThrough(new TextDecoderStream())
      .pipeThrough(new TextLineStream())
      .getReader();
  }

  async ask<T>(job: Readonly<Record<string, unknown>>): Promise<T> {
    await this.#writer.write(
      new TextEncoder().encode(JSON.stringify(job) + "\n"),
    );
    const { value } = await this.#answers.read();
    if (value === undefined) {
      throw new Error(`${this.command} ended at ${JSON.stringify(job)}`);
    }
    return JSON.parse(value);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writer.close();
    await this.#answers.cancel();
    await this.#child.status;
  }
}

/** Somebody who does jobs of `peers.py`, and times them: each in a Python that has its package. */
export class Python implements AsyncDisposable {
  readonly #processes = new Map<Package, Process>();
  #versions: Readonly<Partial<Record<Package, string>>> = {};

  private constructor() {}

  /**
   * Starts those that are needed for as many of NumPy, SciPy, PyTorch and JAX as are here.
   *
   * @param commands Commands that may be a Python; the first that has a package is taken for it.
   * Default: `python3`, that of the user and that of the system.
   * @returns Python; `null` where there is none.
   */
  static async open(
    commands: readonly string[] = COMMANDS,
  ): Promise<Python | null> {
    const python = new Python();
    let isHere = false;
    for (const command of commands) {
      let process: Process;
      try {
        process = new Process(command);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) continue;
        throw error;
      }
      isHere = true;
      const found = await process.ask<Partial<Record<Package, string>>>({
        job: "versions",
      });
      const fresh = (Object.keys(found) as Package[]).filter((name) => !python.#processes.has(name));
      for (const name of fresh) python.#processes.set(name, process);
      python.#versions = { ...found, ...python.#versions };
      if (fresh.length === 0) await process[Symbol.asyncDispose]();
    }
    return isHere ? python : null;
  }

  /** Versions of the packages that are here. */
  get versions(): Readonly<Partial<Record<Package, string>>> {
    return this.#versions;
  }

  /**
   * Finds the Python of a package.
   *
   * @param name The package, which must be here.
   * @returns Its command.
   */
  commandOf(name: Package): string {
    return this.#processOf(name).command;
  }

  /**
   * Does a job of `peers.py`.
   *
   * @param job Its name and arguments; `library` names the package of those on a device.
   * @returns Time of one repetition, in milliseconds.
   */
  async time(job: Readonly<Record<string, unknown>>): Promise<number> {
    const name = (job.library ?? NEEDS[`${job.job}`] ?? "numpy") as Package;
    return 1000 *
      (await this.#processOf(name).ask<{ seconds: number }>(job)).seconds;
  }

  /**
   * Asks a library whether it computes on a device.
   *
   * @param library The library.
   * @param device The device.
   * @returns What it calls the device, or what is missing.
   */
  async reach(library: Library, device: Device): Promise<Reached> {
    if (!this.#versions[library]) return { missing: "no Python here has it" };
    return await this.#processOf(library).ask<Reached>({
      job: "reach",
      library,
      device,
    });
  }

  #processOf(name: Package): Process {
    const process = this.#processes.get(name);
    if (process === undefined) throw new Error(`no Python here has ${name}`);
    return process;
  }

  /** Ends it. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of new Set(this.#processes.values())) {
      await process[Symbol.asyncDispose]();
    }
  }
}
