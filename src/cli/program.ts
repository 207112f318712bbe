/**
 * The frame of a program: flags in, one line per error, an exit status, Ctrl-C.
 *
 * @module
 */
import { InputError, StaircaseError } from "../errors.ts";
import { type Flag, type ParsedArguments, parseFlags } from "./flags.ts";
import { type HelpSubject, helpText, type Positionals } from "./help.ts";

/** What a program is called, does and takes. */
export interface Program<Flags extends readonly Flag[]> extends HelpSubject {
  /** Its flags; `--help` and `--debug` are added. */
  readonly flags: Flags;
}

/** What a program is started with. */
export interface ProgramCall<Flags extends readonly Flag[]> extends ParsedArguments<Flags> {
  /** Aborted by Ctrl-C. Stop soon, and keep what there is. */
  readonly signal: AbortSignal;
}

/** Exit status of a program ended by Ctrl-C, as shells have it: 128 + SIGINT. */
const INTERRUPTED = 130;
/** Exit status of a program whose output nobody reads any more, as under `| head`: 128 + SIGPIPE. */
const BROKEN_PIPE = 141;

const BUILT_IN = [
  { name: "debug", kind: "boolean", default: false, help: "show the stack of an error" },
  { name: "help", kind: "boolean", default: false, help: "show this text" },
] as const satisfies readonly Flag[];

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe ||
    error instanceof Error && (error as { code?: unknown }).code === "EPIPE";
}

/** Says in one line what went wrong, and gives the exit status. */
function report(name: string, error: unknown, debug: boolean, signal: AbortSignal): number {
  if (isBrokenPipe(error)) return BROKEN_PIPE;
  if (signal.aborted && (error === signal.reason || error instanceof Error && error.name === "AbortError")) {
    console.error(`${name}: interrupted`);
    return INTERRUPTED;
  }
  const foreseen = error instanceof StaircaseError;
  const message = (foreseen ? error.message : String(error)).replaceAll(/\s*\n\s*/g, " ");
  console.error(`${name}: ${message}${foreseen || debug ? "" : "; --debug shows where"}`);
  if (debug) console.error(Deno.inspect(error));
  return foreseen ? error.exitStatus : 1;
}

function checkPositionals(given: readonly string[], allowed: Positionals | undefined): void {
  const { min = 0, max = Infinity, placeholder = "" } = allowed ?? { max: 0 };
  if (given.length > max) {
    throw new InputError(`unexpected argument ${JSON.stringify(given[max])}; see --help`);
  }
  if (given.length < min) throw new InputError(`${placeholder} is missing; see --help`);
}

/**
 * Runs a program with a given command line, and reports its errors as {@linkcode runProgram} does, without ending the
 * process.
 *
 * @param program What it is called, does and takes.
 * @param main What it does.
 * @param args The command line, without the program's name.
 * @param signal Aborted to interrupt it.
 * @returns The exit status.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { execute } from "./program.ts";
 *
 * const steps = { name: "steps", kind: "integer", min: 1, default: 1000, help: "updates to make" } as const;
 * const program = { name: "count", summary: "count the steps", flags: [steps] };
 * let count = 0;
 * const { signal } = new AbortController();
 * assert.equal(await execute(program, ({ flags }) => void (count = flags.steps), ["--steps=7"], signal), 0);
 * assert.equal(count, 7);
 * ```
 */
export async function execute<const Flags extends readonly Flag[]>(
  program: Program<Flags>,
  main: (call: ProgramCall<Flags>) => void | Promise<void>,
  args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const own = args.slice(0, args.includes("--") ? args.indexOf("--") : args.length);
  if (own.includes("--help") || own.includes("-h")) {
    console.log(helpText(program).trimEnd());
    return 0;
  }
  try {
    const { flags, given, positionals } = parseFlags([...program.flags, ...BUILT_IN], args);
    checkPositionals(positionals, program.positionals);
    await main({ flags: flags as ProgramCall<Flags>["flags"], given, positionals, signal });
    return signal.aborted ? INTERRUPTED : 0;
  } catch (error) {
    return report(program.name, error, own.includes("--debug"), signal);
  }
}

/**
 * Runs a program and ends the process: with status 0 when it is done; 1 when it failed; 2 when the request was wrong;
 * 130 after Ctrl-C. An error is one line on stderr, with a stack only under `--debug`; `--help` lists the flags. The
 * first Ctrl-C aborts `signal`, the second ends the process at once. Print with `console.log`.
 *
 * @param program What it is called, does and takes.
 * @param main What it does: given the values of the flags (their names in camel case) and the other arguments.
 *
 * @example
 * ```ts ignore
 * import { runProgram } from "./program.ts";
 *
 * await runProgram({
 *   name: "staircase",
 *   summary: "watch the rank of a network's features rise while it learns",
 *   flags: [
 *     { name: "learning-rate", kind: "number", default: 1e-2, positive: true, help: "step size" },
 *     { name: "out", kind: "string", default: "runs/staircase", placeholder: "DIR", help: "where files go" },
 *   ],
 * }, ({ flags, signal }) => {
 *   signal.throwIfAborted();
 *   console.log(flags.learningRate, flags.out);
 * });
 * ```
 */
export async function runProgram<const Flags extends readonly Flag[]>(
  program: Program<Flags>,
  main: (call: ProgramCall<Flags>) => void | Promise<void>,
): Promise<void> {
  const { name } = program;
  const interruption = new AbortController();
  const { signal } = interruption;
  Deno.addSignalListener("SIGINT", () => {
    if (signal.aborted) Deno.exit(INTERRUPTED);
    console.error(`${name}: stopping; Ctrl-C again to end at once`);
    interruption.abort();
  });
  // Errors that no one awaits, such as those of a stream, would show a stack otherwise.
  const stray = (error: unknown) => Deno.exit(report(name, error, Deno.args.includes("--debug"), signal));
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    stray(event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    stray(event.error);
  });
  Deno.exit(await execute(program, main, Deno.args, signal));
}
