/**
 * Follows a training: takes its steps as they come, and records their ranks.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Probe } from "../train/trace.ts";
import { Backlog } from "./backlog.ts";
import { type Gap, type ReadyStep, type RecordedSteps, recordSteps } from "./record_steps.ts";
import type { Recorder } from "./recorder.ts";
import type { FedStep, StepFeed } from "./step_feed.ts";

/** How a training is followed. */
export interface FollowOptions {
  /** Most steps that wait. */
  readonly backlog: number;
  /** Whether features are deleted once their ranks are on the disk. */
  readonly isConsumed: boolean;
  /** Ends it. */
  readonly signal: AbortSignal;
  /**
   * Reports a probe that is on the disk.
   *
   * @param probe The probe.
   * @param waiting Number of steps that wait.
   * @returns Whether to end.
   */
  readonly onProbe: (probe: Probe, waiting: number) => boolean;
  /**
   * Says something that the user should know.
   *
   * @param line A line.
   */
  readonly onNotice: (line: string) => void;
}

/** What happened besides the record. */
export interface FollowNotes {
  /** Layers without a rank, the first of many. */
  readonly gaps: Gap[];
  /** Number of all of these. */
  gapCount: number;
  /** Steps that were left out because ranks took longer than the training. */
  thinned: number;
  /** The greatest stride: 1 if no step was left out. */
  stride: number;
}

/** Bytes of features that wait in memory, at most. */
const MOST_BYTES = 2 ** 28;

/** Layers without a rank that are recorded one by one. */
const MOST_GAPS = 1000;

/**
 * Follows a training to its end, or until it is told to stop.
 *
 * @param gpu Device.
 * @param recorder Where ranks are recorded.
 * @param feed Where steps come from.
 * @param notes Takes down what happens besides.
 * @param options How it is followed.
 * @throws {InputError} If what the other program wrote can not be read.
 * @throws {FileError} If the record cannot be written.
 */
export async function followTraining(
  gpu: Gpu,
  recorder: Recorder,
  feed: StepFeed,
  notes: FollowNotes,
  { backlog: mostSteps, isConsumed, signal, onProbe, onNotice }: FollowOptions,
): Promise<void> {
  const deleted: Promise<void>[] = [];
  const discard = (step: FedStep) => void (isConsumed && deleted.push(step.discard()));
  const backlog = new Backlog<FedStep>({
    mostSteps,
    mostBytes: MOST_BYTES,
    onDrop: (step) => {
      notes.thinned++;
      discard(step);
    },
    onStride: (next) => {
      if (next > notes.stride) {
        onNotice(`ranks take longer than the training: every ${ordinal(next)} step is taken`);
      } else if (next === 1) onNotice("every step is taken again");
      notes.stride = Math.max(notes.stride, next);
    },
  });
  while (!signal.aborted) {
    await feed.poll(backlog);
    const batch = backlog.take();
    if (batch.length === 0) {
      if (feed.end) return;
      await feed.wait(signal);
      continue;
    }
    const probes: Probe[] = [], gaps: Gap[] = [];
    // Steps of another process may go back behind those that are recorded.
    for (const steps of Map.groupBy(batch, ({ session }) => session).values()) {
      const [{ step, session }] = steps;
      if (session !== null && session !== recorder.session) {
        if (step <= recorder.last) {
          onNotice(`the training goes back to step ${step}; later ones are made again`);
        }
        await recorder.goBack(step, session);
      }
      const found = await recordAll(gpu, recorder, steps, { signal, onNotice });
      for (const probe of found.probes) probes.push(probe);
      for (const gap of found.gaps) gaps.push(gap);
    }
    // What was left out stays for its owner to look at.
    const recorded = new Set(probes.map(({ step }) => step));
    for (const source of batch) if (recorded.has(source.step)) discard(source);
    await Promise.all(deleted.splice(0));
    if (notes.gapCount === 0 && gaps.length > 0) {
      const [{ step, layer, reason }] = gaps;
      onNotice(`step ${step} has no rank of ${layer}: ${reason}; others like it are told in run.json alone`);
    }
    notes.gapCount += gaps.length;
    for (const gap of gaps.slice(0, MOST_GAPS - notes.gaps.length)) notes.gaps.push(gap);
    for (const probe of probes) if (onProbe(probe, backlog.size)) return;
  }
}

/** Opens steps and records them together; where one can not be read, those before and behind it. */
async function recordAll(
  gpu: Gpu,
  recorder: Recorder,
  steps: readonly FedStep[],
  { signal, onNotice }: Pick<FollowOptions, "signal" | "onNotice">,
): Promise<RecordedSteps> {
  try {
    using stack = new DisposableStack();
    const ready: ReadyStep[] = [];
    for (const source of steps) ready.push({ source, open: stack.use(await source.open()) });
    return await recordSteps(gpu, recorder, ready, signal);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    if (steps.length === 1) {
      onNotice(`step ${steps[0].step} is left out: ${error.message}`);
      return { probes: [], gaps: [] };
    }
  }
  const probes: Probe[] = [], gaps: Gap[] = [];
  for (const each of steps) {
    const found = await recordAll(gpu, recorder, [each], { signal, onNotice });
    for (const probe of found.probes) probes.push(probe);
    for (const gap of found.gaps) gaps.push(gap);
  }
  return { probes, gaps };
}

/** 2 as `2nd`, 4 as `4th`. */
const ordinal = (value: number) => value === 2 ? "2nd" : `${value}th`;
