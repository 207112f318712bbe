/**
 * Some of many.
 *
 * @module
 */

/**
 * Takes some of many, evenly spaced, the first and the last among them.
 *
 * @param values All of them.
 * @param most Most that are taken, at least two.
 * @returns Those, in their order.
 */
export function evenly<T>(values: readonly T[], most: number): readonly T[] {
  if (values.length <= most) return values;
  return Array.from({ length: most }, (_, i) => values[Math.round(i * (values.length - 1) / (most - 1))]);
}
