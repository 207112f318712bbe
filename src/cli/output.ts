/**
 * The two outputs of a program: results on stdout, which must arrive, and notes on stderr, which
 * must never end a run.
 *
 * @module
 */
import { StaircaseError } from "../errors.ts";

/** Results that could not be printed on stdout. Their files are there all the same. */
export class OutputError extends StaircaseError {}

/** A display that stands below all that is said on stderr. */
export interface Standing {
  /** Takes it away, and leaves the cursor where it began. */
  clear(): void;
  /** Draws it anew. */
  draw(): void;
}

/** The display that stands on stderr. There is one stderr, and one end of it. */
let standing: Standing | null = null;

/**
 * Lets a display stand on stderr: each line that is said goes above it.
 *
 * @param display The display, in place of one that stands there.
 * @returns Ends this, and leaves what is drawn.
 */
export function stand(display: Standing): Disposable {
  standing = display;
  return {
    [Symbol.dispose]() {
      if (standing === display) standing = null;
    },
  };
}

/**
 * Writes text on stderr, and nothing after it.
 *
 * @param text The text. A closed stderr loses it and nothing else.
 */
export function show(text: string): void {
  try {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length;) at += Deno.stderr.writeSync(bytes.subarray(at));
  } catch {
    // There is no place left to complain at.
  }
}

/**
 * Says a line on stderr. A closed stderr, a full disk behind it or a terminal that is gone loses
 * the line and nothing else.
 *
 * @param line The line, without its end.
 */
export function say(line: string): void {
  standing?.clear();
  try {
    console.error(line);
  } catch {
    // There is no place left to complain at.
  }
  standing?.draw();
}

/** Whether an error says that the other end of an output was closed. */
export function isBrokenPipe(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe ||
    error instanceof Error && (error as { code?: unknown }).code === "EPIPE";
}

/**
 * Prints text on stdout. Unlike `console.log` it fails where the other end of a pipe is closed, so
 * that the exit status can say so. Print results when their files are written.
 *
 * @param text The text, without the end of its last line.
 * @throws {Deno.errors.BrokenPipe} If nothing reads the output any more.
 * @throws {OutputError} If it cannot be written, for instance to a full disk.
 */
export function print(text: string): void {
  const bytes = new TextEncoder().encode(`${text}\n`);
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  } catch (error) {
    if (isBrokenPipe(error)) throw error;
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new OutputError(`cannot print the results: ${reason}; give stdout another place`, {
      cause: error,
    });
  }
}
