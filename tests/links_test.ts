/**
 * Links between the pages of the repository: no GPU, about a second.
 *
 * @module
 */
import { assert } from "./deps.ts";
import { readFiles, readSource } from "./support/source_tree.ts";

const root = new URL("../", import.meta.url);
const pages = [
  ...["src", "shaders", "tests", "examples", ".github"].flatMap((folder) => readFiles(folder, ".md")),
  readSource("README.md"),
];

const withoutBlocks = (text: string): string => text.replace(/^```[\s\S]*?^```/gm, "");

/** Lists the links of a page to files, and to headings, of the repository. */
function linksOf(text: string): { readonly file: string; readonly heading: string | undefined }[] {
  const prose = withoutBlocks(text).replace(/`[^`\n]*`/g, "code");
  return [...prose.matchAll(/\]\((?![a-z]+:)([^)\s#]*)(?:#([^)\s]*))?\)/g)]
    .map(([, file, heading]) => ({ file, heading }));
}

/** Names that links use for the headings of a page, as GitHub makes them. */
function headingsOf(text: string): Set<string> {
  const headings = [...withoutBlocks(text).matchAll(/^#+ +(.*)$/gm)].map(([, heading]) => heading);
  return new Set(
    headings.map((heading) =>
      heading.toLowerCase().replace(/\]\([^)]*\)/g, "").replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
        .replaceAll(" ", "-")
    ),
  );
}

/** Whether a link leads somewhere. */
function isWhole(page: string, file: string, heading: string | undefined): boolean {
  const target = new URL(file === "" ? page : new URL(file, new URL(page, root)), root);
  try {
    const { isDirectory } = Deno.statSync(target);
    return heading === undefined || isDirectory || headingsOf(Deno.readTextFileSync(target)).has(heading);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

Deno.test("links of pages lead to files and headings that are there", () => {
  const broken = pages.flatMap(({ path, text }) =>
    linksOf(text).filter(({ file, heading }) => !isWhole(path, file, heading))
      .map(({ file, heading }) => `${path}: ${file}${heading === undefined ? "" : `#${heading}`}`)
  );
  assert.deepEqual(broken, []);
});
