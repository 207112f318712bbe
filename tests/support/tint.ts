/**
 * Looks in the text of shaders for what Tint, the WGSL compiler of Chrome, refuses and naga, that
 * of Deno, accepts.
 *
 * @module
 */
import { type SourceFile, withoutComments } from "./source_tree.ts";

/** Calls that all invocations of a workgroup must reach together. */
const BARRIERS = ["workgroupBarrier", "storageBarrier", "workgroupUniformLoad"];
/** An expression in parentheses, with two more levels of them. */
const INNER = String.raw`(?:[^()]|\((?:[^()]|\([^()]*\))*\))*`;

/** Whether one of the names stands in an expression, not as a field. */
function mentions(expression: string, names: ReadonlySet<string>): boolean {
  return [...expression.matchAll(/(?<![.\w])[A-Za-z_]\w*/g)].some(([name]) => names.has(name));
}

/**
 * Finds infinite and NaN constants: `bitcast<f32>` of a constant expression whose exponent is full.
 *
 * @param shaders All shaders, for the values of constants.
 * @returns Findings: a path and the expression.
 */
export function nonFiniteConstants(shaders: readonly SourceFile[]): [path: string, what: string][] {
  const constantsOf = ({ text }: SourceFile) =>
    [...text.matchAll(/^const (\w+)[^=\n]*= ([^;]*);/gm)].map((
      [, name, value],
    ): [string, string] => [name, value]);
  const all = shaders.flatMap(constantsOf);
  /** The value that the file itself gives a constant, or all that others do. */
  const valueOf = (name: string, file: SourceFile) =>
    constantsOf(file).find(([own]) => own === name)?.[1] ??
      (all.filter(([other]) => other === name).map(([, value]) => value).join(" | ") || name);
  return shaders.flatMap((file) => {
    const casts = withoutComments(file.text).matchAll(
      new RegExp(`bitcast<(?:f32|vec\\d?f|vec\\d?<f32>)>\\((${INNER})\\)`, "g"),
    );
    return [...casts].flatMap(([cast, argument]): [string, string][] => {
      const value = argument.replaceAll(/(?<![.\w])[A-Z_]\w*/g, (name) => valueOf(name, file));
      const isConstant = !/(?<![\w.])(?!vec\d)[A-Za-z_]\w*/.test(value);
      const words = [...value.matchAll(/0x([\da-f]+)/gi)].map(([, digits]) => parseInt(digits, 16));
      return isConstant && words.some((word) => (word >>> 23 & 255) === 255) ? [[file.path, cast]] : [];
    });
  });
}

/** The functions of a shader: name, parameters and body. */
function functionsOf(code: string): { name: string; parameters: string; body: string }[] {
  return [...code.matchAll(/\bfn (\w+)\(([^{]*)\{/g)].map((match) => {
    let depth = 1, end = match.index + match[0].length;
    for (; depth > 0 && end < code.length; end++) depth += code[end] === "{" ? 1 : code[end] === "}" ? -1 : 0;
    return { name: match[1], parameters: match[2], body: code.slice(match.index + match[0].length, end) };
  });
}

/**
 * Finds barriers behind a `return` that some invocations may take alone: its condition depends on
 * the invocation, or on a buffer that the kernel writes.
 *
 * @param shader The shader.
 * @returns Findings: a path and the statement.
 */
export function unevenReturns({ path, text }: SourceFile): [path: string, what: string][] {
  const code = withoutComments(text);
  const written = [...code.matchAll(/var<storage,\s*read_write>\s*(\w+)/g)].map(([, name]) => name);
  return functionsOf(code).flatMap(({ parameters, body }): [string, string][] => {
    const last = Math.max(...BARRIERS.map((name) => body.lastIndexOf(`${name}(`)));
    const own = [...parameters.matchAll(/@builtin\((?:local|global)_invocation\w*\)\s*(\w+)/g)];
    const uneven = new Set([...written, ...own.map(([, name]) => name)]);
    const statements = new RegExp(
      `\\b(?:let|var) (\\w+)[^=;\\n]*= ([^;]*);|\\bif \\((${INNER})\\) \\{[^{}]*\\breturn\\b[^{}]*\\}`,
      "g",
    );
    return [...body.slice(0, Math.max(0, last)).matchAll(statements)].flatMap(
      ([statement, name, value, condition]): [string, string][] => {
        if (condition !== undefined) return mentions(condition, uneven) ? [[path, statement]] : [];
        if (!value.includes("workgroupUniformLoad") && mentions(value, uneven)) uneven.add(name);
        return [];
      },
    );
  });
}
