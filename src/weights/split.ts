/**
 * Rules that split a matrix into blocks: fused projections, attention heads, experts.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { quoted, shown } from "../format.ts";
import { glob } from "../io/choose_array.ts";

/** One cut: into equal parts, into parts of given sizes, or into heads, which are equal parts. */
type Cut =
  | { readonly kind: "parts" | "heads"; readonly count: number }
  | { readonly kind: "sizes"; readonly sizes: readonly number[] };

/** How matrices with some names are split. */
export interface SplitRule {
  /** The rule as it was given, for errors. */
  readonly text: string;
  /** Part of the names, with `*`, `?` and `[…]` as in patterns. */
  readonly pattern: string;
  /** Cuts, outermost first; none to take each slice of an array of three axes as a matrix. */
  readonly cuts: readonly Cut[];
  /** Axis that is cut: 0 rows, 1 columns; `null` to tell it by the shape. */
  readonly axis: 0 | 1 | null;
}

/** A block of a matrix. */
export interface Block {
  /** What it is called: `q`, `head 3`, `q, head 3`. */
  readonly name: string;
  /** First row. */
  readonly row: number;
  /** First column. */
  readonly column: number;
  /** Number of rows. */
  readonly rows: number;
  /** Number of columns. */
  readonly columns: number;
}

/** Names of three equal parts, as attention has them. */
const QKV = ["q", "k", "v"];

/**
 * Reads rules, separated by commas: `PATTERN=CUT`, `PATTERN=CUT/CUT`, `PATTERN=each`, and `@0` or
 * `@1` behind them for the axis. A cut is a number of equal parts, `heads:N`, or sizes with a `+`.
 *
 * @param text The rules.
 * @returns The rules, in order.
 * @throws {InputError} If one is malformed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseSplits } from "./split.ts";
 *
 * const [rule] = parseSplits("c_attn=3/heads:12@1");
 * assert.deepEqual([rule.pattern, rule.axis, rule.cuts.length], ["c_attn", 1, 2]);
 * ```
 */
export function parseSplits(text: string): SplitRule[] {
  return text.split(",").map((each) => {
    const rule = each.trim(), found = /^(.+)=(?:(each)|([^=@]+?)(?:@([01]))?)$/.exec(rule);
    if (!found) throw malformed(rule);
    const [, pattern, whole, cuts, axis] = found;
    return {
      text: rule,
      pattern,
      cuts: whole ? [] : cuts.split("/").map((cut) => cutOf(cut, rule)),
      axis: axis === undefined ? null : Number(axis) as 0 | 1,
    };
  });
}

function cutOf(text: string, rule: string): Cut {
  const [, heads, sizes] = /^(heads:)?(\d+(?:\+\d+)*)$/.exec(text) ?? [];
  const numbers = sizes?.split("+").map(Number) ?? [];
  if (numbers.length === 0 || numbers.some((size) => !(size >= 1)) || heads && numbers.length > 1) {
    throw malformed(rule);
  }
  if (numbers.length > 1) return { kind: "sizes", sizes: numbers };
  return { kind: heads ? "heads" : "parts", count: numbers[0] };
}

function malformed(rule: string): InputError {
  return new InputError(
    `--split has the rule ${quoted(rule)}: give PATTERN=3, PATTERN=heads:12, PATTERN=3/heads:12, ` +
      "PATTERN=4096+1024+1024 or PATTERN=each, with @0 for rows or @1 for columns",
  );
}

/**
 * Finds the rule that a name fits: the first that has its pattern anywhere in the name.
 *
 * @param rules The rules.
 * @param name Name of an array.
 * @returns The rule, or `undefined`.
 */
export function ruleFor(rules: readonly SplitRule[], name: string): SplitRule | undefined {
  return rules.find(({ pattern }) => glob(`*${pattern}*`).test(name));
}

/**
 * Splits a matrix into blocks.
 *
 * @param rule The rule, which has cuts.
 * @param shape Rows and columns.
 * @param name Name of the matrix, for errors.
 * @returns The blocks, in order.
 * @throws {InputError} If the sizes do not fit, or the shape does not tell which axis to cut.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseSplits, splitMatrix } from "./split.ts";
 *
 * const [rule] = parseSplits("c_attn=3");
 * const blocks = splitMatrix(rule, { rows: 768, columns: 2304 }, "c_attn.weight");
 * const places = blocks.map(({ name, column }) => [name, column]);
 * assert.deepEqual(places, [["q", 0], ["k", 768], ["v", 1536]]);
 * ```
 */
export function splitMatrix(
  rule: SplitRule,
  { rows, columns }: { readonly rows: number; readonly columns: number },
  name: string,
): Block[] {
  const axis = rule.axis ?? axisOf(rule, rows, columns);
  const refuse = (what: string) =>
    new InputError(`--split ${quoted(rule.text)}: ${shown(name)} has ${rows} × ${columns} entries; ${what}`);
  if (axis === null) throw refuse("its shape does not tell what to cut: add @0 for rows or @1 for columns");
  let parts = [{ names: [] as string[], first: 0, size: axis === 0 ? rows : columns }];
  for (const cut of rule.cuts) {
    parts = parts.flatMap(({ names, first, size }) => {
      const sizes = sizesOf(cut, size);
      if (sizes === null) {
        const what = cut.kind === "sizes" ? cut.sizes.join(" + ") : `${cut.count} equal parts`;
        throw refuse(`${size} are not ${what}`);
      }
      let at = first;
      return sizes.map((each, i) => {
        const part = { names: [...names, nameOf(cut, i)], first: at, size: each };
        at += each;
        return part;
      });
    });
  }
  return parts.map(({ names, first, size }) => ({
    name: names.join(", "),
    ...axis === 0
      ? { row: first, column: 0, rows: size, columns }
      : { row: 0, column: first, rows, columns: size },
  }));
}

/**
 * The axis by the shape: heads are rows, as those of q, k and v in PyTorch; of fused parts it is
 * the longer axis, which is as long as all of them together.
 */
function axisOf({ cuts }: SplitRule, rows: number, columns: number): 0 | 1 | null {
  const [first] = cuts;
  if (first.kind === "heads" && cuts.length === 1) return 0;
  if (rows === columns) return null;
  return rows > columns ? 0 : 1;
}

/** Sizes of the parts of a cut; `null` if they are not the whole. */
function sizesOf(cut: Cut, size: number): readonly number[] | null {
  if (cut.kind === "sizes") return cut.sizes.reduce((sum, each) => sum + each, 0) === size ? cut.sizes : null;
  return size % cut.count === 0 ? new Array<number>(cut.count).fill(size / cut.count) : null;
}

function nameOf(cut: Cut, index: number): string {
  if (cut.kind === "heads") return `head ${index}`;
  const count = cut.kind === "sizes" ? cut.sizes.length : cut.count;
  return count === 3 ? QKV[index] : `part ${index}`;
}
