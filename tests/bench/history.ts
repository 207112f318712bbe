/**
 * The measurements of releases and of every run, from which the course of the speed can be read.
 *
 * @module
 */
import { InputError } from "../../src/errors.ts";
import { textTable } from "../../src/display/text_table.ts";
import { compactJson } from "../../src/io/json.ts";
import { digits, type Section } from "./section.ts";

/** Folder of the runs, ignored by Git. */
export const FOLDER = ".bench";

/** When and where a run was made. */
export interface Stamp {
  /** Date and time, by ISO 8601. */
  readonly date: string;
  /** Commit, with `+` where files differ from it; `null` outside of a repository. */
  readonly commit: string | null;
  /** Driver of an NVIDIA GPU, by its own tool; `null` where that is missing. */
  readonly driver: string | null;
}

/** What a run measured, as far as another one is compared with it. */
export interface Measured {
  /** The machine. */
  readonly machine: { readonly adapter: string };
  /** Sections that are done. */
  readonly sections: readonly Section[];
}

/** Says when and where a run is made. */
export async function stamp(): Promise<Stamp> {
  const name = await said("git", "rev-parse", "HEAD");
  const isClean = await said("git", "status", "--porcelain") === "";
  return {
    date: new Date().toISOString(),
    commit: name === null ? null : name + (isClean ? "" : "+"),
    driver: await said(
      "nvidia-smi",
      "--query-gpu=driver_version",
      "--format=csv,noheader",
    ),
  };
}

/**
 * Appends one line of JSON to a file.
 *
 * @param file The file, such as `.github/bench.jsonl`; it is made where it is missing.
 * @param measured What `--json` prints: stamp, adapter, versions, sections.
 */
export async function appendMeasurement(
  file: string,
  measured: Stamp & Measured,
): Promise<void> {
  await Deno.writeTextFile(file, `${compactJson(measured)}\n`, {
    append: true,
  });
}

/**
 * Writes what a run has measured so far to a file of its own, named by date and commit.
 *
 * @param measured The same as {@linkcode appendMeasurement}.
 * @param folder Folder, which is made where it is missing. Default: `.bench`.
 * @returns Path of the file.
 */
export async function keepMeasurement(
  measured: Stamp & Measured,
  folder: string = FOLDER,
): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  const time = measured.date.slice(0, 19).replaceAll(":", "-");
  const path = `${folder}/${time}-${measured.commit?.slice(0, 8) ?? "no-commit"}.json`;
  // A run that is killed meanwhile leaves the file of before.
  await Deno.writeTextFile(`${path}~`, compactJson(measured));
  await Deno.rename(`${path}~`, path);
  return path;
}

/**
 * Reads the measurements of a run.
 *
 * @param path A file of `.bench`, or one of `--append`, of which the last line counts.
 * @returns What it measured, and when.
 * @throws {InputError} If there is no such file, or it is no such measurement.
 */
export async function readMeasurement(path: string): Promise<Stamp & Measured> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch {
    throw new InputError(
      `${path}: can not be read; give --against a file of ${FOLDER}`,
    );
  }
  try {
    const measured = JSON.parse(text.trimEnd().split("\n").at(-1)!);
    if (
      Array.isArray(measured.sections) &&
      typeof measured.machine.adapter === "string"
    ) return measured;
  } catch {
    // Said below.
  }
  throw new InputError(
    `${path}: is no measurement; give --against a file of ${FOLDER}`,
  );
}

/**
 * Compares a run with one of before.
 *
 * @param now What was measured.
 * @param then What was measured before.
 * @returns Lines of a table: median times of both, and how many times as fast it is now.
 */
export function comparison(now: Measured, then: Stamp & Measured): string[] {
  const key = (title: string, name: string) => `${title}\n${name}`;
  const before = new Map(
    then.sections.flatMap(({ title, lines }) =>
      lines.flatMap(({ name, times }) => times ? [[key(title, name), times.median] as const] : [])
    ),
  );
  const rows = now.sections.flatMap(({ title, lines }) =>
    lines.flatMap(({ name, times }) => {
      const old = before.get(key(title, name));
      if (!times || old === undefined) return [];
      return [[
        title,
        name,
        digits(old),
        digits(times.median),
        `${digits(old / times.median)}×`,
      ]];
    })
  );
  const { adapter } = then.machine;
  const head = `against ${then.date.slice(0, 10)}, commit ${then.commit?.slice(0, 8) ?? "unknown"}` +
    (adapter === now.machine.adapter ? "" : `, on another adapter: ${adapter}`);
  if (rows.length === 0) return [`${head}: nothing in common`];
  const [columns, ...table] = textTable(
    [
      ["", "then", "now", "speed-up"],
      ...rows.map(([, ...row]) => [`  ${row[0]}`, ...row.slice(1)]),
    ],
    1,
    Infinity,
  );
  const lines = [`${head}:`, columns];
  rows.forEach(([title], i) => {
    if (title !== rows[i - 1]?.[0]) lines.push("", title);
    lines.push(table[i]);
  });
  return lines;
}

/** What a program prints; `null` if it fails or is not here. */
async function said(
  command: string,
  ...args: readonly string[]
): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command(command, {
      args: [...args],
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch {
    return null;
  }
}
