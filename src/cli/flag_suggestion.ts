/**
 * Suggestions for flags that do not exist.
 *
 * @module
 */
import { closest } from "../check.ts";

/**
 * Flags by names that other programs give them. A list holds names that may be in a program's
 * table, the likeliest first. They are suggested and never accepted.
 */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  "lr": ["learning-rate", "learning-rates"],
  "wd": ["weight-decay", "weight-decays"],
  "decay": ["weight-decay", "weight-decays"],
  "eps": ["epsilons"],
  "threshold": ["epsilons"],
  "thresholds": ["epsilons"],
  "bs": ["batch", "batch-sizes"],
  "batch-size": ["batch", "batch-sizes"],
  "opt": ["optimizer"],
  "act": ["activation", "activations"],
  "hidden": ["layers"],
  "widths": ["layers"],
  "iterations": ["steps"],
  "iters": ["steps"],
  "updates": ["steps"],
  "epochs": ["steps"],
  "runs": ["replicas"],
  "networks": ["replicas"],
  "dataset": ["task", "data"],
  "output": ["out"],
  "output-dir": ["out"],
  "dir": ["out"],
  "gpu": ["adapter"],
  "device": ["adapter"],
  "silent": ["quiet"],
  "verbose": ["debug"],
  "dtype": ["precision"],
};

/**
 * Finds the flag that was probably meant.
 *
 * @param name What was given, without dashes.
 * @param known Names of the flags there are.
 * @returns Name of a flag; `undefined` if none is likely.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { suggestFlag } from "./flag_suggestion.ts";
 *
 * const known = ["learning-rate", "epsilons", "steps"];
 * assert.equal(suggestFlag("lr", known), "learning-rate");
 * assert.equal(suggestFlag("epsilon", known), "epsilons");
 * assert.equal(suggestFlag("xyz", known), undefined);
 * ```
 */
export function suggestFlag(name: string, known: readonly string[]): string | undefined {
  const aliases = Object.hasOwn(ALIASES, name) ? ALIASES[name] : [];
  return aliases.find((alias) => known.includes(alias)) ?? closest(name, known);
}
