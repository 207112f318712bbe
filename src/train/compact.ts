/**
 * Probes that take little memory: traces hold millions.
 *
 * @module
 */
import type { RankInterval } from "../rank/certificates/rank_interval.ts";
import type { LayerProbe, Probe } from "./trace.ts";

/**
 * Numbers that share an array. An array of its own costs some 300 bytes beside its numbers; one
 * that is shared by few probes is freed with them.
 */
const SHARED = 1024;

/**
 * Makes probes compact, one after the other: the numbers of many spectra lie in one array, and
 * ranks that are those of the probe before are the same object.
 */
export class CompactProbes {
  #numbers = new Float64Array(0);
  #used = 0;
  /** Ranks of the last probe, by replica and layer. */
  readonly #ranks = new Map<number, (readonly RankInterval[])[]>();

  /**
   * Makes a probe compact.
   *
   * @param probe The probe.
   * @returns The same probe, of equal content.
   */
  pack<Any extends Probe>(probe: Any): Any {
    const { replica, layers } = probe;
    const last = this.#ranks.get(replica) ?? [];
    this.#ranks.set(replica, last);
    return { ...probe, layers: layers.map((layer, l) => this.#layer(layer, last, l)) };
  }

  #layer(layer: LayerProbe, last: (readonly RankInterval[])[], l: number): LayerProbe {
    const ranks = last[l] = isSame(last[l], layer.ranks) ? last[l] : layer.ranks;
    if (layer.kind === "count") return { ...layer, ranks };
    return { ...layer, ranks, eigenvalues: this.#keep(layer.eigenvalues), bounds: this.#keep(layer.bounds) };
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

function isSame(a: readonly RankInterval[] | undefined, b: readonly RankInterval[]): boolean {
  return a !== undefined && a.length === b.length && a.every((rank, i) => {
    const { epsilon, rank: value, low, high } = b[i];
    return rank.epsilon === epsilon && rank.rank === value && rank.low === low && rank.high === high;
  });
}
