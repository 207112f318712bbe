/**
 * The steps of a run that are probed.
 *
 * @module
 */

/**
 * Probes of a run that solve for spectra, unless its options ask for another number: a figure shows
 * no more, and one costs about as much as twenty steps of a small network.
 */
const ENOUGH_SPECTRA = 100;

/**
 * Replicas times probes that solve for spectra, for runs of very many replicas: their spectra are
 * not looked at one by one, and take ten times the memory of ranks.
 */
const ENOUGH_IN_ALL = 2 ** 14;

/**
 * Finds how often probes solve for spectra by default, so that about a hundred do: fewer in a run
 * of more than 160 replicas, and about four in one of 4,096.
 *
 * @param steps Updates of the run.
 * @param probeEvery Updates from one probe to the next.
 * @param replicas Number of replicas.
 * @returns Probes from one that solves for spectra to the next; 1 for a run of few replicas and
 * fewer than 200 probes.
 */
export function defaultSpectraEvery(steps: number, probeEvery: number, replicas: number): number {
  const enough = Math.min(ENOUGH_SPECTRA, Math.max(1, ENOUGH_IN_ALL / replicas));
  return Math.max(1, Math.floor(steps / probeEvery / enough));
}

/**
 * The probes of a run: one every `probeEvery` steps and one at the end. Some solve for the spectra,
 * the others count ranks. The first and the last always solve.
 */
export class ProbeSchedule {
  readonly #steps: number;
  readonly #probeEvery: number;
  readonly #spectraEvery: number;

  /**
   * Makes a schedule.
   *
   * @param steps Updates of the run.
   * @param probeEvery Updates from one probe to the next.
   * @param spectraEvery Probes from one that solves for spectra to the next; 1 for all.
   */
  constructor(steps: number, probeEvery: number, spectraEvery: number) {
    this.#steps = steps;
    this.#probeEvery = probeEvery;
    this.#spectraEvery = spectraEvery;
  }

  /**
   * Tells how a step is probed.
   *
   * @param step Number of updates made before.
   * @returns The kind of its probe; `null` if it has none.
   */
  kind(step: number): "spectrum" | "count" | null {
    if (step === this.#steps) return "spectrum";
    if (step % this.#probeEvery !== 0) return null;
    return (step / this.#probeEvery) % this.#spectraEvery === 0 ? "spectrum" : "count";
  }

  /**
   * Finds the next probe.
   *
   * @param step Step, from 0 to the last.
   * @returns The first step from there on that is probed.
   */
  next(step: number): number {
    return Math.min(this.#steps, this.#probeEvery * Math.ceil(step / this.#probeEvery));
  }

  /**
   * Counts the probes before a step.
   *
   * @param step Step, from 0 to the last.
   * @returns The number of all of them, and of either kind.
   */
  before(step: number): { readonly all: number; readonly spectrum: number; readonly count: number } {
    const all = Math.ceil(step / this.#probeEvery);
    const spectrum = Math.ceil(all / this.#spectraEvery);
    return { all, spectrum, count: all - spectrum };
  }
}
