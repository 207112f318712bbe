/**
 * Where the steps of a training come from while it goes on.
 *
 * @module
 */
import type { Backlog } from "./backlog.ts";
import type { StepSource } from "./step_source.ts";
import type { TrackerEnd, TrackerFacts } from "./tracker_files.ts";

/** A step that waits, and can be deleted once it is recorded. */
export interface FedStep extends StepSource {
  /**
   * What tells the process that made it apart from one before, which may have made the same steps;
   * `null` if it is not known.
   */
  readonly session: string | null;
  /** Deletes its features; nothing happens if they are gone. */
  discard(): Promise<void>;
}

/** Steps of a training that goes on. Dispose of it at the end. */
export interface StepFeed extends AsyncDisposable {
  /** What the other program said first; `null` if it has said nothing. */
  readonly facts: TrackerFacts | null;
  /** How the training ended; `null` while it goes on. */
  readonly end: TrackerEnd | null;
  /**
   * Looks for new steps.
   *
   * @param backlog Where they go.
   * @throws {InputError} If what the other program wrote can not be read.
   */
  poll(backlog: Backlog<FedStep>): Promise<void>;
  /**
   * Waits until there may be new ones.
   *
   * @param signal Ends the wait.
   */
  wait(signal: AbortSignal): Promise<void>;
}

/** What all feeds are told. */
export interface FeedOptions {
  /** Steps that are recorded, ascending; those behind the last one alone are taken. */
  readonly recorded: readonly number[];
  /** Process that these are of; `null` if it is not known. */
  readonly session: string | null;
  /**
   * Says something that the user should know.
   *
   * @param line A line.
   */
  readonly onNotice: (line: string) => void;
}
