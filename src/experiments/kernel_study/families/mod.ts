/**
 * The registry of families of feature matrices whose ranks are hard to count.
 *
 * @module
 */
import { checkName } from "../../../check.ts";
import { InputError } from "../../../errors.ts";
import { commonFamilies } from "./common.ts";
import type { Families, FamilyMatrix } from "./family.ts";
import { galleryFamilies } from "./gallery.ts";
import { inverseFamilies } from "./inverse_problems.ts";
import { bidiagonalFamilies, symmetricFamilies } from "./lapack.ts";
import { trainingFamilies } from "./training.ts";

export type { FamilyMatrix, FloatFormat } from "./family.ts";

/**
 * Groups of families by name. `common`: those of the default study. `training`: features of
 * networks at several steps. `symmetric` and `bidiagonal`: LAPACK's types. `gallery`: matrices of
 * the galleries. `inverse`: integral equations of the first kind.
 */
export const familyGroups: Readonly<Record<string, Families>> = {
  common: commonFamilies,
  training: trainingFamilies,
  symmetric: symmetricFamilies,
  bidiagonal: bidiagonalFamilies,
  gallery: galleryFamilies,
  inverse: inverseFamilies,
};

/** All families by name. */
export const families: Families = Object.assign({}, ...Object.values(familyGroups));

/** Names of all families, in the order of figures and tables. */
export const familyNames: readonly string[] = Object.keys(families);

/** Names of the families that need no training. */
export const generatedNames: readonly string[] = familyNames.filter((name) => families[name].make !== null);

/**
 * Lists the steps at which networks of families are looked at.
 *
 * @param names Names of families.
 * @returns The steps, ascending, each once.
 */
export function trainedSteps(names: readonly string[]): number[] {
  const steps = names.flatMap((name) => families[name].trained?.step ?? []);
  return [...new Set(steps)].sort((a, b) => a - b);
}

/**
 * Makes a matrix of a family.
 *
 * @param name Name of a family that needs no training.
 * @param matrix Shape, seed, and format (default: double).
 * @returns Features in double precision, row-major `rows × columns`; those meant for single
 * precision are not rounded to it.
 * @throws {InputError} If the name is unknown, or the features come from trained networks.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { generateFeatures } from "./mod.ts";
 *
 * const phi = generateFeatures("hilbert", { rows: 2, columns: 2, seed: 0 });
 * assert.deepEqual([...phi], [1, 1 / 2, 1 / 2, 1 / 3]);
 * ```
 */
export function generateFeatures(
  name: string,
  { format = "double", ...shape }: Omit<FamilyMatrix, "format"> & Partial<FamilyMatrix>,
): Float64Array {
  const { make } = families[checkName("family", name, familyNames)];
  if (!make) throw new InputError(`family "${name}" needs trained networks: give another one`);
  return make({ ...shape, format });
}

/**
 * Finds the families of a name.
 *
 * @param name Name of a family or of a group, or `all`.
 * @returns Names of families.
 * @throws {InputError} If there is none of that name.
 */
export function familiesOf(name: unknown): readonly string[] {
  if (familyNames.includes(name as string)) return [name as string];
  const { common, training, gallery, inverse } = familyGroups;
  // LAPACK's types, which are numbered, would only make the error longer.
  const named = [common, training, gallery, inverse].flatMap(Object.keys);
  const known = checkName("family", name, [...named, ...Object.keys(familyGroups), "all"]);
  return known === "all" ? familyNames : Object.keys(familyGroups[known]);
}
