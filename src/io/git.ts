/**
 * The state of a Git repository.
 *
 * @module
 */
import { isGranted } from "./host.ts";

/** A commit, and whether files differ from it. */
export interface GitState {
  /** Its hash, in hexadecimal digits. */
  readonly commit: string;
  /** Whether files that Git tracks were changed since. */
  readonly dirty: boolean;
}

/** Milliseconds that Git may take. On a slow network disk a run does not wait for it. */
const PATIENCE = 3000;

/** Runs Git and gives what it prints; `null` if it fails or takes too long. */
async function git(folder: string, ...args: readonly string[]): Promise<string | null> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["-C", folder, ...args],
      // It must neither write to the repository nor ask anybody.
      env: { GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0" },
      stdin: "null",
      stdout: "piped",
      stderr: "null",
      signal: AbortSignal.timeout(PATIENCE),
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : null;
  } catch {
    return null;
  }
}

/**
 * Finds the commit that a folder is at.
 *
 * @param folder Any folder.
 * @returns Its state; `null` if it is in no repository with a commit, or there is no Git, or Deno
 * may not run it.
 */
export async function gitState(folder: string): Promise<GitState | null> {
  if (!isGranted({ name: "run", command: "git" })) return null;
  // One line `# branch.oid HASH`, others with a `#`, and one for each changed file.
  const text = await git(folder, "status", "--porcelain=v2", "--branch", "--untracked-files=no");
  const commit = text && /^# branch\.oid ([0-9a-f]{40,})$/m.exec(text)?.[1];
  return text && commit ? { commit, dirty: /^[^#]/m.test(text) } : null;
}
