/**
 * Messages between two processes: each a length of eight bytes, and a value in V8's own form, which
 * keeps typed arrays, NaN and infinities.
 *
 * @module
 */
import { deserialize, serialize } from "node:v8";

/** Sends and receives values over two streams of bytes. */
export class Frames {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  /**
   * Takes the streams.
   *
   * @param input Where values come from.
   * @param output Where values go.
   */
  constructor(input: ReadableStream<Uint8Array>, output: WritableStream<Uint8Array>) {
    this.#reader = input.getReader();
    this.#writer = output.getWriter();
  }

  /**
   * Sends a value.
   *
   * @param value What V8 can serialise: no functions.
   * @throws {Error} If the other end is closed.
   */
  async send(value: unknown): Promise<void> {
    const bytes = serialize(value);
    const length = new Uint8Array(8);
    new DataView(length.buffer).setBigUint64(0, BigInt(bytes.length));
    await Promise.all([this.#writer.write(length), this.#writer.write(bytes)]);
  }

  /**
   * Waits for the next value.
   *
   * @returns The value; `undefined` once the other end is closed.
   */
  async receive(): Promise<unknown> {
    const head = await this.#take(8);
    if (head === null) return undefined;
    const bytes = await this.#take(Number(new DataView(head.buffer).getBigUint64(0)));
    return bytes === null ? undefined : deserialize(bytes);
  }

  /** Closes the output. What is not read of the input is dropped. */
  async close(): Promise<void> {
    await this.#writer.close().catch(() => {});
    await this.#reader.cancel().catch(() => {});
  }

  /** Reads a number of bytes; `null` if there are fewer. */
  async #take(length: number): Promise<Uint8Array<ArrayBuffer> | null> {
    const taken = new Uint8Array(length);
    let filled = 0;
    while (filled < length) {
      if (this.#rest.length === 0) {
        const { value } = await this.#reader.read();
        if (value === undefined) return null;
        this.#rest = value;
      }
      const part = this.#rest.subarray(0, length - filled);
      taken.set(part, filled);
      filled += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return taken;
  }
}
