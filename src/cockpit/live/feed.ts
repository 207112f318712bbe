/**
 * What a server sends of a run that another process trains: its facts, chunks of its record, its
 * end.
 *
 * @module
 */
import { readChunk, type TraceShape } from "../../io/chunk_bytes.ts";
import type { TraceChunk } from "../../train/state.ts";
import type { NetworkSnapshot } from "../data/networks.ts";
import type { RunFacts } from "./run_facts.ts";

/** Names of the events of a feed. */
export const FEED_EVENTS = { run: "run", chunk: "chunk", network: "network", end: "end" } as const;

/** First event: what the run is. */
export interface FeedRun {
  /** Facts of the run. */
  readonly facts: RunFacts;
  /** Adapter that it trains on. */
  readonly adapterName: string;
}

/** The networks of a run at a step: what they are, and arrays as base64. */
export interface FeedNetwork extends Omit<NetworkSnapshot, "arrays"> {
  /** Texts of the arrays, by their names. */
  readonly arrays: Readonly<Record<keyof NetworkSnapshot["arrays"], string>>;
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

/** Reads bytes. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  // Older browsers of those that the page is for have no Uint8Array.fromBase64.
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
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
  return readChunk(bytesOf(text), shape, "feed");
}

/** Changes the arrays of networks. */
function mapArrays<From, To>(
  { parameters, x, weights, targetX, targetY }: Readonly<Record<keyof NetworkSnapshot["arrays"], From>>,
  change: (array: From) => To,
): Record<keyof NetworkSnapshot["arrays"], To> {
  return {
    parameters: change(parameters),
    x: change(x),
    weights: change(weights),
    targetX: change(targetX),
    targetY: change(targetY),
  };
}

/**
 * Writes the networks at a step as text.
 *
 * @param snapshot The networks.
 * @returns Their JSON.
 */
export function networkText(snapshot: NetworkSnapshot): string {
  const text = ({ buffer, byteOffset, byteLength }: Float32Array) =>
    new Uint8Array(buffer, byteOffset, byteLength).toBase64();
  const told: FeedNetwork = { ...snapshot, arrays: mapArrays(snapshot.arrays, text) };
  return JSON.stringify(told);
}

/**
 * Reads the networks at a step.
 *
 * @param text Their JSON.
 * @returns The networks.
 */
export function readNetworkText(text: string): NetworkSnapshot {
  const told: FeedNetwork = JSON.parse(text);
  return { ...told, arrays: mapArrays(told.arrays, (array) => new Float32Array(bytesOf(array).buffer)) };
}
