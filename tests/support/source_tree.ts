/**
 * The files of the repository as text: their names, imports, identifiers and comments.
 *
 * @module
 */
const root = new URL("../../", import.meta.url);

/** A file of the repository. */
export interface SourceFile {
  /** Path from the root, such as `src/gpu/array.ts`. */
  readonly path: string;
  /** Contents. */
  readonly text: string;
}

/**
 * Reads the files of a folder and of the folders in it.
 *
 * @param folder Folder relative to the root, such as `src`.
 * @param ending How the names end, such as `.ts`.
 * @returns The files, in the order of their paths; none where the folder is missing.
 */
export function readFiles(folder: string, ending: string): SourceFile[] {
  const files: SourceFile[] = [];
  const read = (path: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(new URL(`${path}/`, root))) {
      if (isDirectory) read(`${path}/${name}`);
      else if (name.endsWith(ending)) files.push(readSource(`${path}/${name}`));
    }
  };
  read(folder);
  return files.sort((a, b) => a.path < b.path ? -1 : 1);
}

/**
 * Reads one file.
 *
 * @param path Path from the root.
 * @returns The file.
 */
export function readSource(path: string): SourceFile {
  return { path, text: Deno.readTextFileSync(new URL(path, root)) };
}

/**
 * One token of TypeScript that may hide others: a comment, a string, a template or a regular
 * expression.
 */
const opaque =
  /\/\*[^]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\[^])*`|(?<=(?:[(,=:[!&|?{};]|\breturn)\s*)\/(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g;

/**
 * Removes the comments of TypeScript or WGSL.
 *
 * @param text The source.
 * @returns The source, with a blank in the place of each comment.
 */
export function withoutComments(text: string): string {
  return text.replaceAll(opaque, (token) => /^\/[/*]/.test(token) ? " " : token);
}

/**
 * Lists the identifiers of TypeScript, those in comments, strings and regular expressions left out.
 * Of a template the expressions count.
 *
 * @param text The source.
 * @returns Each identifier once.
 */
export function identifiers(text: string): Set<string> {
  const code = text.replaceAll(
    opaque,
    (token) =>
      token[0] === "`" ? [...token.matchAll(/\$\{([^}]*)\}/g)].map((match) => match[1]).join(" ") : " ",
  );
  return new Set(code.match(/[A-Za-z_$][\w$]*/g));
}

/**
 * Lists what a file imports or exports again, types included. An import whose name is not a literal
 * is not seen.
 *
 * @param file The file.
 * @returns The specifiers as written.
 */
export function specifiers({ text }: SourceFile): string[] {
  const code = withoutComments(text);
  const statements = code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*"([^"\n]+)"/g);
  const types = text.matchAll(/@(?:ts-)?types\s*=\s*"([^"\n]+)"/g);
  return [...statements, ...types].map((match) => match[1]);
}

/**
 * The local files that a file imports.
 *
 * @param file The file.
 * @returns Their paths from the root.
 */
export function localImports(file: SourceFile): string[] {
  const base = new URL(file.path, "file:///");
  return specifiers(file).filter((name) => name.startsWith(".")).map((name) =>
    new URL(name, base).pathname.slice(1)
  );
}

/**
 * Lists the names that a door exports, as it writes them.
 *
 * @param file The door.
 * @returns The names.
 */
export function exportedNames({ text }: SourceFile): string[] {
  const lists = withoutComments(text).matchAll(/\bexport\s+(?:type\s+)?\{([^}]*)\}/g);
  return [...lists].flatMap(([, list]) =>
    list.split(",").map((name) => name.trim()).filter((name) => name !== "")
  );
}

/**
 * Finds comment lines that are too wide. A line that holds one word alone, such as an address,
 * cannot be broken.
 *
 * @param file The file.
 * @param width Most characters in a line, its indentation included.
 * @returns The numbers of the lines.
 */
export function wideComments({ text }: SourceFile, width: number): number[] {
  let isInBlock = false;
  return text.split("\n").flatMap((line, i) => {
    const start = line.trimStart();
    const isComment = isInBlock || start.startsWith("//") || start.startsWith("/*");
    if (start.startsWith("/*")) isInBlock = true;
    if (isInBlock && line.includes("*/")) isInBlock = false;
    const words = start.replace(/^(\/\*\*?|\/\/|\*)\s*/, "").split(/\s+/);
    return isComment && [...line].length > width && words.length > 1 ? [i + 1] : [];
  });
}
