/**
 * The choice of a rank method where none is asked for.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { tryDoubleSingle } from "../../linalg/double_single/double_single_self_test.ts";
import { MOST_HOST_COLUMNS } from "../../linalg/host/host_svdvals.ts";
import { type MatrixSource, tallShape } from "../../linalg/matrix_source.ts";
import type { Threshold } from "../certificates/rank_interval.ts";
import type { Precision } from "../spectra/spectrum_options.ts";
import { expectedSeconds, type TimedMethodName } from "./method_costs.ts";
import { methodTimes } from "./method_times.ts";
import type { RankMethodName, SpectrumMethodName } from "./rank_methods.ts";

/**
 * Most columns (of wide features, samples), and bytes of features in double-single words, up to
 * which `auto` takes one-sided rotations rather than two-sided ones. Measured on lavapipe: up to
 * about 256 columns they take half the time, from 512 on more.
 */
const MOST_ONE_SIDED = 256, MOST_BYTES = 2 ** 26;

/**
 * Fewest columns (of wide features, samples) from which on `auto` takes other methods than
 * rotations. Measured on lavapipe with two cores, 1,024 samples: with 256 columns the host takes
 * 0.04 s, one-sided rotations 0.4 s in single and 1.9 s in double precision; with 700 columns 0.8 s
 * instead of a minute. Up to 64 columns the host is faster as well, by less than 0.1 s: there the
 * method stays the same on every adapter.
 */
const LEAST_MANY = 65;
/**
 * Time that a spectrum is worth, in seconds: it gives eigenvalues and all other ranks, a count only
 * ε-ranks.
 */
const SPECTRUM_SECONDS = 1;

/** What `auto` takes, in one line. */
export const autoRankMethodHelp: string =
  `auto is host-bidiagonal for ${LEAST_MANY} to ${MOST_HOST_COLUMNS.toLocaleString("en-US")} columns or ` +
  "samples where the adapter is software, on a GPU the method that is expected to be fastest by measured " +
  `rates (blocked-inertia where a spectrum takes over ${SPECTRUM_SECONDS} s), and else ` +
  `one-sided-jacobi for features in memory of up to ${MOST_ONE_SIDED} columns or samples ` +
  `(and ${MOST_BYTES / 2 ** 20} MiB in double-single words), or gram-jacobi`;

/** Where and how features are to be solved. */
export interface AutoRankMethodOptions {
  /** Whether the CPU stands in for a GPU. Default: false. */
  readonly software?: boolean;
  /** Arithmetic that is asked for. Default: `auto`. */
  readonly precision?: Precision;
}

/**
 * Chooses the method that `auto` stands for, without a measurement: on a GPU rotations.
 *
 * @param features Features.
 * @param options The adapter's kind, and the precision. Default: a method of the GPU.
 * @returns Its name: see {@linkcode autoRankMethodHelp}.
 */
export function autoRankMethod(
  features: MatrixSource,
  { software = false, precision = "auto" }: AutoRankMethodOptions = {},
): SpectrumMethodName {
  const { columns } = tallShape(features);
  const isForHost = columns >= LEAST_MANY && columns <= MOST_HOST_COLUMNS;
  return software && precision !== "single" && isForHost ? "host-bidiagonal" : rotations(features);
}

function rotations(features: MatrixSource): "one-sided-jacobi" | "gram-jacobi" {
  const { rows, columns } = tallShape(features);
  const isSmall = columns <= MOST_ONE_SIDED && 8 * rows * columns <= MOST_BYTES;
  return "data" in features && isSmall ? "one-sided-jacobi" : "gram-jacobi";
}

/** What is to be solved, and how. */
export interface ChooseMethodOptions {
  /** Arithmetic that is asked for. Default: `auto`. */
  readonly precision?: Precision | undefined;
  /** Thresholds. Default: none. */
  readonly epsilons?: readonly number[] | undefined;
  /** How they are meant. Default: absolute. */
  readonly threshold?: Threshold | undefined;
}

/** A method, and why it was chosen. */
export interface MethodChoice<Name extends RankMethodName = RankMethodName> {
  /** Its name. */
  readonly name: Name;
  /** The reason in a few words; `null` where there was no choice. */
  readonly reason: string | null;
}

/** A method and the time that it is expected to take. */
interface Expected<Name extends RankMethodName> {
  readonly name: Name;
  readonly seconds: number;
}

/**
 * Chooses the method that `auto` stands for. On a GPU it is the one that is expected to be fastest
 * by measured rates.
 *
 * @param gpu Device.
 * @param features Features.
 * @param options Precision, thresholds.
 * @returns The method: one that counts only where a spectrum is expected to take over a second.
 */
export async function chooseRankMethod(
  gpu: Gpu,
  features: MatrixSource,
  options: ChooseMethodOptions = {},
): Promise<MethodChoice> {
  const expect = await expectation(gpu, features, options);
  if (!expect) return withoutTimes(gpu, features, options);
  const spectra = spectrumMethods(features).map(expect).toSorted(bySeconds), [{ seconds }] = spectra;
  const count = expect("blocked-inertia");
  return choiceOf(seconds > SPECTRUM_SECONDS && count.seconds < seconds ? [count, ...spectra] : spectra);
}

/**
 * Chooses a method as {@linkcode chooseRankMethod} does, among those that solve for the spectrum.
 * How many matrices are solved together does not count, so that results are the same alone.
 *
 * @param gpu Device.
 * @param features Features.
 * @param options Precision, thresholds.
 * @returns The method.
 */
export async function chooseSpectrumMethod(
  gpu: Gpu,
  features: MatrixSource,
  options: ChooseMethodOptions = {},
): Promise<MethodChoice<SpectrumMethodName>> {
  const expect = await expectation(gpu, features, options);
  if (!expect) return withoutTimes(gpu, features, options);
  return choiceOf(spectrumMethods(features).map(expect).toSorted(bySeconds));
}

/** Makes a function that expects times; `null` where methods are not chosen by them. */
async function expectation(
  gpu: Gpu,
  features: MatrixSource,
  { precision = "auto", epsilons = [], threshold = "absolute" }: ChooseMethodOptions,
) {
  const isSmall = tallShape(features).columns < LEAST_MANY;
  if (gpu.software || isSmall || precision === "single") return null;
  // Without double-single arithmetic rotations in single precision are left.
  if (await tryDoubleSingle(gpu) instanceof Error) return null;
  const times = await methodTimes(gpu), work = { shape: features, precision, epsilons, threshold };
  return <Name extends TimedMethodName>(name: Name): Expected<Name> => ({
    name,
    seconds: expectedSeconds(name, work, times),
  });
}

/** Methods that solve for the spectrum, of which rotations are chosen by size. */
function spectrumMethods(features: MatrixSource) {
  return [rotations(features), "host-bidiagonal"] as const;
}

function bySeconds(a: Expected<RankMethodName>, b: Expected<RankMethodName>): number {
  return a.seconds - b.seconds;
}

function choiceOf<Name extends RankMethodName>(
  [first, ...others]: readonly Expected<Name>[],
): MethodChoice<Name> {
  const text = ({ seconds }: Expected<Name>) => `${Number(seconds.toPrecision(2))} s`;
  const also = others.filter(({ seconds }) => Number.isFinite(seconds));
  return {
    name: first.name,
    reason: [`expected to take ${text(first)}`, ...also.map((each) => `${each.name} ${text(each)}`)].join(
      ", ",
    ),
  };
}

/** The choice by sizes and by the kind of the adapter alone. */
function withoutTimes(
  { software }: Gpu,
  features: MatrixSource,
  { precision }: ChooseMethodOptions,
): MethodChoice<SpectrumMethodName> {
  const name = autoRankMethod(features, { software, ...precision && { precision } });
  return { name, reason: name === "host-bidiagonal" ? "the adapter is software" : null };
}
