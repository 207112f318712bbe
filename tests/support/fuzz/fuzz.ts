/**
 * Tries a parser with damaged and made-up files, and judges what comes of each.
 *
 * @module
 */
import { StaircaseError } from "../../../src/errors.ts";
import { fc } from "../../deps.ts";
import { countAllocations } from "./allocations.ts";
import { damaged } from "./mutations.ts";
import type { FuzzedParser } from "./parser.ts";

/** Longest message of an error, in characters. */
const LONGEST_MESSAGE = 450;
/** Longest time of an input, in milliseconds. */
const LONGEST_TIME = 2000;
/** Memory that any input may take: buffers of a fixed size. */
const FIXED = 2 ** 20;
/** Inputs that are made together. */
const BATCH = 100;

/** What is wrong with how an input was treated. */
export interface Fault {
  /** Kind: an error that is none of the toolkit's, and so on. */
  readonly kind: "untyped" | "message" | "slow" | "memory" | "wrong" | "crash" | "hang";
  /** Index of the input. */
  readonly index: number;
  /** What happened. */
  readonly text: string;
  /** The input; absent where the process that had it ended. */
  readonly input?: Uint8Array;
}

/** What came of some inputs. */
export interface FuzzOutcome {
  inputs: number;
  accepted: number;
  /** Refused inputs by the type of the error. */
  readonly refused: Record<string, number>;
  /** Most memory asked for beyond the size of the input, in bytes. */
  mostMemory: number;
  /** Longest time in milliseconds. */
  longest: number;
  readonly faults: Fault[];
}

/** Starts with nothing. */
export function emptyOutcome(): FuzzOutcome {
  return { inputs: 0, accepted: 0, refused: {}, mostMemory: 0, longest: 0, faults: [] };
}

/** Which inputs, and what to do with the outcome of each. */
export interface FuzzOptions {
  readonly seed: number;
  /** Index of the first. */
  readonly first?: number;
  readonly count: number;
  /** Called before each input, so that one that ends the process is known. */
  readonly onInput?: (index: number) => void;
}

/** Mixes numbers into a seed. */
function mix(seed: number, text: string, index: number): number {
  let hash = seed >>> 0;
  for (const code of [...text].map((each) => each.codePointAt(0)!).concat(index)) {
    hash = Math.imul(hash ^ code, 0x01000193) >>> 0;
    hash = (hash ^ hash >>> 15) >>> 0;
  }
  return hash | 0;
}

/**
 * Makes the inputs of a parser: half of them damaged files, half made up. The same seed and index
 * give the same input.
 */
export async function* fuzzInputs(
  parser: FuzzedParser,
  { seed, first = 0, count }: FuzzOptions,
): AsyncGenerator<{ readonly index: number; readonly input: Uint8Array<ArrayBuffer> }> {
  const source = fc.oneof(damaged(await parser.files()), parser.nearly as fc.Arbitrary<Uint8Array>);
  for (let batch = Math.floor(first / BATCH); batch * BATCH < first + count; batch++) {
    const inputs = fc.sample(source, { seed: mix(seed, parser.name, batch), numRuns: BATCH });
    for (const [i, input] of inputs.entries()) {
      const index = batch * BATCH + i;
      if (index >= first && index < first + count) yield { index, input: Uint8Array.from(await input) };
    }
  }
}

/** What is wrong with an error; `null` if nothing is. */
function judgeError(error: unknown): Pick<Fault, "kind" | "text"> | null {
  if (!(error instanceof StaircaseError)) {
    return { kind: "untyped", text: error instanceof Error ? error.stack ?? String(error) : String(error) };
  }
  const { message } = error;
  // deno-lint-ignore no-control-regex
  if (/[\x00-\x1f\x7f-\x9f\u2028\u2029]/.test(message) || message === "" || !message.isWellFormed()) {
    return { kind: "message", text: `not on one line: ${JSON.stringify(message)}` };
  }
  if (message.length > LONGEST_MESSAGE) {
    return { kind: "message", text: `${message.length} characters: ${message}` };
  }
  return null;
}

/**
 * Tries a parser.
 *
 * @param parser The parser.
 * @param options Which inputs.
 * @returns What came of them.
 */
export async function fuzz(parser: FuzzedParser, options: FuzzOptions): Promise<FuzzOutcome> {
  const outcome = emptyOutcome();
  for await (const { index, input } of fuzzInputs(parser, options)) {
    options.onInput?.(index);
    const fault = (kind: Fault["kind"], text: string) => outcome.faults.push({ kind, index, text, input });
    const start = performance.now();
    const { bytes, error, value } = await countAllocations(() => parser.parse(input));
    const time = performance.now() - start;
    outcome.inputs++;
    outcome.longest = Math.max(outcome.longest, time);
    outcome.mostMemory = Math.max(outcome.mostMemory, bytes - input.length);
    if (time > LONGEST_TIME) fault("slow", `${time.toFixed(0)} ms`);
    if (bytes > FIXED + parser.expansion * input.length) {
      fault("memory", `${bytes} bytes for an input of ${input.length}`);
    }
    if (error !== undefined) {
      const name = error instanceof Error ? error.constructor.name : typeof error;
      outcome.refused[name] = (outcome.refused[name] ?? 0) + 1;
      const wrong = judgeError(error);
      if (wrong) fault(wrong.kind, wrong.text);
      continue;
    }
    outcome.accepted++;
    try {
      await parser.check?.(input, value);
    } catch (cause) {
      fault("wrong", cause instanceof Error ? cause.message : String(cause));
    }
  }
  return outcome;
}
