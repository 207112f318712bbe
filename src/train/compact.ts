/**
 * Probes that take little memory: traces hold millions.
 *
 * @module
 */
import type { RankInterval } from "../rank/certificates/rank_interval.ts";
import type { LayerCount, LayerProbe, Probe } from "./trace.ts";

/**
 * Numbers that share an array. An array of its own costs some 300 bytes beside its numbers; one
 * that is shared by few probes is freed with them.
 */
const SHARED = 1024;

/**
 * Most contents that are remembered: a few megabytes. Ranks of thousands of replicas come to far
 * fewer.
 */
const MOST_REMEMBERED = 2 ** 15;

/**
 * Makes probes compact, one after the other: ranks and counted layers of equal content are the same
 * objects, and the numbers of many spectra lie in one array. A probe that only counts then takes
 * about 100 bytes.
 */
export class CompactProbes {
  #numbers = new Float64Array(0);
  #used = 0;
  #epsilons: readonly number[] | null = null;
  /** Ranks, and the layers of a probe, by their content. */
  readonly #ranks = new Map<string, readonly RankInterval[]>();
  readonly #counts = new Map<string, readonly LayerCount[]>();

  /**
   * Makes a probe compact.
   *
   * @param probe The probe.
   * @returns A probe of equal content, which shares parts with others.
   */
  pack<Any extends Probe>(probe: Any): Any {
    return { ...probe, layers: this.#layers(probe.layers) };
  }

  #layers(layers: readonly LayerProbe[]): readonly LayerProbe[] {
    if (layers.every((layer) => layer.kind === "count")) {
      const key = layers.map(({ layer, ranks }) => `${layer}:${this.#key(ranks)}`).join(";");
      return remembered(this.#counts, key, () => layers.map((layer) => this.#pack(layer)));
    }
    return layers.map((layer) => this.#pack(layer));
  }

  #pack<Layer extends LayerProbe>(layer: Layer): Layer {
    const ranks = remembered(this.#ranks, this.#key(layer.ranks), () => layer.ranks);
    if (layer.kind === "count") return { ...layer, ranks };
    return { ...layer, ranks, eigenvalues: this.#keep(layer.eigenvalues), bounds: this.#keep(layer.bounds) };
  }

  /** What tells ranks apart. Thresholds are nearly always those of the first probe. */
  #key(ranks: readonly RankInterval[]): string {
    this.#epsilons ??= ranks.map(({ epsilon }) => epsilon);
    let key = "";
    for (const [e, { epsilon, rank, low, high }] of ranks.entries()) {
      key += epsilon === this.#epsilons[e] ? `${rank} ${low} ${high},` : `${rank} ${low} ${high} ${epsilon},`;
    }
    return key;
  }

  #keep(values: Float64Array): Float64Array {
    if (2 * values.length > SHARED) return values;
    if (this.#used + values.length > this.#numbers.length) {
      this.#numbers = new Float64Array(SHARED);
      this.#used = 0;
    }
    const kept = this.#numbers.subarray(this.#used, this.#used += values.length);
    kept.set(values);
    return kept;
  }
}

/** Content that is remembered, or is from now on. */
function remembered<Content>(known: Map<string, Content>, key: string, make: () => Content): Content {
  const found = known.get(key);
  if (found) return found;
  const made = make();
  if (known.size >= MOST_REMEMBERED) known.clear();
  known.set(key, made);
  return made;
}
