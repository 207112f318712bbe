/**
 * Tasks of fitting a function that is typed in.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { quoted } from "../format.ts";
import { parseFormula } from "./formula.ts";
import { functionTask } from "./function_task.ts";
import type { SampleOptions } from "./options.ts";
import type { RegressionTask } from "./task.ts";

/** Default number of samples, by the number of inputs. */
const SAMPLES = [256, 1024, 2048];

const NUMBER = String.raw`[-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`;
const SYNTAX = new RegExp(
  String
    .raw`^\s*f\s*\(([^()]*)\)\s*=(.*?)(?:\s+on\s*\[\s*(${NUMBER})\s*,\s*(${NUMBER})\s*\]\s*(?:\^\s*\d+)?)?\s*$`,
  "u",
);

/**
 * Tells whether the name of a task is a formula.
 *
 * @param name The name.
 * @returns Whether it begins with `f(`.
 */
export function isFormula(name: string): boolean {
  return /^\s*f\s*\(/.test(name);
}

/**
 * Makes the task of fitting a formula, as {@linkcode functionTask} does: `f(x) = cos(3 pi x)`, with
 * up to three variables, on [−1, 1] or the interval that follows: `f(x, y) = x y on [0, 1]`.
 *
 * @param text The formula, see {@linkcode parseFormula}. It is the name of the task.
 * @param options Number of samples, and seed.
 * @returns The task.
 * @throws {InputError} If it is no formula, or is not finite at a sample.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { formulaTask } from "./formula_task.ts";
 *
 * const task = formulaTask("f(x) = 2|x| on [-3, 3]", { samples: 3 });
 * assert.deepEqual([...task.train.y], [6, 0, 6]);
 * ```
 */
export function formulaTask(text: string, options: SampleOptions = {}): RegressionTask {
  const [, names, formula, low, high] = SYNTAX.exec(text) ?? [];
  if (formula === undefined) {
    throw new InputError(
      `task ${
        quoted(text)
      } is no formula: give one as "f(x) = cos(3 pi x)", and its interval as "on [-1, 1]"`,
    );
  }
  const variables = names.split(",").map((name) => name.trim());
  const isName = (name: string) => /^\p{L}[\p{L}\p{N}_]*$/u.test(name);
  if (
    !variables.every(isName) || variables.length > SAMPLES.length ||
    new Set(variables).size < variables.length
  ) {
    throw new InputError(
      `task ${quoted(text)}: the variables are ${
        quoted(names)
      }: give one to ${SAMPLES.length} names, as f(x, y)`,
    );
  }
  const [a, b] = low === undefined ? [-1, 1] : [low, high].map((end) => Number(end.replace("−", "-")));
  // Ends and their difference must be finite in single precision.
  if (!(a < b) || !Number.isFinite(Math.fround(2 * a)) || !Number.isFinite(Math.fround(2 * b))) {
    throw new InputError(`task ${quoted(text)}: the interval [${a}, ${b}] is empty: give it as [-1, 1]`);
  }
  const power = ["", "²", "³"][variables.length - 1];
  return functionTask({
    name: text.trim(),
    description: `${
      variables.length > 1 ? `f(${variables.join(", ")}) = ` : ""
    }${formula.trim()} on [${a}, ${b}]${power}`
      .replaceAll("-", "−"),
    inputs: variables.length,
    domain: [a, b],
    f: parseFormula(formula, variables),
    samples: SAMPLES[variables.length - 1],
    defaults: { batch: null },
  }, options);
}
