/**
 * What the fuzzer needs to know of a parser.
 *
 * @module
 */
import type { fc } from "../../deps.ts";

/** A parser, and inputs to try it with. */
export interface FuzzedParser {
  /** Name, for the table and `--parser`. */
  readonly name: string;
  /** Real files, which are damaged. */
  files(): readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
  /** Files that are nearly valid, built from the parts of the format. */
  readonly nearly: fc.Arbitrary<Uint8Array | Promise<Uint8Array>>;
  /**
   * Parses an input and reads all that it holds. It throws a `StaircaseError`, or returns what it
   * read. What it calls the input in messages is to be short.
   */
  parse(bytes: Uint8Array<ArrayBuffer>): unknown;
  /**
   * Compares what was read with what a simple reader makes of the same input. Throws if they
   * differ.
   */
  check?(bytes: Uint8Array<ArrayBuffer>, value: unknown): void | Promise<void>;
  /**
   * Bytes of memory for each byte of the input: entries of 8 bits become floats of 32, and so on.
   */
  readonly expansion: number;
}

/** Text as bytes. */
export const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** Bytes as text; what is not UTF-8 is replaced. */
export const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
