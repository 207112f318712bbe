/**
 * Runs the program `watch` beside a training, for tests.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { assert } from "../deps.ts";
import { command, readTable, root } from "./program.ts";

/** The programs. */
export const [program, traceProgram] = ["watch", "trace"].map((name) =>
  fileURLToPath(new URL(`examples/${name}.ts`, root))
);
/** Files of a run. */
export const FILES = ["report.html", "run.json", "spectra.npz", "staircase.svg", "trace.csv"];
/** Whether signals are others. */
export const isWindows = Deno.build.os === "windows";

/** Waits. */
export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** The record of a run. */
export const record = (path: string) => JSON.parse(Deno.readTextFileSync(`${path}/run.json`));
/** A file as text. */
export const text = (path: string) => Deno.readTextFileSync(path);
/** Steps in the table of a run. */
export const stepsIn = (
  path: string,
) => [...new Set(readTable(`${path}/trace.csv`).rows.map(([, step]) => Number(step)))];

/** Waits until something holds, at most a minute. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = performance.now() + 60_000; performance.now() < end;) {
    try {
      if (holds()) return;
    } catch {
      // A file is not there yet.
    }
    await pause(30);
  }
  assert.fail(`never came: ${what}`);
}

/** Starts the program, and collects what it says. */
export function start(args: readonly string[], cwd: string) {
  const child = command([...args, "--quiet"], { cwd, program }).spawn();
  const [out, err] = [new Response(child.stdout).text(), new Response(child.stderr).text()];
  const end = async () => ({ code: (await child.status).code, out: await out, err: await err });
  let isOver = false;
  child.status.then(() => isOver = true);
  /** A test that fails leaves no process behind. */
  const dispose = async () => {
    if (!isOver) child.kill("SIGKILL");
    await end();
  };
  return { child, end, [Symbol.asyncDispose]: dispose };
}

/** Runs the program on a stream. */
export async function stream(args: readonly string[], cwd: string, pieces: readonly (string | Uint8Array)[]) {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", program, "-", "--quiet", ...args],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  const child = command.spawn(), writer = child.stdin.getWriter();
  const all = Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.status,
  ]);
  try {
    for (const piece of pieces) {
      await writer.write(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
    }
    await writer.close();
  } catch {
    // It has ended already.
  }
  const [out, err, { code }] = await all;
  return { code, out, err };
}
