/**
 * Which steps of a run are probed, and how.
 *
 * @module
 */

/** The probes of a run: one every `probeEvery` steps and one at the end; whole spectra in some of them, counts in the others. */
export class ProbeSchedule {
  readonly #steps: number;
  readonly #probeEvery: number;
  readonly #spectraEvery: number;

  /**
   * Makes a schedule.
   *
   * @param steps Updates of the run.
   * @param probeEvery Updates from one probe to the next.
   * @param spectraEvery Probes from one that solves spectra to the next; 1 for all.
   */
  constructor(steps: number, probeEvery: number, spectraEvery: number) {
    this.#steps = steps;
    this.#probeEvery = probeEvery;
    this.#spectraEvery = spectraEvery;
  }

  /**
   * How a step is probed.
   *
   * @param step Number of updates made before.
   * @returns `null` where it is not.
   */
  kind(step: number): "spectra" | "counts" | null {
    if (step === this.#steps) return "spectra";
    if (step % this.#probeEvery !== 0) return null;
    return (step / this.#probeEvery) % this.#spectraEvery === 0 ? "spectra" : "counts";
  }

  /**
   * How many probes come before a step.
   *
   * @param step Step, from 0 to the last.
   * @returns All of them, and those of either kind.
   */
  before(step: number): { readonly all: number; readonly spectra: number; readonly counts: number } {
    const all = Math.ceil(step / this.#probeEvery);
    const spectra = Math.ceil(all / this.#spectraEvery);
    return { all, spectra, counts: all - spectra };
  }
}
