/**
 * Accuracy of the methods: ranks and eigenvalues of every family against those of float64.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { families, generateFeatures } from "./families/mod.ts";
import type { Answer, StudyMethod } from "./methods.ts";
import { type Reference, referenceSpectrum } from "./reference.ts";
import type { CountRow, EigenvalueRow } from "./rows.ts";
import type { TrainedNetworks } from "./trained.ts";
import type { Matrix } from "../../linalg/matrix.ts";

/** A matrix and its spectrum in float64. */
export interface Specimen {
  /** Family. */
  readonly family: string;
  /** Features in single precision. */
  readonly features: Matrix;
  /** Its spectrum. */
  readonly truth: Reference;
}

/**
 * Makes one matrix of a family in single precision.
 *
 * @param family Name of the family.
 * @param rows Samples m.
 * @param columns Features n.
 * @param seed Seed; for families of trained networks the index of the network.
 * @param networks Trained networks, for those families only.
 * @returns Features.
 */
export function featuresOf(
  family: string,
  rows: number,
  columns: number,
  seed: number,
  networks: TrainedNetworks | null,
): Matrix {
  const { trained } = families[family];
  const data = trained
    ? networks!.features(trained, seed, rows, columns)
    : generateFeatures(family, { rows, columns, seed, format: "single" });
  return { rows, columns, data: Float32Array.from(data) };
}

/**
 * Makes a matrix of each family, and its spectrum in float64.
 *
 * @param names Names of the families.
 * @param rows Samples m.
 * @param columns Features n.
 * @param seed Seed.
 * @param networks Trained networks, for families of them.
 * @returns The matrices.
 */
export async function specimens(
  names: readonly string[],
  rows: number,
  columns: number,
  seed: number,
  networks: TrainedNetworks | null,
): Promise<Specimen[]> {
  const all: Specimen[] = [];
  for (const family of names) {
    const features = featuresOf(family, rows, columns, seed, networks);
    const rank = families[family].mostRank?.(columns) ?? columns;
    all.push({ family, features, truth: await referenceSpectrum(features, rank) });
  }
  return all;
}

/**
 * Judges one method on matrices of one shape, solved as one batch.
 *
 * @param gpu Device.
 * @param method Method.
 * @param all The matrices.
 * @param shares Thresholds as shares of λ₁.
 * @returns A row for every rank and every eigenvalue.
 */
export async function judge(
  gpu: Gpu,
  method: StudyMethod,
  all: readonly Specimen[],
  shares: readonly number[],
): Promise<{ readonly counts: CountRow[]; readonly eigenvalues: EigenvalueRow[] }> {
  const answers = await method.solve(gpu, {
    features: all.map(({ features }) => features),
    shares,
    epsilons: all.map(({ truth }) => shares.map((share) => share * truth.eigenvalues[0])),
  });
  return {
    counts: answers.flatMap((answer, i) => countRows(method, all[i], answer, shares)),
    eigenvalues: answers.flatMap((answer, i) => eigenvalueRows(method, all[i], answer)),
  };
}

function countRows(
  { name, precision }: StudyMethod,
  { family, features: { rows, columns }, truth }: Specimen,
  { ranks }: Answer,
  shares: readonly number[],
): CountRow[] {
  return shares.map((share, k) => {
    const epsilon = share * truth.eigenvalues[0];
    const count = (sign: number) =>
      truth.eigenvalues.filter((value, i) => value + sign * truth.errors[i] > epsilon).length;
    const [truthLow, truthHigh] = [count(-1), count(1)];
    const { rank, low, high } = ranks[k];
    const error = rank < truthLow ? rank - truthLow : rank > truthHigh ? rank - truthHigh : 0;
    return {
      method: name,
      precision,
      family,
      columns,
      rows,
      share,
      rank,
      low,
      high,
      truthLow,
      truthHigh,
      error,
    };
  });
}

function eigenvalueRows(
  { name, precision }: StudyMethod,
  { family, features: { rows, columns }, truth }: Specimen,
  { eigenvalues, errors }: Answer,
): EigenvalueRow[] {
  if (!eigenvalues) return [];
  const largest = truth.eigenvalues[0] || 1;
  return truth.eigenvalues.map((value, i) => ({
    method: name,
    precision,
    family,
    columns,
    rows,
    index: i + 1,
    value: value / largest,
    computed: eigenvalues[i] / largest,
    error: Math.abs(eigenvalues[i] - value) / largest,
    bound: errors ? errors[i] / largest : null,
    referenceError: truth.errors[i] / largest,
  }));
}
