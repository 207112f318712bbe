/**
 * Probes of a training as series to draw: medians of the loss and of the ranks.
 *
 * @module
 */
import { lowerMedian } from "../../stats/median.ts";
import type { Probe } from "../../train/trace.ts";

/** Most points that are kept, at least half of that: a picture has up to 320 columns of dots. */
const MOST_POINTS = 1024;

/** The networks at one step. */
interface Point {
  readonly step: number;
  /** Median of the loss; NaN where no network has a finite one. */
  readonly loss: number;
  /** Medians of the ranks of the layers, first to last, at the last threshold. */
  readonly ranks: readonly number[];
}

/** Series of the probes of a training, in the order of the steps. */
export class ProbeSeries {
  /** Last threshold; NaN before the first probe. */
  epsilon: number = NaN;
  #points: Point[] = [];
  /** Probes of the step that is going on. */
  #open: Probe[] = [];

  /** The points, that of the step that is going on among them. */
  get points(): readonly Point[] {
    return this.#open.length > 0 ? [...this.#points, pointOf(this.#open)] : this.#points;
  }

  /**
   * Adds a probe of a network.
   *
   * @param probe The probe. One of an earlier step begins anew from there: the training does.
   */
  add(probe: Probe): void {
    const { step, layers } = probe, [last] = this.#open;
    if (last && step !== last.step) {
      this.#points.push(pointOf(this.#open));
      this.#open = [];
    }
    if (last && step < last.step) this.#points = this.#points.filter((point) => point.step < step);
    this.#open.push(probe);
    this.epsilon = layers.at(-1)?.ranks.at(-1)?.epsilon ?? NaN;
    // The first and the last point stay.
    if (this.#points.length > MOST_POINTS) {
      this.#points = this.#points.filter((_, i, { length }) => i % 2 === 0 || i === length - 1);
    }
  }
}

function pointOf(probes: readonly Probe[]): Point {
  const finite = (values: readonly number[]) => lowerMedian(values.filter(Number.isFinite));
  const [{ step, layers }] = probes;
  return {
    step,
    loss: finite(probes.map(({ loss }) => loss)),
    ranks: layers.map((_, i) => finite(probes.map((probe) => probe.layers[i].ranks.at(-1)?.rank ?? NaN))),
  };
}
