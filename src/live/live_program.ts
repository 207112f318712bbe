/**
 * The program `live`: serves the live page, or writes it for a static host.
 *
 * @module
 */
import { print } from "../cli/output.ts";
import type { Flag } from "../cli/flags.ts";
import { type Program, runProgram } from "../cli/program.ts";
import { runPath } from "../cli/run_path.ts";
import { DIGITS_FILE } from "../cockpit/live/fetched_digits.ts";
import { InputError } from "../errors.ts";
import { shown } from "../format.ts";
import { writeAtomically } from "../io/atomic.ts";
import { fileReason, unwritable } from "../io/file_reason.ts";
import { digitBytes } from "../tasks/digits/digit_bytes.ts";
import { packagedDigits } from "../tasks/digits/digit_images.ts";
import { type PageFile, pageFiles } from "./page_files.ts";
import { checkFollowed } from "./run_feed.ts";
import { type LiveServer, serveSite } from "./server.ts";
import { LIVE_PORT, serveRun } from "./serve_run.ts";

/** Report of the last run, which browsers without WebGPU are led to. */
const LATEST = "runs/staircase/latest/report.html";

const flags = [
  {
    name: "port",
    kind: "integer",
    default: LIVE_PORT,
    min: 0,
    max: 65_535,
    group: "output",
    help: "port of the page on this machine; 0 for any that is free",
  },
  {
    name: "build",
    kind: "string",
    default: null,
    placeholder: "DIR",
    group: "output",
    help: "write the page into a folder, for a static host, instead of serving it",
  },
  {
    name: "report",
    kind: "string",
    default: null,
    placeholder: "FILE",
    group: "output",
    help:
      `report.html of a recorded run, for browsers without WebGPU; by default ${LATEST} where there is one`,
  },
  {
    name: "run",
    kind: "string",
    default: null,
    placeholder: "DIR",
    group: "output",
    help: "follow a run of staircase while it trains, instead of training in the page",
  },
] as const satisfies readonly Flag[];

/** What the program is, for its help. */
export const liveProgram: Program<typeof flags> = {
  name: "live",
  summary: "serve a page in which networks train in the browser while their staircases are drawn",
  examples: [
    { args: "--port 0", help: "serve it on any free port" },
    { args: "--run runs/staircase/latest", help: "follow the run that trains" },
  ],
  flags,
};

/** Reads the report that browsers without WebGPU are led to. */
async function readReport(path: string | null): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return await Deno.readFile(path ?? LATEST);
  } catch (error) {
    if (path === null) return null;
    throw new InputError(
      `report ${shown(path)} cannot be read (${fileReason(error)}): give the report.html of a run`,
    );
  }
}

/** Writes files into a folder, the page last. */
async function writeSite(folder: string, files: ReadonlyMap<string, PageFile>): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
    const last = (name: string) => Number(name === "index.html");
    for (const [name, { content }] of [...files].sort(([a], [b]) => last(a) - last(b))) {
      await writeAtomically(`${folder}/${name}`, content);
    }
  } catch (error) {
    throw unwritable(folder, error);
  }
}

/** Says where the page is, and serves it until the program is interrupted. */
async function untilAborted({ url }: LiveServer, signal: AbortSignal): Promise<void> {
  print(`${url}  (stop with Ctrl-C)`);
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/**
 * Runs the program `live` and ends the process. It serves the page until it is interrupted.
 *
 * @param args Command line. Default: that of the process.
 */
export async function runLiveProgram(args: readonly string[] = Deno.args): Promise<void> {
  await runProgram(liveProgram, async ({ flags: { port, build, report, run }, signal }) => {
    if (run !== null) {
      if (build !== null) throw new InputError("--run follows a run from a server; leave out --build");
      const folder = await runPath(run);
      await checkFollowed(folder);
      await using server = await serveRun(folder, port);
      return await untilAborted(server, signal);
    }
    const files = await pageFiles({ report: await readReport(report) });
    if (build !== null) {
      await writeSite(build, files);
      print([...files.keys()].map((name) => `${build}/${name}`).join("\n"));
      return;
    }
    const made = new Map([[DIGITS_FILE, async () => digitBytes(await packagedDigits())]]);
    await using server = serveSite({ files, made, feed: null }, port);
    await untilAborted(server, signal);
  }, args);
}
