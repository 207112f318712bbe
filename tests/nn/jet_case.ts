/**
 * Random layers on jets for the tests of their kernels.
 *
 * @module
 */
import type { Gpu } from "../../src/gpu/device.ts";
import type { MatrixView } from "../../src/linalg/matrix_view.ts";
import type { JetOrder } from "../../src/nn/jets/directions.ts";
import { jetComponents } from "../../src/nn/jets/jets.ts";
import { fc } from "../deps.ts";
import { exactJet, type Jet } from "../reference/jets.ts";
import type { ReferenceCondition } from "../reference/residual.ts";
import { randomFloats } from "../support/arrays.ts";
import { type DenseCase, denseCases, drawMatrix } from "../support/dense_case.ts";

/** Shape of a layer, of the samples that it is evaluated on, and of their jets. */
export interface JetCase extends DenseCase {
  /** Directions of derivatives. */
  readonly axes: number;
  /** Highest order of derivatives. */
  readonly order: JetOrder;
}

/** Shapes at and around the edges of vectors and tiles, and others. */
export const jetCases: fc.Arbitrary<JetCase> = fc.tuple(
  denseCases,
  fc.constantFrom(1, 3, 8, 37, 50),
  fc.constantFrom(1, 2, 3),
  fc.constantFrom<JetOrder>(2, 3),
).map(([shape, rows, axes, order]) => ({ ...shape, rows, axes, order }));

/**
 * Draws the jets of matrices `rows × columns`, one for each replica or one for all.
 *
 * @param gpu Device.
 * @param shape Rows, axes, replicas.
 * @param columns Number of columns.
 * @param shared Whether there is one for all.
 * @param seed Seed.
 * @param stack Owner.
 * @returns The jets of each replica, row by row, and the matrices on the GPU.
 */
export function drawJets(
  gpu: Gpu,
  shape: JetCase,
  columns: number,
  shared: boolean,
  seed: number,
  stack: DisposableStack,
): { jets: Jet[][][]; view: MatrixView } {
  const { rows, axes, order } = shape;
  const all = jetComponents(axes, order) * rows;
  const { entries, view } = drawMatrix(gpu, { ...shape, rows: all }, columns, shared, seed, stack);
  const jets = entries.map((matrix) =>
    Array.from({ length: rows }, (_, k) =>
      Array.from({ length: columns }, (_, j) => {
        const entry = (component: number) => matrix[(component * rows + k) * columns + j];
        const along = (first: number) => Array.from({ length: axes }, (_, axis) => entry(first + axis));
        return exactJet(entry(0), along(1), along(1 + axes), [], order > 2 ? along(1 + 2 * axes) : []);
      }))
  );
  return { jets, view };
}

/**
 * The rows of a component-major matrix in the order of the kernels: those of the values, then those
 * of each derivative.
 *
 * @param rows Numbers of each sample, neuron and component.
 * @returns The same, component by component, then sample by sample, then neuron by neuron.
 */
export function byComponent<T>(rows: readonly (readonly (readonly T[])[])[]): T[] {
  return rows[0][0].flatMap((_, c) => rows.flatMap((row) => row.map((each) => each[c])));
}

/**
 * Draws conditions, some of whose coefficients are 0.
 *
 * @param counts Number of samples of each.
 * @param axes Dimension of the input.
 * @param seed Seed.
 * @param more Whether there are mixed and third derivatives. Default: neither.
 * @returns The conditions.
 */
export function drawConditions(
  counts: readonly number[],
  axes: number,
  seed: number,
  more: { readonly mixed?: boolean; readonly third?: boolean } = {},
): ReferenceCondition[] {
  const floats = randomFloats(seed);
  const coefficients = (length: number) =>
    [...floats(length, -3, 3)].map((each) => Math.abs(each) < 1 ? 0 : each);
  return counts.map((count) => {
    const [value, cube, advection] = coefficients(3);
    return {
      count,
      operator: {
        value,
        cube,
        advection,
        first: coefficients(axes),
        second: coefficients(axes),
        ...more.mixed && { mixed: coefficients(axes * (axes - 1) / 2) },
        ...more.third && { third: coefficients(axes) },
      },
    };
  });
}
