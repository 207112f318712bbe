/**
 * The recipes of `.github/CONTRIBUTING.md`: their files and diffs, and a tree to try them on.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { assert } from "../deps.ts";

/** A block of a recipe: a new file, or changes of a file. */
export interface RecipeBlock {
  /** Path from the root. */
  readonly path: string;
  /** Whether it is a diff; else it is a whole new file. */
  readonly isDiff: boolean;
  /** The file, or the diff. */
  readonly text: string;
}

/** What is copied: everything that a test needs, but for what git ignores. */
const COPIED = ["src", "shaders", "tests", "examples", "mod.ts", "deno.json", "deno.lock", "README.md"];

/**
 * Finds the blocks of the recipes: those with `file=PATH` after the language.
 *
 * @param page The page.
 * @returns The blocks, in their order.
 */
export function recipeBlocks(page: string): RecipeBlock[] {
  return [...page.matchAll(/^```(\w+) file=(\S+)\n([^]*?)^```$/gm)].map(([, language, path, text]) => ({
    path,
    isDiff: language === "diff",
    text,
  }));
}

/**
 * Counts the lines that a recipe adds to a file.
 *
 * @param blocks Blocks.
 * @param path The file.
 * @returns The number of lines.
 */
export function addedLines(blocks: readonly RecipeBlock[], path: string): number {
  return blocks.filter((block) => block.path === path).flatMap(({ text, isDiff }) =>
    text.trimEnd().split("\n").filter((line) => !isDiff || line.startsWith("+"))
  ).length;
}

/**
 * Copies the tree and follows the recipes in the copy.
 *
 * @param root Root of the tree.
 * @param copy Folder for the copy.
 * @param blocks The recipes.
 */
export async function follow(root: string, copy: string, blocks: readonly RecipeBlock[]): Promise<void> {
  for (const name of COPIED) await copyTree(join(root, name), join(copy, name));
  for (const { path, isDiff, text } of blocks) {
    const file = join(copy, path);
    if (isDiff) {
      await Deno.writeTextFile(file, applied(await Deno.readTextFile(file), text, path));
    } else {
      await Deno.mkdir(dirname(file), { recursive: true });
      await Deno.writeTextFile(file, text, { createNew: true });
    }
  }
}

/** Copies a file, or a folder with all that is in it. */
async function copyTree(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copyTree(join(from, name), join(to, name));
}

/** Applies a diff, whose hunks begin with `@@`. The old lines of each must occur exactly once. */
function applied(file: string, diff: string, path: string): string {
  return diff.split(/^@@.*\n/m).filter((hunk) => hunk !== "").reduce((text, hunk) => {
    const lines = hunk.trimEnd().split("\n");
    const side = (mark: string) =>
      lines.filter((line) => line[0] === mark || line[0] === " ").map((line) => `${line.slice(1)}\n`).join(
        "",
      );
    const old = side("-");
    assert.equal(text.split(old).length, 2, `${path} does not have these lines exactly once:\n${old}`);
    return text.replace(old, () => side("+"));
  }, file);
}
