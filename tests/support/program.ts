/**
 * Runs programs of `examples/` as a user does.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { ExperimentPlan } from "../../src/experiments/core/experiment.ts";
import type { ExperimentRecord } from "../../src/experiments/core/record.ts";
import { camelCase } from "../../src/io/json.ts";
import type { CompleteOptions } from "../../src/train/options.ts";
import { assert } from "../deps.ts";

/** The root of the tree. */
export const root = new URL("../../", import.meta.url);

/** How a program ended, and what it said. */
export interface Ending {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Where and how a program is run. */
export interface Surroundings {
  /** Folder that it is run in. */
  readonly cwd: string;
  /** Variables to add to its environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Flags of `deno run`. */
  readonly deno?: readonly string[];
  /** What to run. Default: `examples/staircase.ts`. */
  readonly program?: string;
}

/** Prepares to run a program. */
export function command(args: readonly string[], surroundings: Surroundings): Deno.Command {
  const { cwd, env, deno = [], program = fileURLToPath(new URL("examples/staircase.ts", root)) } =
    surroundings;
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", ...deno, program, ...args],
    cwd,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
}

/** Runs a program to its end. */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<Ending> {
  const { code, stdout, stderr } = await command(args, surroundings).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, out, err };
}

/** A folder for what a test leaves, removed at the end of its scope. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = Deno.makeTempDirSync({ prefix: "staircase-examples-" });
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

/** Names of what is in a folder; none where there is no folder. */
function namesIn(path: string, isMeant: (entry: Deno.DirEntry) => boolean): string[] {
  try {
    return [...Deno.readDirSync(path)].filter(isMeant).map(({ name }) => name).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Names of the files in a folder, hidden ones too, folders not; none where there is no folder. */
export function filesIn(path: string): string[] {
  return namesIn(path, ({ isDirectory }) => !isDirectory);
}

/** Names of the folders in a folder; none where there is no folder. */
export function foldersIn(path: string): string[] {
  return namesIn(path, ({ isDirectory }) => isDirectory);
}

/** A CSV file without quotes as its header and rows. */
export function readTable(path: string): { header: string; rows: string[][] } {
  const [header, ...lines] = Deno.readTextFileSync(path).trimEnd().split("\n");
  return { header, rows: lines.map((line) => line.split(",")) };
}

/** An experiment that has ended well: what it printed, and its record. */
export interface RecordedRun<Plan extends ExperimentPlan> {
  readonly out: string;
  readonly record: JudgedRecord<Plan>;
}

/** The record of an experiment that tests claims. */
type JudgedRecord<Plan extends ExperimentPlan> = ExperimentRecord<Plan> & {
  readonly verdict: NonNullable<ExperimentRecord["verdict"]>;
};

/**
 * Runs an experiment with `--json` into the folder `o`, and asserts that it ends well, leaves those
 * files and its report, and prints the record that it writes.
 */
export async function runRecorded<Plan extends ExperimentPlan = CompleteOptions>(
  args: readonly string[],
  surroundings: Surroundings,
  files: readonly string[],
): Promise<RecordedRun<Plan>> {
  const { code, out, err } = await run([...args, "--json", "--out=o"], surroundings);
  assert.equal(code, 0, err);
  assert.deepEqual(filesIn(`${surroundings.cwd}/o`), [...files, "report.html"].sort());
  const record = readRecord<Plan>(surroundings.cwd);
  assert.deepEqual(camelCase(JSON.parse(out.trimEnd().split("\n").at(-1)!)), record);
  return { out, record };
}

/**
 * Runs an experiment whose networks all diverge, and asserts that it says so in a line, with status
 * 1, when its files are written.
 */
export async function assertAllDiverge(
  name: string,
  args: readonly string[],
  networks: number,
  surroundings: Surroundings,
): Promise<void> {
  const { code, out, err } = await run([...args, "--quiet", "--out=o"], surroundings);
  assert.deepEqual([code, out], [1, ""]);
  assert.equal(
    err,
    `${name}: every network diverged: lower the learning rate, or choose another initialiser\n`,
  );
  const { status, diverged, verdict } = readRecord(surroundings.cwd);
  assert.deepEqual([status, diverged.length, verdict.holds], ["diverged", networks, false]);
}

function readRecord<Plan extends ExperimentPlan>(path: string): JudgedRecord<Plan> {
  return camelCase(JSON.parse(Deno.readTextFileSync(`${path}/o/run.json`))) as JudgedRecord<Plan>;
}

/** Runs some things two at a time: each spends a good part of its time waiting. */
export async function pairwise<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all([worker(), worker()]);
}
