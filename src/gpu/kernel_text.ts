/**
 * Cuts out of the text of a kernel what its constants leave without use.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { OverrideConstants } from "./kernel.ts";

/** A line that begins a part, and one that ends it. */
const BEGIN = /^\s*\/\/#if (.*)$/, END = /^\s*\/\/#end\s*$/;
/** A condition on a constant. */
const CONDITION = /^(\w+) (==|>) (\d+)$/;

/**
 * Leaves out the parts of a WGSL text whose conditions do not hold. A part stands between the lines
 * `//#if NAME == 2` and `//#end`; the condition compares an `override` constant by `==` or `>` with
 * a number, and several are joined by `&&`. Parts do not nest. A constant without a value keeps its
 * parts, and the whole text is as right as what is left of it: these lines are comments. Drivers
 * drop what an override leaves unused as well, but only after they have inlined and optimised all
 * of it: the kernel of the training step takes lavapipe three times as long then.
 *
 * @param text Text of a WGSL file.
 * @param constants Values of its `override` constants.
 * @returns The text, with as many lines.
 * @throws {InputError} If a part is not ended, or a condition can not be read.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const text = "//#if KIND == 1\nf();\n//#end\n//#if KIND == 2\ng();\n//#end";
 * assert.equal(cutText(text, { KIND: 2 }).trim(), "g();");
 * ```
 */
export function cutText(text: string, constants: OverrideConstants): string {
  if (!text.includes("//#")) return text;
  let isIn = false, isKept = true;
  const lines = text.split("\n").map((line) => {
    const condition = BEGIN.exec(line)?.[1];
    const isEnd = END.test(line);
    if (condition === undefined && !isEnd) return isKept ? line : "";
    if (isIn !== isEnd) {
      throw new InputError(`parts of a kernel begin and end in turns, not so: ${line.trim()}`);
    }
    isIn = !isEnd;
    isKept = isEnd || condition!.split(" && ").every((each) => holds(each, constants));
    return "";
  });
  if (isIn) throw new InputError("the last part of a kernel has no end: add the line //#end");
  return lines.join("\n");
}

function holds(condition: string, constants: OverrideConstants): boolean {
  const [, name, operator, number] = CONDITION.exec(condition.trim()) ?? [];
  if (name === undefined) {
    throw new InputError(
      `condition of a part of a kernel: give NAME == NUMBER or NAME > NUMBER, not ${condition}`,
    );
  }
  if (!Object.hasOwn(constants, name)) return true;
  const value = Number(constants[name]);
  return operator === "==" ? value === Number(number) : value > Number(number);
}
