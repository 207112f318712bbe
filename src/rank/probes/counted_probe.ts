/**
 * Probes that only count ranks: cheap ones, between those of `probe.ts`.
 *
 * @module
 */
import { ShapeError } from "../../errors.ts";
import { GpuArray } from "../../gpu/array.ts";
import type { Commands } from "../../gpu/commands.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { keepsCompensation } from "../../linalg/double_single/double_single_self_test.ts";
import { bindDigitGrams, digitGramWords, type DigitLayer } from "../../linalg/gram/gram_digits.ts";
import { InertiaCounts, inertiaWords } from "../../linalg/count/inertia_double_single.ts";
import type { PartialSums } from "./probe.ts";
import type { RankInterval } from "../certificates/rank_interval.ts";
import tallySource from "../../../shaders/rank/probes/counted_probe.wgsl" with { type: "text" };

/** Most bytes of matrices, and of factors, that are held at once. */
const MOST_BYTES = 2 ** 26;

/** Features, thresholds and losses of counting probes. */
export interface CountedProbeOptions {
  /** Features of each hidden layer. */
  readonly layers: readonly DigitLayer[];
  /** Number of replicas. */
  readonly replicas: number;
  /** Number of samples that the features are of. */
  readonly samples: number;
  /** Quadrature weights, one a sample. */
  readonly weights: ArrayLike<number>;
  /** Thresholds ε > 0, absolute. */
  readonly epsilons: readonly number[];
  /** Loss on the samples. */
  readonly loss: PartialSums;
  /** Loss on held-out samples, if there are any. */
  readonly heldOut: PartialSums | null;
  /** Probes made in one submission at most. */
  readonly capacity: number;
}

/** One counting probe of one replica. */
export interface CountedRecord {
  /** Loss on the samples. */
  readonly loss: number;
  /** Samples classified right. */
  readonly hits: number;
  /** Held-out samples classified right. */
  readonly heldOutHits: number;
  /** Loss on the held-out samples; 0 where there are none. */
  readonly heldOutLoss: number;
  /** ε-ranks of each layer in the order of the thresholds, with the interval that is proven. */
  readonly ranks: readonly (readonly RankInterval[])[];
}

/** Commands of counting probes, and the decoding of their results. */
export interface CountedProbes {
  /** The commands of one probe. */
  readonly commands: readonly Dispatch[];
  /** Probes that one submission may make. */
  readonly capacity: number;
  /** Arrays to read back after a submission. */
  readonly results: readonly [tallies: GpuArray, counts: GpuArray];
  /** Number of probes made so far, one word: all that is kept from submission to submission. */
  readonly made: GpuArray;
  /**
   * Counts in the Gram matrices of all probes of a submission at once: a single probe would not
   * fill a GPU.
   *
   * @param commands Commands of the submission, its probes recorded.
   * @param first Number of its first probe of this kind, counted from 0 over the whole run.
   * @param probes Number of probes that it made.
   */
  count(commands: Commands, first: number, probes: number): void;
  /**
   * Decodes a probe.
   *
   * @param tallies Content of the first result.
   * @param counts Content of the second, as it was read.
   * @param probe Number of the probe, counted from 0 over the whole run.
   * @param replica Index of the replica.
   * @returns The probe.
   */
  decode(tallies: Float32Array, counts: Float32Array, probe: number, replica: number): CountedRecord;
}

/**
 * Binds probes that count: Gram matrices of the features in fixed point, exact but for a last
 * rounding, and their inertia in double-single arithmetic. They keep nothing from probe to probe,
 * so that each result depends on its features alone.
 *
 * A rank is certain unless an eigenvalue is within about 2 · 2⁻²⁶ √n σ_max / √ε of ε, relative to
 * ε, where σ_max bounds the features: 4·10⁻⁴ for 50 features of magnitude 1 and ε = 10⁻⁶.
 *
 * Dispatches: as many as of `bindDigitGrams`; one more a probe, for any number of replicas; two a
 * submission, three where matrices are made small. Flops a layer and replica: 3 m n² for M, and for
 * each threshold two factorisations of n³/3 terms of about 30 operations, or less where the rank is
 * low, see `low_rank_double_single.wgsl`.
 *
 * @param gpu Device.
 * @param options What to count.
 * @param stack Owner of the arrays.
 * @returns The probes; `null` where the layers are too wide (256 neurons), the samples too many
 * (16,384), or the adapter has no room or no double-single arithmetic.
 */
export async function bindCountedProbes(
  gpu: Gpu,
  options: CountedProbeOptions,
  stack: DisposableStack,
): Promise<CountedProbes | null> {
  if (!await keepsCompensation(gpu)) return null;
  using own = new DisposableStack();
  try {
    const probes = await bind(gpu, options, own);
    stack.use(own.move());
    return probes;
  } catch (error) {
    if (error instanceof ShapeError) return null;
    throw error;
  }
}

async function bind(gpu: Gpu, options: CountedProbeOptions, stack: DisposableStack): Promise<CountedProbes> {
  const { layers, replicas, samples, weights, epsilons, loss } = options;
  const heldOut = options.heldOut ?? { array: loss.array, count: 0 };
  const orders = layers.map(({ width }) => width);
  const bytes = 4 * Math.max(
    digitGramWords(orders.flatMap((order) => new Array<number>(replicas).fill(order))),
    inertiaWords(orders, replicas, epsilons.length),
  );
  const capacity = Math.max(1, Math.min(options.capacity, Math.floor(MOST_BYTES / bytes)));
  const grams = await bindDigitGrams(gpu, layers, { samples, weights, replicas, capacity }, stack);
  const inertia = await InertiaCounts.bind(gpu, grams, { orders, replicas, capacity, epsilons }, stack);
  const tallies = stack.use(new GpuArray(gpu, "tallies", capacity * replicas * 4));
  const shape = gpuStruct(gpu, "tally shape", ["u32", replicas, loss.count, heldOut.count, capacity]);
  const kernel = await gpu.kernel({ name: "counted_probe", files: [tallySource] });
  const tally = kernel.bind([shape, loss.array, heldOut.array, grams.made, tallies], [1]);
  return {
    commands: [...grams.dispatches, tally],
    capacity,
    results: [tallies, inertia.counts],
    made: grams.made,
    count: (commands, first, probes) => inertia.encode(commands, first, probes),
    decode: (tallies, counts, probe, replica) => {
      const at = 4 * ((probe % capacity) * replicas + replica);
      const words = new Uint32Array(counts.buffer, counts.byteOffset, counts.length);
      return {
        loss: tallies[at],
        hits: tallies[at + 1],
        heldOutLoss: tallies[at + 2],
        heldOutHits: tallies[at + 3],
        ranks: orders.map((_, layer) =>
          epsilons.map((epsilon, threshold): RankInterval => {
            const [low, high] = inertia.decode(words, probe, layer * replicas + replica, threshold);
            return { epsilon, rank: low, low, high };
          })
        ),
      };
    },
  };
}
