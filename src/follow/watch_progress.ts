/**
 * Progress of a training that is followed: with the time left where its steps are known.
 *
 * @module
 */
import { createProgress } from "../cli/progress.ts";
import { say } from "../cli/output.ts";
import { count, formatNumber, shown } from "../format.ts";
import type { Probe } from "../train/trace.ts";
import type { LayerRecord } from "./layer_record.ts";

/** Progress of a training that is followed. */
export interface WatchProgress extends Disposable {
  /**
   * Shows a probe.
   *
   * @param probe The probe.
   * @param layers The layers.
   * @param waiting Number of steps that wait.
   */
  show(probe: Probe, layers: readonly LayerRecord[], waiting: number): void;
}

/** Milliseconds from one line to the next, at least. */
const PAUSE = 5000;

/** The last layer's rank at the smallest threshold, and the loss. */
function textOf({ loss, layers }: Probe, names: readonly LayerRecord[], waiting: number): string {
  const last = layers.at(-1);
  const rank = last?.ranks.reduce((least, each) => each.epsilon < least.epsilon ? each : least);
  return [
    ...Number.isNaN(loss) ? [] : [`loss ${loss.toPrecision(3)}`],
    ...last && rank
      ? [
        `rank of ${shown(names[last.layer - 1].name, 40)} ${
          rank.low === rank.high ? rank.rank : `${rank.low}–${rank.high}`
        } at ε ${formatNumber(rank.epsilon)}`,
      ]
      : [],
    ...waiting > 0 ? [`${count(waiting, "step waits", "steps wait")}`] : [],
  ].join(", ");
}

/**
 * Shows the progress of a training on stderr.
 *
 * @param total Gives the steps of the whole training; `null` while they are not known.
 * @param quiet Whether to show nothing.
 * @returns The display.
 */
export function progressOf(total: () => number | null, quiet: boolean): WatchProgress {
  let bar: ReturnType<typeof createProgress> | null = null, said = -Infinity;
  return {
    show(probe, layers, waiting) {
      const steps = total(), text = textOf(probe, layers, waiting);
      if (steps !== null && steps >= probe.step) {
        bar ??= createProgress({ total: steps, label: "watch", quiet });
        bar.update(probe.step, text);
        return;
      }
      const now = performance.now();
      if (quiet || now - said < PAUSE) return;
      said = now;
      say(`watch: step ${probe.step}${text === "" ? "" : `, ${text}`}`);
    },
    [Symbol.dispose]: () => bar?.finish(),
  };
}
