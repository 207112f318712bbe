/**
 * The matrices of a model: which of its arrays are matrices, and how the others become some.
 *
 * @module
 */
import { basename } from "node:path";
import { InputError } from "../errors.ts";
import { shown } from "../format.ts";
import { openArrays } from "../io/array_file.ts";
import { glob } from "../io/choose_array.ts";
import type { ModelFiles } from "./find_models.ts";
import { pairFactors } from "./lora.ts";
import { type ArrayInfo, type ArrayPlan, arrayPlan, type MatrixPlan } from "./matrix_plan.ts";
import { ruleFor, splitMatrix, type SplitRule } from "./split.ts";

/**
 * Order of the axes of convolutions: out, in, kernel as in PyTorch; or kernel, in, out as in JAX.
 */
export type Channels = "first" | "last";

/** Which matrices to find. */
export interface FindMatricesOptions {
  /** Name of the arrays, or a pattern. Default: all. */
  readonly tensor?: string;
  /** Rules of splitting. */
  readonly splits: readonly SplitRule[];
  /** Order of the axes of convolutions. */
  readonly channels: Channels;
}

/** Matrices of a model, and how many of its arrays are none. */
export interface FoundMatrices {
  /** The matrices, in the order of the files. */
  readonly matrices: readonly MatrixPlan[];
  /** Names of arrays of one axis or of one entry, such as biases. */
  readonly vectors: readonly string[];
  /** Names of arrays of whole numbers or truth values. */
  readonly integers: readonly string[];
  /** Rules that no array fits. */
  readonly unused: readonly SplitRule[];
}

/** Types of entries that are no weights. */
const INTEGER = /^(?:bool|[iu]\d+)$/;

/**
 * Finds the matrices of a model. The arrays are opened and closed again.
 *
 * @param model Its files.
 * @param options Which arrays, and how they are split and unfolded.
 * @returns The matrices, and names of arrays that are none.
 * @throws {InputError} If a file cannot be read, no array has the name, or a rule does not fit.
 */
export async function findMatrices(
  model: ModelFiles,
  { tensor, splits, channels }: FindMatricesOptions,
): Promise<FoundMatrices> {
  const all: ArrayInfo[] = [];
  for (const file of model.files) {
    for (const array of await arraysOf(file)) all.push(array);
  }
  const fits = tensor === undefined ? null : glob(tensor);
  const chosen = fits ? all.filter(({ name }) => name === tensor || fits.test(name)) : all;
  if (chosen.length === 0) {
    throw new InputError(`${shown(model.path)}: holds no array ${shown(tensor ?? "")}; change --tensor`);
  }
  const matrices: MatrixPlan[] = [], vectors: string[] = [], integers: string[] = [];
  const used = new Set<SplitRule>(), { products, factors } = pairFactors(chosen, all);
  for (const array of chosen) {
    const product = products.get(array), rule = ruleFor(splits, array.name);
    if (rule) used.add(rule);
    if (product) matrices.push(product);
    else if (factors.has(array)) continue;
    else if (INTEGER.test(array.dtype)) integers.push(array.name);
    else {
      const found = matricesOf(array, rule, channels);
      for (const matrix of found) matrices.push(matrix);
      if (found.length === 0) vectors.push(array.name);
    }
  }
  return { matrices, vectors, integers, unused: splits.filter((rule) => !used.has(rule)) };
}

async function arraysOf(path: string): Promise<ArrayInfo[]> {
  using stack = new DisposableStack();
  return (await openArrays(path)).map((array): ArrayInfo => {
    stack.use(array);
    const { file, name: tensor, dtype, shape } = array;
    const isNumber = shape.every((size) => size === 1) && !INTEGER.test(dtype);
    const value = isNumber ? array.read(0, 1)[0] : null;
    return { file, tensor, name: tensor ?? basename(file), dtype, shape: [...shape], value };
  });
}

/** The matrices of one array; none for vectors, numbers and arrays without entries. */
function matricesOf(array: ArrayInfo, rule: SplitRule | undefined, channels: Channels): MatrixPlan[] {
  const { shape, name } = array;
  const long = shape.map((_, axis) => axis).filter((axis) => shape[axis] !== 1);
  if (shape.length < 2 || shape.includes(0) || long.length === 0) return [];
  if (rule?.cuts.length === 0) return slicesOf(array, rule);
  // Axes of length 1 are none: [1, 197, 768], and convolutions of one point.
  const axes = shape.length === 2 ? [0, 1] : long.length === 2 ? long : null;
  if (axes) {
    const plan = arrayPlan(array, [axes[1]]);
    if (!rule) return [planOf(array, "", plan)];
    return splitMatrix(rule, plan, name).map(({ name: part, row, column, rows, columns }) =>
      planOf(array, part, { ...plan, start: [row, column], rows, columns })
    );
  }
  if (rule) throw new InputError(`--split ${rule.text}: ${shown(name)} has no two axes; only =each fits it`);
  if (long.length < 2) return [];
  const last = shape.length - 1, [out, inner] = channels === "first" ? [0, 1] : [last, last - 1];
  return [["out × in·k", out], ["in × out·k", inner]].flatMap(([part, row]) => {
    const plan = arrayPlan(array, shape.map((_, axis) => axis).filter((axis) => axis !== row));
    return plan.rows === 1 ? [] : [{ ...planOf(array, part as string, plan), kind: "convolution" as const }];
  });
}

/** The slices of an array of three axes, such as the experts of a layer. */
function slicesOf(array: ArrayInfo, rule: SplitRule): MatrixPlan[] {
  const { shape, name } = array;
  if (shape.length !== 3) {
    throw new InputError(`--split ${rule.text}: ${shown(name)} has ${shape.length} axes; =each takes three`);
  }
  const plan = arrayPlan(array, [2]);
  return Array.from(
    { length: shape[0] },
    (_, i) => planOf(array, `part ${i}`, { ...plan, start: [i * shape[1], 0], rows: shape[1] }),
  );
}

function planOf({ name }: ArrayInfo, part: string, plan: ArrayPlan): MatrixPlan {
  const { rows, columns } = plan;
  return { name, part, kind: "matrix", rows, columns, arrays: [plan], scale: null };
}
