/**
 * Structured starts of a first layer: neurons that are ε-linearly independent before anything is
 * learned (Tang, Yang, Zhao, Zhu, arXiv:2507.11962).
 *
 * @module
 */
import { norm } from "../../stats/norm.ts";
import { InputError } from "../../errors.ts";
import type { LayerParameters } from "../../nn/layout.ts";
import { permutation, uniform } from "../../stats/random.ts";
import type { Samples } from "../../tasks/task.ts";

/** Shape of the neurons of an activation along their direction. */
type Kind = "transitions" | "kinks" | "waves";

const KINDS: Readonly<Record<string, Kind>> = {
  tanh: "transitions",
  sigmoid: "transitions",
  gelu: "transitions",
  softplus: "transitions",
  relu: "kinks",
  "leaky-relu": "kinks",
  sine: "waves",
  cosine: "waves",
};

/**
 * Least range of the argument of a transition over all samples: tanh is saturated on half of them.
 */
const LEAST_SWING = 8;

/** Largest number of samples looked at, and the share of all samples between two of them. */
const MOST_SAMPLES = 1024, GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Options of a structured layer. */
export interface StructuredLayerOptions {
  /** Samples of the task, without their targets. */
  readonly samples: Pick<Samples, "count" | "x">;
  /** Number of neurons n. */
  readonly width: number;
  /** Activation of the layer. */
  readonly activation: string;
  /** Seed of the random choices, a whole number from 0 to 2⁵³ − 1. */
  readonly seed: number;
}

/**
 * Places the neurons of a first layer so that they are spread over the samples. Each looks along a
 * direction of its own, from one random sample to another, so that none looks along a direction in
 * which samples do not vary. Let p be the position of samples along it, from p₀ to p₁ = p₀ + L, d
 * the dimension of the input, and q one of n evenly spread quantiles of p. A neuron is
 *
 * - tanh, gelu or softplus of s (p − q) / L, or the sigmoid of twice that, with s = n^(1/d) / 2 but
 *   at least 8: as sharp as n neurons on a grid could be told apart; weights ±n/4 on [−1, 1];
 * - (leaky) ReLU of √2 (p − q) divided by the standard deviation of p: values are of order 1, since
 *   a factor makes no neuron more independent;
 * - cos π k (p − p₀) / L, or the sine with the same values: k = 0 … n − 1 in one dimension, where
 *   they are orthogonal, and 1 … 2 n^(1/d) in more, in turns with cos and −sin.
 *
 * @param options Samples, width, activation, seed.
 * @returns W and b.
 * @throws {InputError} If there is no such start for the activation, or all samples are the same.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const samples = { count: 101, x: Float32Array.from({ length: 101 }, (_, k) => k / 50 - 1) };
 * const { weights, biases } = structuredLayer({ samples, width: 20, activation: "tanh", seed: 1 });
 * assert(weights.every((w) => Math.abs(w) === 5));
 * assert(biases.every((b, j) => Math.abs(b / weights[j]) < 1));
 * ```
 */
export function structuredLayer(options: StructuredLayerOptions): LayerParameters {
  const { samples, width, activation } = options;
  const kind = KINDS[activation.split(":")[0]];
  if (!kind) {
    const known = Object.keys(KINDS).join(", ");
    throw new InputError(`no structured start for the activation ${activation}: use one of ${known}`);
  }
  const inputs = samples.x.length / samples.count;
  const random = uniform(options.seed);
  const seen = some(samples, inputs);
  // Each neuron has a quantile or frequency of its own, whatever its direction.
  const places = permutation(width, random);
  const weights = new Float32Array(inputs * width), biases = new Float32Array(width);
  for (const [j, place] of places.entries()) {
    const direction = drawDirection(seen, inputs, random);
    const along = placesAlong(seen, direction);
    const [slope, bias] = kind === "waves"
      ? wave(along, place, { width, inputs, isSine: activation === "sine" })
      : ramp(along, (place + 0.5) / width, kind === "kinks" ? kinkSlope(along) : sharpness(along, options));
    for (let i = 0; i < inputs; i++) weights[i * width + j] = slope * direction[i];
    biases[j] = bias;
  }
  return { weights, biases };
}

/**
 * Takes all samples, or some of many: spread evenly over their order, by a step that does not
 * follow the rows of a grid.
 */
function some({ count, x }: Pick<Samples, "count" | "x">, inputs: number): Pick<Samples, "count" | "x"> {
  if (count <= MOST_SAMPLES) return { count, x };
  const chosen = new Float32Array(MOST_SAMPLES * inputs);
  for (let k = 0; k < MOST_SAMPLES; k++) {
    const sample = Math.floor(count * (k * GOLDEN % 1));
    chosen.set(x.subarray(sample * inputs, (sample + 1) * inputs), k * inputs);
  }
  return { count: MOST_SAMPLES, x: chosen };
}

/** Draws the unit vector from one random sample to another. */
function drawDirection(
  { count, x }: Pick<Samples, "count" | "x">,
  inputs: number,
  random: () => number,
): Float64Array {
  const first = Math.floor(count * random());
  // The next sample that differs, from a random one on.
  const start = Math.floor(count * random());
  for (let k = 0; k < count; k++) {
    const second = (start + k) % count;
    const direction = Float64Array.from(
      { length: inputs },
      (_, i) => x[second * inputs + i] - x[first * inputs + i],
    );
    const length = norm(direction);
    if (length > 0) return direction.map((value) => value / length);
  }
  throw new InputError("all samples are the same: no neuron tells them apart; give some that differ");
}

/** Computes the positions of samples along a direction, ascending. */
function placesAlong({ count, x }: Pick<Samples, "count" | "x">, direction: Float64Array): Float64Array {
  const inputs = direction.length, along = new Float64Array(count);
  for (let k = 0, at = 0; k < count; k++) {
    for (let i = 0; i < inputs; i++, at++) along[k] += direction[i] * x[at];
  }
  return along.sort();
}

/** Computes slope and bias of a neuron whose argument is 0 at a quantile. */
function ramp(along: Float64Array, quantile: number, slope: number): [slope: number, bias: number] {
  const at = quantile * (along.length - 1), below = Math.floor(at);
  const place = along[below] + (at - below) * ((along[below + 1] ?? along[below]) - along[below]);
  return [slope, -slope * place];
}

function sharpness(along: Float64Array, { samples, width, activation }: StructuredLayerOptions): number {
  const inputs = samples.x.length / samples.count;
  const swing = Math.max(LEAST_SWING, width ** (1 / inputs) / 2);
  return (activation === "sigmoid" ? 2 : 1) * swing / rangeOf(along);
}

function kinkSlope(along: Float64Array): number {
  const mean = along.reduce((sum, place) => sum + place, 0) / along.length;
  const variance = along.reduce((sum, place) => sum + (place - mean) ** 2, 0) / along.length;
  return Math.sqrt(2 / variance);
}

/** Computes slope and bias of a neuron that is a wave over the samples. */
function wave(
  along: Float64Array,
  place: number,
  { width, inputs, isSine }: { readonly width: number; readonly inputs: number; readonly isSine: boolean },
): [slope: number, bias: number] {
  const most = inputs === 1 ? width : Math.max(2, Math.round(2 * width ** (1 / inputs)));
  const frequency = inputs === 1 ? place : 1 + place % most;
  const quarters = Math.floor(place / most) % 2 + (isSine ? 1 : 0);
  const slope = Math.PI * frequency / rangeOf(along);
  return [slope, quarters * Math.PI / 2 - slope * along[0]];
}

function rangeOf(along: Float64Array): number {
  return along[along.length - 1] - along[0];
}
