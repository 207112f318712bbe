/**
 * The measurements of releases, a line of JSON each, from which the course of the speed can be
 * read. @module
 */
import { compactJson } from "../../src/io/json.ts";

/**
 * Appends one line of JSON to a file: date, commit, and what was measured.
 *
 * @param file The file, such as `.github/bench.jsonl`; it is made where it is missing.
 * @param measured What `--json` prints: adapter, versions, sections.
 */
export async function appendMeasurement(
  file: string,
  measured: Readonly<Record<string, unknown>>,
): Promise<void> {
  const line = compactJson({
    date: new Date().toISOString(),
    commit: await commit(),
    ...measured,
  });
  await Deno.writeTextFile(file, `${line}\n`, { append: true });
}

/**
 * The commit that was measured, with `+` where files differ from it; `null` outside of a
 * repository.
 */
async function commit(): Promise<string | null> {
  const git = async (...args: string[]) => {
    const { success, stdout } = await new Deno.Command("git", {
      args,
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  };
  const name = await git("rev-parse", "HEAD").catch(() => null);
  return name === null ? null : name + (await git("status", "--porcelain") === "" ? "" : "+");
}
