/**
 * Checks that a rank method can do what it is asked for.
 *
 * @module
 */
import { checkName } from "../../check.ts";
import { InputError, ShapeError } from "../../errors.ts";
import { isWide, type Shape, tallShape } from "../../linalg/matrix_source.ts";
import { type MethodPrecision, type RankMethodName, rankMethods } from "./rank_methods.ts";

/**
 * Checks that a method has an arithmetic.
 *
 * @param name Name of the method.
 * @param precision Any value.
 * @throws {InputError} If it has not.
 */
export function checkMethodPrecision(name: RankMethodName, precision: unknown): void {
  const known = Object.keys(rankMethods[name].mostColumns);
  if (known.includes(precision as string)) return;
  const others = Object.entries(rankMethods).filter(([, { mostColumns }]) =>
    String(precision) in mostColumns
  );
  if (others.length === 0) checkName("precision", precision, ["single", "double"]);
  throw new InputError(
    `${name} has no ${precision} precision: give ${known.join(" or ")}, or one of the methods ${
      others.map(([other]) => other).join(", ")
    }`,
  );
}

/**
 * Gets the arithmetic in which precision `auto` begins.
 *
 * @param name Name of the method.
 * @returns The lowest that it has.
 */
export function lowestPrecision(name: RankMethodName): MethodPrecision {
  return "single" in rankMethods[name].mostColumns ? "single" : "double";
}

/**
 * Checks that a method takes as many columns, or of a wide matrix as many rows.
 *
 * @param name Name of the method.
 * @param precision Its arithmetic.
 * @param shape Shape of the features.
 * @throws {ShapeError} If it does not.
 */
export function checkMostColumns(
  name: RankMethodName,
  precision: MethodPrecision,
  shape: Shape,
): void {
  const limits: Readonly<Partial<Record<MethodPrecision, number>>> = rankMethods[name].mostColumns;
  const most = limits[precision] ?? 0;
  const { columns } = tallShape(shape);
  if (columns <= most) return;
  const side = isWide(shape) ? "samples of more columns" : "columns";
  throw new ShapeError(
    `${name} in ${precision} precision takes at most ${most} ${side}, not ${columns}: use another method`,
  );
}
