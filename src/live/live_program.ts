/**
 * The program `live`: serves the live page, or writes it for a static host.
 *
 * @module
 */
import { print } from "../cli/output.ts";
import type { Flag } from "../cli/flags.ts";
import { type Program, runProgram } from "../cli/program.ts";
import { InputError } from "../errors.ts";
import { shown } from "../format.ts";
import { writeAtomically } from "../io/atomic.ts";
import { fileReason, unwritable } from "../io/file_reason.ts";
import { type PageFile, pageFiles } from "./page_files.ts";
import { serveFiles } from "./server.ts";

/** Report of the last run, which browsers without WebGPU are led to. */
const LATEST = "runs/staircase/latest/report.html";

const flags = [
  {
    name: "port",
    kind: "integer",
    default: 8000,
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
] as const satisfies readonly Flag[];

/** What the program is, for its help. */
export const liveProgram: Program<typeof flags> = {
  name: "live",
  summary: "serve a page in which networks train in the browser while their staircases are drawn",
  examples: [
    { args: "--port 0", help: "serve it on any free port" },
    { args: "--build site", help: "write it for a static host" },
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

/**
 * Runs the program `live` and ends the process. It serves the page until it is interrupted.
 *
 * @param args Command line. Default: that of the process.
 */
export async function runLiveProgram(args: readonly string[] = Deno.args): Promise<void> {
  await runProgram(liveProgram, async ({ flags: { port, build, report }, signal }) => {
    const files = await pageFiles(await readReport(report));
    if (build !== null) {
      await writeSite(build, files);
      print([...files.keys()].map((name) => `${build}/${name}`).join("\n"));
      return;
    }
    await using server = serveFiles(files, port);
    print(`${server.url}  (stop with Ctrl-C)`);
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  }, args);
}
