/**
 * Steps and layers in the names of files.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { shown } from "../format.ts";

/** What a name says. */
export interface NamedStep {
  /** Step of the training; `null` if the name has none. */
  readonly step: number | null;
  /** Name of the layer; empty if the name has none. */
  readonly layer: string;
}

/** A file, or an array in it. */
export interface Named {
  /** Path of the file. */
  readonly file: string;
  /** Name of the array in it; `null` in a `.npy` file. */
  readonly tensor: string | null;
}

/** Words that a step follows. */
const KEYWORD = /(?:global[-_. ]?step|step|epoch|iteration|iter|checkpoint|ckpt)s?[-_.= ]?(\d+)/gi;

/** Endings of files that are no part of a name. */
const ENDING = /\.(?:npy|npz|safetensors)$/i;

/** Name of the only layer of files that name none. */
const ONLY_LAYER = "features";

/** The names of both as one text, without the ending of the file. */
const textOf = ({ file, tensor }: Named) => file.replace(ENDING, "") + (tensor === null ? "" : `/${tensor}`);

/** Reads a step. */
function stepOf(digits: string, name: string): number {
  const step = Number(digits);
  if (Number.isSafeInteger(step)) return step;
  throw new InputError(`${shown(name)}: ${shown(digits)} is too large for a step; give one below 2^53`);
}

/**
 * Finds the step that a name has behind a word such as `step`, `epoch`, `iter` or `ckpt`: the last
 * of several.
 *
 * @param name The name.
 * @returns The step and where it stands, word included; `null` without one.
 * @throws {InputError} If it is too large.
 */
export function findStep(
  name: string,
): { readonly step: number; readonly from: number; readonly to: number } | null {
  const found = [...name.matchAll(KEYWORD)].at(-1);
  if (!found) return null;
  return { step: stepOf(found[1], name), from: found.index, to: found.index + found[0].length };
}

/**
 * Finds the step in a name by itself, without others to compare it with.
 *
 * @param name Name of a file.
 * @param pattern Pattern, see {@linkcode namedSteps}; `null` for the number behind a word such as
 * `step`, or else the last one.
 * @returns The step; `null` without one.
 * @throws {InputError} If it is too large, or the pattern is none.
 */
export function stepOfName(name: string, pattern: string | null): number | null {
  if (pattern === null) {
    const digits = name.replace(ENDING, "").match(/\d+(?!.*\d)/)?.[0];
    return findStep(name)?.step ?? (digits === undefined ? null : stepOf(digits, name));
  }
  const fits = compile(pattern), found = fits.exec(name) ?? fits.exec(name.replace(ENDING, ""));
  return found ? stepOf(found.groups!.step, name) : null;
}

/** Compiles a pattern with `{step}`, `{layer}` and `*`. */
function compile(pattern: string): RegExp {
  const parts = pattern.split(/(\{step\}|\{layer\}|\*+)/);
  const count = (part: string) => parts.filter((each) => each === part).length;
  const [steps, layers] = [count("{step}"), count("{layer}")];
  if (steps !== 1 || layers > 1) {
    throw new InputError(
      `the pattern ${shown(pattern)} has {step} ${steps} times and {layer} ${layers} times; ` +
        "give {step} once and {layer} at most once, as in 'ckpt/{step}/{layer}.npy'",
    );
  }
  const source = parts.map((part, i) => {
    if (part === "{step}") return "(?<step>\\d+)";
    if (part === "{layer}") return parts.slice(i + 1).join("") === "" ? "(?<layer>.+)" : "(?<layer>[^/]+)";
    return part.startsWith("*") ? "[^/]*" : part.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  }).join("");
  return new RegExp(`(?:^|/)${source}$`, "u");
}

function byPattern(names: readonly Named[], pattern: string): NamedStep[] {
  const fits = compile(pattern);
  return names.map((name) => {
    const { file, tensor } = name, whole = tensor === null ? file : `${file}/${tensor}`;
    const inFile = fits.exec(file) ?? fits.exec(file.replace(ENDING, ""));
    // A pattern that fits the file alone leaves the array to name the layer.
    const found = fits.exec(whole) ?? fits.exec(textOf(name)) ?? inFile;
    if (!found) {
      throw new InputError(
        `${shown(whole)}: does not fit the pattern ${shown(pattern)}; change it with --pattern`,
      );
    }
    const { step, layer } = found.groups as { step: string; layer?: string };
    const own = found === inFile ? tensor : null;
    return { step: stepOf(step, whole), layer: [layer, own].filter((each) => each).join("/") };
  });
}

/** The rest of a name as its parts, without what stands between them and the step. */
const partsOf = (text: string) =>
  text.split("/").map((part) =>
    part.replaceAll(/([-_.= ])[-_.= ]+/g, "$1").replaceAll(/^[-_.= ]+|[-_.= ]+$/g, "")
  )
    .filter((part) => part !== "");

/** Takes off the parts with which all names begin; at least one part stays. */
function withoutCommon(all: readonly (readonly string[])[]): string[] {
  let common = all.reduce((least, { length }) => Math.min(least, length - 1), Infinity);
  for (let at = 0; at < common; at++) {
    if (all.some((parts) => parts[at] !== all[0][at])) common = at;
  }
  return all.map((parts) => parts.slice(Math.max(0, common)).join("/"));
}

/** Finds the only number in which texts differ; `null` if there is none, or more than one. */
function onlyNumber(texts: readonly string[]): { from: number; digits: string }[] | null {
  const numbers = texts.map((text) =>
    [...text.matchAll(/\d+/g)].map(({ 0: digits, index }) => ({ digits, from: index }))
  );
  const [first] = numbers;
  if (numbers.some(({ length }) => length !== first.length)) return null;
  const differing = first.map((_, k) => k).filter((k) =>
    texts.length === 1 || numbers.some((each) => each[k].digits !== first[k].digits)
  );
  return differing.length === 1 ? numbers.map((each) => each[differing[0]]) : null;
}

/**
 * Finds steps and layers in names. Without a pattern the step is the last number behind `step`,
 * `epoch`, `iter`, `ckpt`, `checkpoint` or `global_step`, or else the only number in which the
 * paths of the files differ. The layer is the rest, without the folders that all have in common.
 *
 * @param names Names of arrays.
 * @param pattern The end of a path, in which `{step}` stands for the step, `{layer}` for the layer
 * and `*` for any characters; none of them for a slash, but for a layer at the end. Default: none.
 * @returns What the names say, in their order. A step is `null` if it is not in the name.
 * @throws {InputError} If a name does not fit the pattern, or a step is too large.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { namedSteps } from "./step_names.ts";
 *
 * const npy = (file: string) => ({ file, tensor: null });
 * const files = ["ckpt/step_9/conv.npy", "ckpt/step_10/conv.npy"].map(npy);
 * assert.deepEqual(namedSteps(files), [{ step: 9, layer: "conv" }, { step: 10, layer: "conv" }]);
 * const named = [npy("run/a-5-b.npy")];
 * assert.deepEqual(namedSteps(named, "a-{step}-{layer}.npy"), [{ step: 5, layer: "b" }]);
 * ```
 */
export function namedSteps(names: readonly Named[], pattern: string | null = null): NamedStep[] {
  if (names.length === 0) return [];
  if (pattern !== null) return byPattern(names, pattern);
  const texts = names.map(textOf), found = texts.map(findStep);
  const layersOf = (parts: string[][]) =>
    withoutCommon(parts.map((each) => each.length === 0 ? [ONLY_LAYER] : each));
  if (found.every((each) => each !== null)) {
    const layers = layersOf(texts.map((text, i) => cutAround(text, found[i]!)));
    return found.map((each, i) => ({ step: each!.step, layer: layers[i] }));
  }
  const files = [...new Set(names.map(({ file }) => file))].map((file) => file.replace(ENDING, ""));
  const numbers = onlyNumber(files);
  // Where the step is in the file, names of files say nothing of layers.
  if (!numbers) return names.map(({ tensor }) => ({ step: null, layer: tensor ?? ONLY_LAYER }));
  const places = new Map(files.map((file, i) => [file, numbers[i]]));
  const own = names.map(({ file }) => places.get(file.replace(ENDING, ""))!);
  const layers = layersOf(
    texts.map((text, i) => cutAround(text, { from: own[i].from, to: own[i].from + own[i].digits.length })),
  );
  return own.map(({ digits }, i) => ({ step: stepOf(digits, texts[i]), layer: layers[i] }));
}

/** The parts of a name around its step, which do not become one folder more. */
function cutAround(text: string, { from, to }: { readonly from: number; readonly to: number }): string[] {
  return partsOf(text.slice(0, from) + text.slice(to));
}
