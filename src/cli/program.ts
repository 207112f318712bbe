/**
 * The frame of every program: it reads flags, prints errors as one line, sets the exit status, and
 * handles signals.
 *
 * @module
 */
import { InputError, StaircaseError } from "../errors.ts";
import { type Flag, type FlagValues, type ParsedArguments, parseFlags } from "./flags.ts";
import {
  type HelpOptions,
  type HelpSubject,
  helpText,
  type Positionals,
  type ShownDefaults,
} from "./help.ts";
import { isBrokenPipe, OutputError, say } from "./output.ts";
import { builtInFlags } from "./program_flags.ts";
import { Interruption, watchSignals } from "./signals.ts";

/** A program: its name, its help, its flags. */
export interface Program<Flags extends readonly Flag[]> extends HelpSubject {
  /** Its flags; `--help` and `--debug` are added. */
  readonly flags: Flags;
  /**
   * Finds defaults that depend on other flags, such as those of a task. `--help` prints them.
   *
   * @param flags Values of the flags beside `--help`.
   * @returns Defaults by the names of flags; `undefined` to print those of the table.
   */
  defaults?(flags: FlagValues<Flags>): Promise<ShownDefaults | undefined>;
}

/** What reaches a program from outside while it runs. */
export interface ProgramSignals {
  /**
   * Aborted by SIGINT (Ctrl-C), SIGTERM and SIGHUP; its reason is an {@linkcode Interruption}. Stop
   * soon, and keep the results so far.
   */
  readonly signal: AbortSignal;
  /** Gets an event `checkpoint` for each SIGUSR1: write down the state, and go on. */
  readonly requests: EventTarget;
}

/** Command line of a program, and its signals. */
export interface ProgramCall<Flags extends readonly Flag[]> extends ParsedArguments<Flags>, ProgramSignals {
  /** Command line, without the program's name. */
  readonly args: readonly string[];
}

/** Exit status of a program that was interrupted by no signal of the system: that of Ctrl-C. */
const INTERRUPTED = 130;
/** Exit status of a program whose output is no longer read, as under `| head`: 128 + SIGPIPE. */
const BROKEN_PIPE = 141;

function interruptedStatus({ reason }: AbortSignal): number {
  return reason instanceof Interruption ? reason.status : INTERRUPTED;
}

/** Reports an error in one line and returns the exit status. */
function report(name: string, error: unknown, debug: boolean, signal: AbortSignal): number {
  // A terminal that has hung up closes the output as well.
  const isUnprinted = isBrokenPipe(error) || error instanceof OutputError;
  if (signal.aborted && isUnprinted) return interruptedStatus(signal);
  if (isBrokenPipe(error)) return BROKEN_PIPE;
  if (signal.aborted && (error === signal.reason || error instanceof Error && error.name === "AbortError")) {
    say(`${name}: interrupted`);
    return interruptedStatus(signal);
  }
  const foreseen = error instanceof StaircaseError;
  const message = (foreseen ? error.message : String(error)).replaceAll(/\s*\n\s*/g, " ");
  say(`${name}: ${message}${foreseen || debug ? "" : "; --debug shows where"}`);
  if (debug) say(Deno.inspect(error));
  return foreseen ? error.exitStatus : 1;
}

/** Characters in a line of the help: those of the terminal, at most 100. */
function helpWidth(): number {
  if (!Deno.stdout.isTerminal()) return 100;
  // The size of a terminal may be unknown: 0 columns.
  return Math.min(100, Deno.consoleSize().columns || 100);
}

/**
 * Finds how to print the help. A command line with a mistake, or data that cannot be read, leaves
 * the defaults of the table.
 */
async function helpOptions<Flags extends readonly Flag[]>(
  program: Program<Flags>,
  args: readonly string[],
): Promise<HelpOptions> {
  const width = helpWidth();
  try {
    const others = args.filter((arg) => arg !== "--help" && arg !== "-h");
    const { flags } = parseFlags([...program.flags, ...builtInFlags], others);
    const defaults = await program.defaults?.(flags as FlagValues<Flags>);
    return defaults === undefined ? { width } : { width, defaults };
  } catch (error) {
    if (error instanceof StaircaseError) return { width };
    throw error;
  }
}

function checkPositionals(given: readonly string[], allowed: Positionals | undefined): void {
  const { min = 0, max = Infinity, placeholder = "" } = allowed ?? { max: 0 };
  if (given.length > max) {
    throw new InputError(`unexpected argument ${JSON.stringify(given[max])}; see --help`);
  }
  if (given.length < min) throw new InputError(`${placeholder} is missing; see --help`);
}

/**
 * Runs a program with a given command line. Reports its errors as {@linkcode runProgram} does, and
 * returns instead of ending the process.
 *
 * @param program Its name, help and flags.
 * @param main Its work.
 * @param args The command line, without the program's name.
 * @param signals Interrupt it, and ask it for checkpoints.
 * @returns The exit status.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { execute } from "./program.ts";
 *
 * const steps = { name: "steps", kind: "integer", default: 1000, help: "updates" } as const;
 * const program = {
 *   name: "count",
 *   summary: "count the steps",
 *   flags: [steps],
 *   examples: [{ args: "", help: "counts to 1,000" }, { args: "--steps 7", help: "counts to 7" }],
 * } as const;
 * let counted = 0;
 * const { signal } = new AbortController();
 * const status = await execute(
 *   program,
 *   ({ flags }) => void (counted = flags.steps),
 *   ["--steps=7"],
 *   { signal, requests: new EventTarget() },
 * );
 * assert.deepEqual([status, counted], [0, 7]);
 * ```
 */
export async function execute<const Flags extends readonly Flag[]>(
  program: Program<Flags>,
  main: (call: ProgramCall<Flags>) => void | Promise<void>,
  args: readonly string[],
  { signal, requests }: ProgramSignals,
): Promise<number> {
  const own = args.slice(0, args.includes("--") ? args.indexOf("--") : args.length);
  if (own.includes("--help") || own.includes("-h")) {
    console.log(helpText(program, await helpOptions(program, own)).trimEnd());
    return 0;
  }
  try {
    const { flags, given, positionals } = parseFlags([...program.flags, ...builtInFlags], args);
    checkPositionals(positionals, program.positionals);
    await main({ flags: flags as ProgramCall<Flags>["flags"], given, positionals, args, signal, requests });
    return signal.aborted ? interruptedStatus(signal) : 0;
  } catch (error) {
    return report(program.name, error, own.includes("--debug"), signal);
  }
}

/**
 * Runs a program and ends the process. The exit status is 0 when it is done, 1 when it failed, 2
 * when the request was wrong, 3 after an alarm, 128 + n after signal n, and 141 when its output is
 * closed. An error
 * is one line on stderr; `--debug` adds the stack. `--help` lists the flags. The first SIGINT
 * (Ctrl-C), SIGTERM or SIGHUP aborts `signal`; the second one ends the process at once, even while
 * it waits for the driver. SIGUSR1 asks for a checkpoint. Print with `print`, or `console.log`.
 *
 * @param program Its name, help and flags.
 * @param main Its work. It receives the values of the flags (names in camel case) and the other
 * arguments.
 * @param args Command line. Default: that of the process.
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
 *     { name: "out", kind: "string", default: "runs", placeholder: "DIR", help: "where files go" },
 *   ],
 *   examples: [
 *     { args: "", help: "trains with a learning rate of 0.01" },
 *     { args: "--learning-rate 0.001 --out runs/slow", help: "trains ten times as slowly" },
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
  args: readonly string[] = Deno.args,
): Promise<void> {
  const { name } = program;
  const interruption = new AbortController(), requests = new EventTarget();
  const { signal } = interruption;
  let announcement = "";
  const watched = async (call: ProgramCall<Flags>) => {
    const watching = watchSignals({
      stop(which) {
        const [what, again] = which === "SIGINT"
          ? ["", "Ctrl-C again"]
          : [` after ${which}`, "another signal"];
        announcement = `${name}: stopping${what}; ${again} to end at once`;
        interruption.abort(new Interruption(which));
      },
      armed: () => {
        if (announcement !== "") say(announcement);
      },
    });
    listenForCheckpoints(requests);
    await watching;
    try {
      await main(call);
    } finally {
      // What has stopped by itself needs no second signal.
      announcement = "";
    }
  };
  // Errors of promises that are not awaited, such as those of a stream, would show a stack
  // otherwise.
  const stray = (error: unknown) => Deno.exit(report(name, error, args.includes("--debug"), signal));
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    stray(event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    stray(event.error);
  });
  Deno.exit(await execute(program, watched, args, { signal, requests }));
}

/** Passes SIGUSR1 on, where the system has it. */
function listenForCheckpoints(requests: EventTarget): void {
  if (Deno.build.os === "windows") return;
  Deno.addSignalListener("SIGUSR1", () => requests.dispatchEvent(new Event("checkpoint")));
}
