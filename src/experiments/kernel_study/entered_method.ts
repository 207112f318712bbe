/**
 * A rank method of a module that the study was given: its form, and checks of what it returns.
 *
 * @module
 */
import { InputError, ShapeError } from "../../errors.ts";
import { quoted } from "../../format.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { CountMethod, MethodPrecision, SpectrumMethod } from "../../rank/methods/rank_methods.ts";
import type { Work } from "./flops.ts";

/**
 * A rank method that a module enters into the study: one of the form of the registry `rankMethods`.
 * A method that proves nothing counts in [0, n], or gives bounds of `Infinity`.
 */
export type EnteredMethod = (CountMethod | Omit<SpectrumMethod, "takesTiles">) & {
  /** Operations per matrix, for the share of the peak. Default: not known. */
  readonly flops?: (work: Work) => number;
  /**
   * Whether what it returns is proven. The intervals and bounds of one that says `false` are not
   * looked at. Default: true.
   */
  readonly certified?: boolean;
  /**
   * Time of the last call by the method's own clock, in milliseconds: for one that computes in
   * another process, where the way there is not to count. Default: the time of the call.
   */
  readonly ownMilliseconds?: () => number;
};

/** The form in one line, for errors. */
const FORM =
  'give { help, yields: "count", mostColumns: { single: 128 }, count }, or "spectrum" and solve, ' +
  "as examples/own_rank_kernel.ts does";

/**
 * Checks that a module exports a method.
 *
 * @param module What the module exports.
 * @returns The method.
 * @throws {InputError} If its default export is no method. The message leaves the module unnamed.
 */
export function enteredMethod(module: unknown): EnteredMethod {
  const refuse = (what: string) => new InputError(`${what}; ${FORM}`);
  const { default: method } = module as { default?: Partial<Record<string, unknown>> | null };
  if (typeof method !== "object" || method === null) throw refuse("has no default export that is a method");
  const { help, yields, mostColumns, flops, certified, ownMilliseconds } = method;
  if (yields !== "count" && yields !== "spectrum") throw refuse(`yields ${quoted(String(yields))}`);
  const action = yields === "count" ? "count" : "solve";
  if (typeof method[action] !== "function") throw refuse(`has no function ${action}`);
  if (typeof help !== "string") throw refuse("has no text help");
  if (flops !== undefined && typeof flops !== "function") throw refuse("has flops that are no function");
  if (certified !== undefined && typeof certified !== "boolean") {
    throw refuse("has certified that is no boolean");
  }
  if (ownMilliseconds !== undefined && typeof ownMilliseconds !== "function") {
    throw refuse("has ownMilliseconds that is no function");
  }
  const limits = typeof mostColumns === "object" && mostColumns !== null ? Object.entries(mostColumns) : [];
  const isRight = ([precision, most]: [string, unknown]) =>
    (precision === "single" || precision === "double") && typeof most === "number" && most >= 1;
  if (limits.length === 0 || !limits.every(isRight)) {
    throw refuse("has no mostColumns with the most columns in single or double precision");
  }
  return method as unknown as EnteredMethod;
}

/** What is wrong with the results of a method, found while it is judged. */
const wrongly = (what: string) => new Error(`returned ${what}`);

/** Refuses matrices of more columns than the method takes, as the toolkit's own methods do. */
function checkOrder(method: EnteredMethod, precision: MethodPrecision, order: number): void {
  const most = method.mostColumns[precision]!;
  if (order > most) throw new ShapeError(`takes at most ${most} columns, not ${order}`);
}

/**
 * Checks everything that a method that counts returns.
 *
 * @param method The method.
 * @returns The same method. Its function throws an error that says what is wrong with a result.
 */
export function checkedCount(method: EnteredMethod & CountMethod): CountMethod {
  return {
    ...method,
    async count(gpu, matrices, options) {
      const order = Math.sqrt(matrices[0].length), { epsilons } = options;
      checkOrder(method, options.precision, order);
      const found: unknown = await method.count(gpu, matrices, options);
      const all = listed(found, matrices.length, "matrices");
      return all.map((each, i) =>
        listed(each, epsilons[i].length, "thresholds").map((interval) => {
          const { count, low, high } = Object(interval);
          const isRight = [count, low, high].every(Number.isInteger) && 0 <= low && low <= count &&
            count <= high && high <= order;
          if (isRight) return { count, low, high };
          throw wrongly(
            `count ${count} in [${low}, ${high}]: whole numbers 0 ≤ low ≤ count ≤ high ≤ ${order}`,
          );
        })
      );
    },
  };
}

/**
 * Checks everything that a method that solves returns.
 *
 * @param method The method.
 * @returns The same method. Its function throws an error that says what is wrong with a result.
 */
export function checkedSolve(method: EnteredMethod & { readonly yields: "spectrum" }): SpectrumMethod {
  return {
    ...method,
    takesTiles: false,
    async solve(gpu: Gpu, features, options) {
      const precision = options.precision as MethodPrecision, [{ rows, columns }] = features;
      const order = Math.min(rows, columns);
      checkOrder(method, precision, order);
      const found: unknown = await method.solve(gpu, features, options);
      return listed(found, features.length, "matrices").map((each) => {
        const { eigenvalues, bounds } = Object(each);
        const values = Float64Array.from(listed(eigenvalues, order, "eigenvalues") as number[]);
        const errors = Float64Array.from(listed(bounds, order, "bounds") as number[]);
        const wrong = values.find((value, i) => !Number.isFinite(value) || i > 0 && value > values[i - 1]);
        if (wrong !== undefined) throw wrongly(`the eigenvalue ${wrong}: finite ones, in descending order`);
        const bad = errors.find((bound) => !(bound >= 0));
        if (bad !== undefined) throw wrongly(`the bound ${bad}: 0 or more`);
        return { eigenvalues: values, bounds: errors, precision };
      });
    },
  };
}

/** Takes a list of a length. */
function listed(value: unknown, length: number, what: string): unknown[] {
  const isList = Array.isArray(value) || ArrayBuffer.isView(value) && "length" in value;
  if (!isList) throw wrongly(`no list of ${length} ${what}`);
  const all = Array.from(value as ArrayLike<unknown>);
  if (all.length !== length) throw wrongly(`${all.length} ${what} instead of ${length}`);
  return all;
}
