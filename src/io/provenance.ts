/**
 * Where a run comes from: when, on which machine, by which command, with which code.
 *
 * @module
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type BackendClues, backendOf } from "../gpu/backend.ts";
import { VERSION } from "../version.ts";
import { type GitState, gitState } from "./git.ts";
import { environmentVariable, hostName, isGranted } from "./host.ts";
import { vulkanDriver } from "./vulkan_driver.ts";

/** Where a run comes from. */
export interface Provenance {
  /** When it was asked, in ISO 8601 with the offset of the zone: `2026-11-29T21:15:30+01:00`. */
  readonly date: string;
  /** Name of the machine; `unknown` where Deno may not ask. */
  readonly host: string;
  /** Number of the process. */
  readonly pid: number;
  /** Words of the command line, beginning with `deno`. */
  readonly command: readonly string[];
  /** Folder that the command was given in; `null` where Deno may not ask. */
  readonly directory: string | null;
  /** Commit of that folder; `null` without one. */
  readonly commit: GitState | null;
  /** Commit of the toolkit where it runs from a repository; `null` without one. */
  readonly toolkitCommit: GitState | null;
  /** Versions of Staircase, Deno, V8 and TypeScript. */
  readonly versions: Readonly<Record<string, string>>;
  /** Operating system, its version, and the architecture. */
  readonly system: string;
  /**
   * Driver of the adapter, name and version; `null` where it cannot be told, as on other backends
   * than Vulkan.
   */
  readonly driver: string | null;
  /** Variables of Slurm that name the job, by their names; `null` outside of one. */
  readonly slurm: Readonly<Record<string, string>> | null;
}

/** A device that knows its adapter, such as a `Gpu`. */
export interface DescribedGpu extends BackendClues {
  /** Name of the adapter as its driver gives it. */
  readonly adapterName: string;
}

/** What Slurm tells a task about itself. */
const SLURM = [
  "SLURM_JOB_ID",
  "SLURM_JOB_NAME",
  "SLURM_ARRAY_JOB_ID",
  "SLURM_ARRAY_TASK_ID",
  "SLURM_RESTART_COUNT",
  "SLURM_PROCID",
  "SLURM_CLUSTER_NAME",
  "SLURM_JOB_PARTITION",
  "SLURM_JOB_ACCOUNT",
  "SLURMD_NODENAME",
];

/**
 * Finds out where this run comes from. Nothing fails: what cannot be told is `null`.
 *
 * @param gpu Device that the run is made on, to name its driver. Default: none.
 * @returns The provenance.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { provenance } from "./provenance.ts";
 *
 * const { pid, versions } = await provenance();
 * assert.deepEqual([pid, versions.deno], [Deno.pid, Deno.version.deno]);
 * ```
 */
export async function provenance(gpu: DescribedGpu | null = null): Promise<Provenance> {
  const directory = currentFolder();
  const [commit, toolkitCommit, driver] = await Promise.all([
    directory === null ? null : gitState(directory),
    toolkitState(),
    gpu === null ? null : driverOf(gpu),
  ]);
  return {
    date: zonedDate(new Date()),
    host: hostName(),
    pid: Deno.pid,
    command: await commandLine(),
    directory,
    commit,
    toolkitCommit,
    versions: { staircase: VERSION, ...Deno.version },
    system: systemName(),
    driver,
    slurm: slurmVariables(),
  };
}

/**
 * Writes a date in local time.
 *
 * @param date The date.
 * @returns It in ISO 8601, to the second, with the offset of the zone.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { zonedDate } from "./provenance.ts";
 *
 * const text = zonedDate(new Date(0));
 * assert.equal(Date.parse(text), 0);
 * assert.match(text, /^19(69|70)-..-..T..:..:..[+-]..:..$/);
 * ```
 */
export function zonedDate(date: Date): string {
  const offset = -date.getTimezoneOffset(),
    [hours, minutes] = [Math.trunc(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const local = new Date(date.getTime() + 60_000 * offset).toISOString().slice(0, 19);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${local}${offset < 0 ? "-" : "+"}${two(hours)}:${two(minutes)}`;
}

async function driverOf(gpu: DescribedGpu): Promise<string | null> {
  const backend = backendOf(gpu, environmentVariable("DENO_WEBGPU_BACKEND"));
  return backend === "vulkan" ? await vulkanDriver(gpu.adapterName) : null;
}

function currentFolder(): string | null {
  try {
    return Deno.cwd();
  } catch {
    return null;
  }
}

/** The commit of the toolkit, if it is not imported from the network. */
async function toolkitState(): Promise<GitState | null> {
  return import.meta.url.startsWith("file:") ? await gitState(dirname(fileURLToPath(import.meta.url))) : null;
}

/** The command line as it was typed on Linux; elsewhere without the flags of Deno. */
async function commandLine(): Promise<string[]> {
  const path = "/proc/self/cmdline";
  if (Deno.build.os === "linux" && isGranted({ name: "read", path })) {
    const words = await Deno.readTextFile(path).then((text) => text.split("\0").slice(0, -1)).catch(() => []);
    if (words.length > 0) return words;
  }
  return ["deno", "run", mainModule(), ...Deno.args];
}

function mainModule(): string {
  try {
    return Deno.mainModule.startsWith("file:") ? fileURLToPath(Deno.mainModule) : Deno.mainModule;
  } catch {
    return "";
  }
}

function systemName(): string {
  const { os, arch } = Deno.build;
  return isGranted({ name: "sys", kind: "osRelease" })
    ? `${os} ${Deno.osRelease()} ${arch}`
    : `${os} ${arch}`;
}

function slurmVariables(): Record<string, string> | null {
  const found = SLURM.flatMap((name): [string, string][] => {
    const value = environmentVariable(name);
    return value === undefined ? [] : [[name, value]];
  });
  return found.length > 0 ? Object.fromEntries(found) : null;
}
