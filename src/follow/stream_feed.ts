/**
 * Steps from a stream, such as a pipe from the training program. It is read as fast as it comes, so
 * that the training never waits for ranks.
 *
 * @module
 */
import { heldBytes } from "../io/bytes.ts";
import { ArrayOfBytes } from "../io/stored_array.ts";
import type { Backlog } from "./backlog.ts";
import { type Frame, parseFrame, StreamReader } from "./frames.ts";
import type { FedStep, FeedOptions, StepFeed } from "./step_feed.ts";
import type { TrackerEnd, TrackerFacts } from "./tracker_files.ts";

/** A frame of a step. */
type StepFrame = Extract<Frame, { readonly kind: "step" }>;

/** The feed of a stream. */
export class StreamFeed implements StepFeed {
  facts: TrackerFacts | null = null;
  end: TrackerEnd | null = null;
  readonly #reader: StreamReader;
  readonly #options: FeedOptions;
  #seen: number;
  #session: string | null = null;
  #isOutOfOrder = false;
  #reading: Promise<void> | null = null;
  #error: unknown = null;
  #change: PromiseWithResolvers<void> = Promise.withResolvers();

  /**
   * Reads nothing yet.
   *
   * @param stream The stream.
   * @param options Which steps are taken.
   */
  constructor(stream: AsyncIterable<Uint8Array>, options: FeedOptions) {
    this.#reader = new StreamReader(stream);
    this.#options = options;
    this.#seen = options.recorded.at(-1) ?? -1;
  }

  /** Begins to read; what is read goes into the backlog by itself. */
  poll(backlog: Backlog<FedStep>): Promise<void> {
    this.#reading ??= this.#readAll(backlog).catch((error) => {
      this.#error = error;
    }).finally(() => this.#change.resolve());
    // Steps before a fault are recorded first.
    if (this.#error && backlog.size === 0) throw this.#error;
    this.#change = this.#error || this.end ? this.#change : Promise.withResolvers();
    return Promise.resolve();
  }

  async #readAll(backlog: Backlog<FedStep>): Promise<void> {
    while (true) {
      const line = await this.#reader.line();
      if (line === null) {
        this.#options.onNotice("the stream ends without a last frame; the training may have been killed");
        this.end = { status: "stopped", dropped: 0 };
        return;
      }
      const frame = parseFrame(line);
      if (frame.kind === "begin") {
        // Another process may go back to steps before.
        [this.facts, this.#session, this.#seen] = [frame.facts, crypto.randomUUID(), -1];
      } else if (frame.kind === "end") {
        this.end = frame.end;
        return;
      } else this.#take(frame, await this.#reader.bytes(frame.bytes), backlog);
      this.#change.resolve();
    }
  }

  #take(frame: StepFrame, bytes: Uint8Array, backlog: Backlog<FedStep>): void {
    const { step, loss } = frame;
    if (step <= this.#seen) {
      if (!this.#isOutOfOrder) {
        this.#options.onNotice(
          `step ${step} comes after step ${this.#seen} and is left out, as are others that go back`,
        );
      }
      this.#isOutOfOrder = true;
      return;
    }
    this.#seen = step;
    backlog.push({
      step,
      session: this.#session,
      name: `step ${step} of the stream`,
      bytes: bytes.length,
      open() {
        let begin = 0;
        const source = heldBytes(bytes);
        const layers = frame.layers.map(({ name, dtype, shape, bytes }) => {
          const array = new ArrayOfBytes(source, { file: `step ${step}`, name, dtype, shape, begin });
          begin += bytes;
          return { layer: name, array };
        });
        const close = () => layers.forEach(({ array }) => array[Symbol.dispose]());
        return Promise.resolve({ loss, layers, [Symbol.dispose]: close });
      },
      discard: () => Promise.resolve(),
    });
  }

  /** Waits for a frame; see {@linkcode StepFeed.wait}. */
  async wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const aborted = Promise.withResolvers<void>(), stop = () => aborted.resolve();
    signal.addEventListener("abort", stop, { once: true });
    await Promise.race([this.#change.promise, aborted.promise]);
    signal.removeEventListener("abort", stop);
  }

  /** Leaves the stream as it is: the process ends with it. */
  async [Symbol.asyncDispose](): Promise<void> {}
}
