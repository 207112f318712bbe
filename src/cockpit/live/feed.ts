/**
 * What a server sends of a run that another process trains: its facts, chunks of its record, its
 * end.
 *
 * @module
 */
import { readChunk, type TraceShape } from "../../io/chunk_bytes.ts";
import type { TraceChunk } from "../../train/state.ts";
import type { RunFacts } from "./run_facts.ts";

/** Names of the events of a feed. */
export const FEED_EVENTS = { run: "run", chunk: "chunk", end: "end" } as const;

/** First event: what the run is. */
export interface FeedRun {
  /** Facts of the run. */
  readonly facts: RunFacts;
  /** Number of replicas. */
  readonly replicas: number;
  /** Adapter that it trains on. */
  readonly adapterName: string;
}

/** Last event: how the run has ended. */
export interface FeedEnd {
  /** Its status, as `run.json` has it. */
  readonly status: string;
}

/**
 * Writes an event of a feed.
 *
 * @param name Its name.
 * @param data Its text, without line ends.
 * @returns The event as server-sent events are written.
 */
export function feedEvent(name: keyof typeof FEED_EVENTS, data: string): string {
  return `event: ${FEED_EVENTS[name]}\ndata: ${data}\n\n`;
}

/**
 * Writes the bytes of a chunk as text.
 *
 * @param bytes The bytes.
 * @returns Their base64.
 */
export function chunkText(bytes: Uint8Array<ArrayBuffer>): string {
  return bytes.toBase64();
}

/**
 * Reads a chunk.
 *
 * @param text Its base64.
 * @param shape Replicas and thresholds of the run.
 * @returns The chunk.
 * @throws {FileError} If it is none.
 */
export function readChunkText(text: string, shape: TraceShape): TraceChunk {
  // Older browsers of those that the page is for have no Uint8Array.fromBase64.
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return readChunk(bytes, shape, "feed");
}
