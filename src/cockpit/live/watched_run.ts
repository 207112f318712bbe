/**
 * What the views of the live page see of a run.
 *
 * @module
 */
import type { Trace } from "../../train/trace.ts";
import type { NetworkColumns } from "../data/networks.ts";
import type { ReadonlySignal } from "../deps.ts";
import type { RunFacts } from "./run_facts.ts";

/**
 * State of a run. `preparing`: kernels compile; `ready`: it has not begun; `open`: it trains or
 * pauses; `failed`: it never began, or broke off, and the message says why.
 */
export type LiveStatus = "preparing" | "ready" | "open" | "done" | "diverged" | "failed";

/** A run that can be watched: one of this page, or one that another process trains. */
export interface WatchedRun {
  /** How far it is. */
  readonly status: ReadonlySignal<LiveStatus>;
  /** What went wrong; empty if nothing has. */
  readonly message: ReadonlySignal<string>;
  /** What is known of it; `null` at first. */
  readonly facts: ReadonlySignal<RunFacts | null>;
  /** Its record as far as it is shown; `null` before the first probe. */
  readonly trace: ReadonlySignal<Trace | null>;
  /** Updates that are shown. */
  readonly steps: ReadonlySignal<number>;
  /** Its networks as far as they are shown; `null` where they cannot be drawn. */
  readonly networks: ReadonlySignal<NetworkColumns | null>;
  /** Updates it makes in a second; NaN where that is not known. */
  readonly stepsPerSecond: number;
  /** Command that repeats it; `null` where that is not known. */
  readonly command: string | null;
}
