/**
 * The feed of the live page from a run that is recorded of another program's training.
 *
 * @module
 */
import { setTimeout as wait } from "node:timers/promises";
import { chunkText, type FeedEnd, feedEvent, type FeedRun } from "../cockpit/live/feed.ts";
import { readChunk, writeChunk } from "../io/chunk_bytes.ts";
import { journalRecords } from "../io/mod.ts";
import { ByteWriter } from "../io/words.ts";
import { textsOf } from "./outputs.ts";
import type { LayerProbe } from "../train/trace.ts";
import type { LayerRecord } from "./layer_record.ts";
import type { Recorder } from "./recorder.ts";
import { wholeProbe } from "./whole_trace.ts";

/** Milliseconds from one look at the journal to the next. */
const EVERY = 500;

/** Steps from which on the page is told of recorded steps by their count. */
const MOST_STEPS_TOLD = 2 ** 24;

/** A run as its page is told of it. */
export interface ToldRun {
  /** The run. */
  readonly recorder: Pick<Recorder, "layers" | "count" | "journal" | "options" | "turns">;
  /** Adapter that ranks are computed on. */
  readonly adapterName: string;
  /** Steps of the whole training; `null` if they are not known. */
  readonly steps: number | null;
  /** How it ended; `null` while it goes on. */
  readonly status: string | null;
}

function runOf({ recorder, adapterName, steps }: ToldRun): FeedRun {
  const { layers, options: { settings } } = recorder;
  return {
    facts: {
      ...textsOf(settings, layers),
      hidden: layers.map(({ eigenvalues }) => eigenvalues),
      epsilons: settings.epsilons,
      threshold: settings.threshold,
      steps: steps ?? Number.MAX_SAFE_INTEGER,
      replicas: 1,
    },
    adapterName,
  };
}

/** Whether the page knows of a layer that is so wide. */
function isKnown(layer: LayerProbe, known: readonly LayerRecord[]): boolean {
  const size = known[layer.layer - 1]?.eigenvalues ?? -1;
  return layer.kind === "count" || layer.eigenvalues.length <= size;
}

/**
 * Tells a page of a run, from its first step to its end.
 *
 * @param run Gives the run as it is now.
 * @param signal Ends the feed.
 * @returns Events, as they are sent.
 */
export async function* tellRun(run: () => ToldRun, signal: AbortSignal): AsyncGenerator<string, void, void> {
  let from: number | null = null, told = "", next = 0, isCounted = false;
  while (!signal.aborted) {
    const now = run(), { recorder, status } = now, { epsilons } = recorder.options.settings;
    const known = [...recorder.layers], sizes = known.map(({ name, eigenvalues }) => [name, eigenvalues]);
    const layers = JSON.stringify([recorder.turns, sizes]);
    if (recorder.count > 0 && layers !== told) {
      // A new layer, or a wider one, is in all probes, and a run that went back has others.
      [from, told, next] = [null, layers, 0];
      yield feedEvent("run", JSON.stringify(runOf(now)));
    }
    const shape = { replicas: 1, epsilons };
    for (const { bytes, end } of recorder.count > 0 ? journalRecords(recorder.journal, from) : []) {
      const { probes: [probe] } = readChunk(bytes, shape, recorder.journal);
      if (!isCounted && probe.step >= MOST_STEPS_TOLD) {
        // The page keeps a number for each step: of very many it counts those that are recorded.
        [isCounted, told] = [true, ""];
        break;
      }
      // Layers may have come since.
      if (probe.layers.some((layer) => !isKnown(layer, known))) break;
      const count = isCounted ? 1 : probe.step + 1 - next;
      const losses = new Float32Array(count).fill(NaN);
      losses[count - 1] = probe.loss;
      const chunk = { first: next, count, losses: [losses], diverged: [], state: null };
      const whole = wholeProbe(probe, known, epsilons, { rank: -1, isPadded: true });
      const to = new ByteWriter();
      writeChunk(to, { ...chunk, probes: [whole] }, shape);
      [from, next] = [end, next + count];
      yield feedEvent("chunk", chunkText(to.bytes.slice()));
      if (signal.aborted) return;
    }
    if (status !== null && told === layers) {
      const ended: FeedEnd = { status };
      yield feedEvent("end", JSON.stringify(ended));
      return;
    }
    if (status !== null && recorder.count === 0) return;
    await wait(EVERY, undefined, { signal }).catch(() => {});
  }
}
