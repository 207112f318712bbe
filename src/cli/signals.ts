/**
 * Signals that end a program: the first one asks it to stop, the second one ends it at once.
 *
 * @module
 */

/** A program that was asked to stop by a signal. It is the reason of the abort. */
export class Interruption extends Error {
  /** Name of the signal. */
  readonly signal: Deno.Signal;
  /** Exit status of the program, as shells have it: 128 + the number of the signal. */
  readonly status: number;

  /**
   * Names the signal.
   *
   * @param signal Its name.
   */
  constructor(signal: Deno.Signal) {
    super(`interrupted by ${signal}`);
    this.name = "Interruption";
    this.signal = signal;
    this.status = 128 + (NUMBERS[signal] ?? 0);
  }
}

/** Numbers of the signals that end programs: the same on Linux, macOS and Windows. */
const NUMBERS: Partial<Record<Deno.Signal, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15, SIGBREAK: 21 };

/**
 * Milliseconds from the first signal in which another one does not count. `deno task` passes
 * signals on to its program, and Ctrl-C on a terminal reaches both: it arrives twice within some
 * milliseconds. A job script of Slurm passes SIGTERM on as well, and on a loaded machine later.
 */
const GRACE = { ctrlC: 250, others: 1000 };

/** What a watch tells: a signal has come; or from now on another one ends the process. */
interface Tidings {
  readonly signal: Deno.Signal;
  readonly isArmed: boolean;
}

/** What a program does when it is asked to stop. */
export interface SignalHandler {
  /**
   * Called once, for the first signal.
   *
   * @param signal Its name.
   */
  stop(signal: Deno.Signal): void;
  /**
   * Called once, when another signal would end the process.
   *
   * @param signal Name of the first one.
   */
  armed(signal: Deno.Signal): void;
}

/**
 * Listens for the signals, and stops listening some time after the first: the next one then finds
 * no listener, and the system ends the process as it does by default. It runs in a worker as well,
 * from its source text, so it must not use anything of this module.
 */
function listen(names: readonly Deno.Signal[], grace: typeof GRACE, tell: (tidings: Tidings) => void): void {
  let isFirst = true;
  const listeners = names.map((signal) => [signal, () => heard(signal)] as const);
  function heard(signal: Deno.Signal) {
    if (!isFirst) return;
    isFirst = false;
    tell({ signal, isArmed: false });
    setTimeout(() => {
      for (const [name, listener] of listeners) Deno.removeSignalListener(name, listener);
      tell({ signal, isArmed: true });
    }, signal === "SIGINT" ? grace.ctrlC : grace.others);
  }
  for (const [name, listener] of listeners) Deno.addSignalListener(name, listener);
}

/**
 * Finds the signals to listen for: those that this system has, without SIGHUP where the program is
 * to outlive its terminal (`nohup`).
 */
function signalsToHear(): Deno.Signal[] {
  if (Deno.build.os === "windows") return ["SIGINT", "SIGBREAK"];
  if (!isHangUpIgnored()) return ["SIGINT", "SIGTERM", "SIGHUP"];
  // The first listener of any signal makes Deno catch all of them: those without a listener then
  // end the process, even if they were ignored.
  Deno.addSignalListener("SIGHUP", () => {});
  return ["SIGINT", "SIGTERM"];
}

/**
 * Whether the process was started with SIGHUP ignored, as `nohup` does. Only Linux tells, and Deno
 * only with all permissions, before the first listener of a signal.
 */
function isHangUpIgnored(): boolean {
  if (Deno.build.os !== "linux") return false;
  try {
    if (Deno.permissions.querySync({ name: "read" }).state !== "granted") return false;
    const [, mask] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(Deno.readTextFileSync("/proc/self/status")) ?? [];
    return mask !== undefined && (BigInt(`0x${mask}`) & 1n) === 1n;
  } catch {
    return false;
  }
}

/**
 * Hears the signals that end a program: SIGINT, SIGTERM and SIGHUP, or those of Windows. A worker
 * listens, because the main thread may be waiting in the driver: the second signal ends the process
 * all the same, by the system's default, with the status 128 + n. Call it before the process
 * listens to any other signal.
 *
 * @param handler What to do. It is called on this thread, when it is free.
 * @returns Resolves when signals are heard. Before that they end the process at once.
 */
export function watchSignals({ stop, armed }: SignalHandler): Promise<void> {
  const tell = ({ signal, isArmed }: Tidings) => isArmed ? armed(signal) : stop(signal);
  const names = signalsToHear();
  const code =
    `(${listen})(${JSON.stringify(names)}, ${JSON.stringify(GRACE)}, (tidings) => postMessage(tidings));` +
    `postMessage(null);`;
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const here = () => {
    listen(names, GRACE, tell);
    resolve();
  };
  try {
    const worker = new Worker(`data:application/javascript,${encodeURIComponent(code)}`, { type: "module" });
    worker.addEventListener(
      "message",
      ({ data }: MessageEvent<Tidings | null>) => data ? tell(data) : resolve(),
    );
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      here();
    });
  } catch {
    here();
  }
  return ready;
}
