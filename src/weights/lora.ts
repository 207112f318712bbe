/**
 * Pairs of factors that stand for a matrix B A, as LoRA trains them.
 *
 * Source: E. J. Hu et al., "LoRA: low-rank adaptation of large language models", ICLR 2022.
 *
 * @module
 */
import { type ArrayInfo, type ArrayPlan, arrayPlan, type MatrixPlan } from "./matrix_plan.ts";

/** `layer.lora_A.weight`, `layer.lora_B.default.weight`, `layer.lora_down.weight`. */
const FACTOR = /^(.*)[._]lora_(a|b|down|up)(?=[._]|$)(.*)$/i;

/** Products by the array in whose place they stand, and all arrays that are factors of one. */
export interface PairedFactors {
  readonly products: ReadonlyMap<ArrayInfo, MatrixPlan>;
  readonly factors: ReadonlySet<ArrayInfo>;
}

/**
 * Pairs the factors of LoRA. A is r × in and B is out × r, or the other way round as in JAX; those
 * of a convolution are unfolded, where the second one has a kernel of one point. Arrays that do not
 * fit together stay matrices of their own.
 *
 * @param arrays Arrays that are asked for.
 * @param all All arrays of the model, among which a number `alpha` may be.
 * @returns The products.
 */
export function pairFactors(arrays: readonly ArrayInfo[], all: readonly ArrayInfo[]): PairedFactors {
  const found = new Map<string, { a?: ArrayInfo; b?: ArrayInfo; name: string }>();
  for (const array of arrays) {
    const [, layer, role, rest] = FACTOR.exec(array.name) ?? [];
    if (role === undefined) continue;
    const key = `${layer}\n${rest}`, pair = found.get(key) ?? { name: layer };
    pair[/^(?:a|down)$/i.test(role) ? "a" : "b"] = array;
    found.set(key, pair);
  }
  const products = new Map<ArrayInfo, MatrixPlan>(), factors = new Set<ArrayInfo>();
  for (const { a, b, name } of found.values()) {
    if (!a || !b) continue;
    const left = unfolded(b), right = unfolded(a);
    if (!left || !right) continue;
    const isPlain = left.columns === right.rows;
    if (!isPlain && right.columns !== left.rows) continue;
    const [tall, wide] = isPlain ? [left, right] : [right, left];
    const alpha = all.find((each) => each.name === `${name}.alpha`)?.value ?? null;
    factors.add(a).add(b);
    products.set(arrays.find((each) => each === a || each === b)!, {
      name,
      part: "B·A",
      kind: "lora",
      rows: tall.rows,
      columns: wide.columns,
      arrays: [tall, wide],
      scale: alpha === null ? null : alpha / tall.columns,
    });
  }
  return { products, factors };
}

/** A factor as a matrix, whose rows are its first axis. */
function unfolded(array: ArrayInfo): ArrayPlan | null {
  const { shape, dtype } = array;
  if (shape.length < 2 || shape.includes(0) || !/^(?:f|bf)/.test(dtype)) return null;
  return arrayPlan(array, shape.map((_, axis) => axis).slice(1));
}
