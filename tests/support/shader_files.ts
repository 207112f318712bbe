/**
 * Which files of `shaders/` belong together: what a shader says it needs, what it uses, and what
 * its host half lists.
 *
 * @module
 */
import { type SourceFile, withoutComments } from "./source_tree.ts";

/** Files of which one is needed: most often a single one, else alternatives. */
type Need = readonly string[];

/** A list of WGSL files in a host half. */
interface HostList {
  /** Path of the TypeScript file. */
  readonly host: string;
  /** Name of the last file of the list, which needs the others. */
  readonly entry: string;
  /** Names of the other files; where the list is made by a function, of all that it may choose. */
  readonly others: ReadonlySet<string>;
}

/**
 * The name of a file, without its folder.
 *
 * @param path The path.
 * @returns The name.
 */
export const nameOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/**
 * Reads the line `// needs: a.wgsl, b.wgsl | c.wgsl`, which may go on in the comment lines that
 * follow a comma.
 *
 * @param shader The shader.
 * @returns What it needs; nothing where there is no such line.
 */
function readNeeds(shader: SourceFile): Need[] {
  const line = /^\/\/ needs:((?:[^\n]*,\s*\n\/\/)*[^\n]*)/m.exec(shader.text)?.[1] ?? "";
  return line.replaceAll("\n//", " ").split(",").map((need) =>
    need.split("|").map((name) => name.trim().replace(/\.$/, "")).filter((name) => name !== "")
  ).filter((need) => need.length > 0);
}

/**
 * Follows the needs of needs.
 *
 * @param name Name of a shader.
 * @param needs What each shader needs itself.
 * @returns All that it needs, itself left out.
 */
function closure(name: string, needs: ReadonlyMap<string, readonly Need[]>): Need[] {
  const found = new Map<string, Need>();
  const follow = (shader: string) => {
    for (const need of needs.get(shader) ?? []) {
      const key = need.join("|");
      if (found.has(key) || need.includes(name)) continue;
      found.set(key, need);
      need.forEach(follow);
    }
  };
  follow(name);
  return [...found.values()];
}

/**
 * Lists the names that a shader declares for others: functions, structures, constants, variables.
 *
 * @param shader The shader.
 * @returns The names.
 */
function declared(shader: SourceFile): Set<string> {
  const code = withoutComments(shader.text);
  const global = /^(?:@\w+(?:\([^)]*\))?\s*)*(?:fn|struct|alias|const|override|var(?:<[^>]*>)?)\s+(\w+)/gm;
  return new Set([...code.matchAll(global)].map((match) => match[1]));
}

/**
 * Lists the names that a shader uses and does not declare, as a variable, a parameter, a field or
 * for others.
 *
 * @param shader The shader.
 * @returns The names, WGSL's own among them.
 */
function undeclared(shader: SourceFile): Set<string> {
  const code = withoutComments(shader.text);
  const own = new Set([...code.matchAll(/\b(?:let|var(?:<[^>]*>)?|const|fn|struct|alias|override)\s+(\w+)/g)]
    .map((match) => match[1]));
  for (const [, name] of code.matchAll(/\b(\w+)\s*:(?!:)/g)) own.add(name);
  return new Set(
    [...code.matchAll(/(?<![.\w@])[A-Za-z_]\w*/g)].map(([name]) => name).filter((name) => !own.has(name)),
  );
}

/**
 * Reads the lists `files: [ … ]` and `files = [ … ]` of a host half that end with an imported WGSL
 * file. A name in a list is such an import, or a constant or a function, of this file or of one
 * that it imports, whose text is searched in turn.
 *
 * @param host The host half.
 * @param files All TypeScript files by path.
 * @returns The lists.
 */
function hostLists(host: SourceFile, files: ReadonlyMap<string, SourceFile>): HostList[] {
  const code = withoutComments(host.text);
  return [...code.matchAll(/\bfiles(?::|\s*=)\s*\[([^\]]*)\]/g)].flatMap(([, list]) => {
    const items = list.split(",").map((item) => item.trim()).filter((item) => item !== "");
    const found = items.map((item) => filesNamed(item, host, files, new Set()));
    const last = [...found.at(-1) ?? []];
    if (last.length !== 1) return [];
    return [{
      host: host.path,
      entry: last[0],
      others: new Set(found.slice(0, -1).flatMap((set) => [...set])),
    }];
  });
}

/** The WGSL files that an expression of a host half stands for. */
function filesNamed(
  expression: string,
  host: SourceFile,
  files: ReadonlyMap<string, SourceFile>,
  seen: Set<string>,
): Set<string> {
  const found = new Set<string>();
  for (const [name] of expression.matchAll(/(?<![.\w"])(?:\.\.\.)?[A-Za-z_]\w*/g)) {
    const word = name.replace("...", "");
    const key = `${host.path} ${word}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const from = importOf(word, host);
    if (from?.endsWith(".wgsl")) found.add(nameOf(from));
    else {
      const module = from === undefined ? host : files.get(from);
      const text = module === undefined ? undefined : definition(word, module);
      if (module && text) filesNamed(text, module, files, seen).forEach((file) => found.add(file));
    }
  }
  return found;
}

/** The file that a name is imported from. */
function importOf(name: string, { path, text }: SourceFile): string | undefined {
  const statement = new RegExp(
    `^import (?:type )?(?:${name}|\\{[^}]*\\b${name}\\b[^}]*\\}) from\\s+"([^"]+)"`,
    "m",
  );
  const specifier = statement.exec(withoutComments(text))?.[1];
  return specifier?.startsWith(".") ? new URL(specifier, `file:///${path}`).pathname.slice(1) : undefined;
}

/** The text of a constant, or of a function up to the next one, that a file defines. */
function definition(name: string, { text }: SourceFile): string | undefined {
  const code = withoutComments(text);
  const constant = new RegExp(`\\bconst ${name}\\b[^=;]*=([^;]*);`).exec(code)?.[1];
  if (constant !== undefined) return constant;
  const parameter = new RegExp(`\\b${name}\\??: [^\\n]* = (\\w+),?\\n`).exec(code)?.[1];
  if (parameter !== undefined) return parameter;
  return new RegExp(`^(?:export )?(?:async )?function ${name}\\b[^]*?\\n}`, "m").exec(code)?.[0];
}

/**
 * Holds the lines of needs against the lists of the host halves and against the names that shaders
 * use.
 *
 * Lists: `files` of a host half names the closure of its last file, and no other file; of
 * alternatives it names at least one. A list without an entry point, which others spread, is not
 * held against anything. Names: what a single other shader declares comes from the closure, or the
 * other one needs this one and hands the name over.
 *
 * @param shaders All shaders.
 * @param modules All modules of `src` by path.
 * @returns Findings: a path and what to do.
 */
export function findNeeds(
  shaders: readonly SourceFile[],
  modules: ReadonlyMap<string, SourceFile>,
): [path: string, what: string][] {
  const needs = new Map(shaders.map((shader) => [nameOf(shader.path), readNeeds(shader)]));
  const byName = new Map(shaders.map((shader) => [nameOf(shader.path), shader]));
  const closed = new Map(shaders.map(({ path }) => [nameOf(path), closure(nameOf(path), needs)]));
  const findings: [string, string][] = [];
  if (byName.size < shaders.length) findings.push(["shaders/", "two shaders have the same name: rename one"]);
  for (const { path } of shaders) {
    const unknown = (needs.get(nameOf(path)) ?? []).flat().filter((need) => !byName.has(need));
    if (unknown.length > 0) {
      findings.push([path, `needs ${unknown.join(", ")}, not in shaders/: correct "// needs:"`]);
    }
  }
  const compiled = new Set<string>();
  for (
    const { host, entry, others } of [...modules.values()].flatMap((module) => hostLists(module, modules))
  ) {
    const names = [entry, ...others];
    names.forEach((name) => compiled.add(name));
    if (!names.some((name) => byName.get(name)?.text.includes("@compute"))) continue;
    const path = byName.get(entry)?.path ?? host, all = closed.get(entry) ?? [];
    const unlisted = all.filter((need) => !need.some((name) => others.has(name)));
    for (const need of unlisted) {
      findings.push([
        path,
        `needs ${need.join(" | ")}, which ${host} does not list: list it`,
      ]);
    }
    const unsaid = [...others].filter((name) => !all.flat().includes(name));
    if (unsaid.length > 0) {
      findings.push([
        path,
        `is compiled with ${unsaid.join(", ")} by ${host}: say so in a line "// needs: …"`,
      ]);
    }
  }
  for (const { path, text } of shaders) {
    if (!withoutComments(text).includes("@compute") || compiled.has(nameOf(path))) continue;
    findings.push([path, "no host half lists it: write `files: [ …, itsSource ]`, with the shader last"]);
  }
  const declarers = new Map<string, string[]>();
  for (const shader of shaders) {
    for (const name of declared(shader)) {
      declarers.set(name, [...declarers.get(name) ?? [], nameOf(shader.path)]);
    }
  }
  for (const shader of shaders) {
    const own = nameOf(shader.path), all = closed.get(own)!.flat();
    const foreign = [...undeclared(shader)].flatMap((name) => {
      const [declarer, ...more] = declarers.get(name) ?? [];
      if (declarer === undefined || more.length > 0 || all.includes(declarer)) return [];
      return closed.get(declarer)!.flat().includes(own) ? [] : [`${name} of ${declarer}`];
    });
    if (foreign.length > 0) {
      findings.push([shader.path, `uses ${foreign.join(", ")}: say so in a line "// needs: …"`]);
    }
  }
  return findings;
}
