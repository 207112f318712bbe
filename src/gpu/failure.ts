/**
 * Failures of a device: its loss, errors that reach no scope, and errors of a named action.
 *
 * @module
 */
import { DeviceLostError, KernelError, OutOfMemoryError, StaircaseError } from "../errors.ts";

/** What to do about memory that a device refuses. */
const NO_MEMORY = "the GPU has no memory left for it; use fewer samples, replicas or neurons";

/**
 * Kinds of errors that a device reports. `internal`: its driver fails at a valid request, such as a
 * pipeline that it can not compile.
 */
const KINDS = ["out-of-memory", "internal", "validation"] as const satisfies readonly GPUErrorFilter[];

/** Listens to a device, and rejects pending read-backs at its first failure or its disposal. */
export class DeviceFailure implements Disposable {
  /** Rejects at the first failure; never resolves. */
  readonly promise: Promise<never>;
  readonly #reject: (error: StaircaseError) => void;
  readonly #device: GPUDevice;
  readonly #listen: (event: Event) => void;
  readonly #rejections = new Set<(error: StaircaseError) => void>();
  /** The device's verdicts on buffers and bind groups. */
  readonly #verdicts = new WeakMap<object, Promise<StaircaseError | null>>();
  #error: StaircaseError | null = null;

  /**
   * Starts to listen.
   *
   * @param device Device to listen to.
   * @param isOwn Whether only this toolkit uses the device. Its uncaught errors are then not also
   * logged by the runtime.
   */
  constructor(device: GPUDevice, isOwn: boolean) {
    this.#device = device;
    const { promise, reject } = Promise.withResolvers<never>();
    this.promise = promise;
    // Callers that wait for results race against the promise. Without such a caller its rejection
    // is not an error.
    this.promise.catch(() => {});
    this.#reject = reject;
    device.lost.then((lost) => {
      this.report(new DeviceLostError(`the GPU device was lost (${lost.message || lost.reason}); run again`));
    });
    this.#listen = (event) => {
      if (isOwn) event.preventDefault();
      const { error } = event as GPUUncapturedErrorEvent;
      this.report(new KernelError(`the GPU rejected a command: ${firstLines(error.message)}`));
    };
    device.addEventListener("uncapturederror", this.#listen);
  }

  /** Why the device can not be used any more: its first failure, or its disposal; or `null`. */
  get error(): StaircaseError | null {
    return this.#error;
  }

  /**
   * Refuses to use a device that failed or was disposed.
   *
   * @throws {StaircaseError} If it did.
   */
  check(): void {
    if (this.#error) throw this.#error;
  }

  /**
   * Records the first failure; later ones are its consequences.
   *
   * @param error The failure.
   */
  report(error: StaircaseError): void {
    if (this.#error) return;
    this.#end(error);
    this.#reject(error);
  }

  #end(error: StaircaseError): void {
    this.#error = error;
    for (const reject of this.#rejections) reject(error);
    this.#rejections.clear();
  }

  /**
   * Runs an action and waits for the device's verdict on it.
   *
   * @param name Name of the action for error messages.
   * @param action Synchronous calls to the device.
   * @returns The action's result.
   * @throws {KernelError} If the device rejects a call; the message has the name and the device's
   * first lines.
   * @throws {StaircaseError} If the device failed or was disposed, before or meanwhile.
   */
  async scope<T>(name: string, action: () => T): Promise<T> {
    const [{ result, thrown }, verdict] = this.#judge(name, (): { result?: T; thrown?: unknown } => {
      try {
        return { result: action() };
      } catch (thrown) {
        return { thrown };
      }
    });
    const error = await verdict;
    this.check();
    if (error) throw error;
    if (thrown instanceof StaircaseError) throw thrown;
    if (thrown !== undefined) throw new KernelError(`${name}: ${firstLines(String(thrown))}`);
    return result as T;
  }

  /**
   * Runs an action at once. If the device rejects a call later, the failure names the action. What
   * follows from memory that was refused to a buffer is no failure yet: {@linkcode accept} tells.
   *
   * @param name Name of the action for error messages.
   * @param action Synchronous calls to the device.
   * @param buffers Buffers that the calls use.
   * @returns The action's result.
   */
  watch<T>(name: string, action: () => T, buffers: readonly GPUBuffer[] = []): T {
    const [result, verdict] = this.#judge(name, action);
    const verdicts = Promise.all([verdict, ...buffers.map((buffer) => this.#verdicts.get(buffer))])
      .then(([error, ...refusals]) => {
        const refusal = refusals.find((each) => each) ?? null;
        if (error && !refusal) this.report(error);
        return refusal ?? error;
      }, () => null); // A lost device has already reported its loss.
    if (typeof result === "object" && result !== null) this.#verdicts.set(result, verdicts);
    return result;
  }

  /**
   * Allocates a buffer. If the device has no memory for it, this fails the device only when
   * commands that use the buffer are submitted.
   *
   * @param descriptor Label, size and usage.
   * @returns The buffer.
   */
  allocate(descriptor: GPUBufferDescriptor): GPUBuffer {
    const [buffer, verdict] = this.#judge(`${descriptor.label}`, () => this.#device.createBuffer(descriptor));
    this.#verdicts.set(buffer, verdict.catch(() => null));
    return buffer;
  }

  /**
   * Tells the device's verdict on a buffer made by {@linkcode allocate}.
   *
   * @param buffer The buffer.
   * @returns The reason why it can not be used, or `null`.
   */
  verdict(buffer: GPUBuffer): Promise<StaircaseError | null> {
    return this.#verdicts.get(buffer) ?? Promise.resolve(null);
  }

  /**
   * Waits for the device's verdict on what was made by {@linkcode watch} or {@linkcode allocate}.
   *
   * @param made Buffers and bind groups.
   * @throws {KernelError} If one of them can not be used.
   * @throws {StaircaseError} If the device failed or was disposed.
   */
  async accept(made: readonly (GPUBuffer | GPUBindGroup)[]): Promise<void> {
    const errors = await Promise.all(made.map((each) => this.#verdicts.get(each)));
    this.check();
    const error = errors.find((each) => each);
    if (error) throw error;
  }

  /** Runs an action; gives its result, and a promise of the device's verdict on it. */
  #judge<T>(name: string, action: () => T): [result: T, verdict: Promise<StaircaseError | null>] {
    this.check();
    const device = this.#device;
    for (const kind of KINDS) device.pushErrorScope(kind);
    let popped: Promise<(GPUError | null)[]> | undefined;
    try {
      const result = action();
      popped = Promise.all(KINDS.map(() => device.popErrorScope()));
      const verdict = popped.then((errors) => {
        // The scope that was opened first is closed last.
        const [memory, ...others] = errors.toReversed();
        const error = others.find((each) => each !== null);
        if (error) return new KernelError(`${name}: ${firstLines(error.message)}`);
        return memory && new OutOfMemoryError(`${name}: ${NO_MEMORY} (${firstLines(memory.message)})`);
      });
      return [result, verdict];
    } finally {
      if (!popped) KINDS.forEach(() => device.popErrorScope().catch(() => {}));
    }
  }

  /**
   * Maps a staging buffer for reading, once the GPU is done with it.
   *
   * @param staging Buffer to map.
   * @returns Its bytes, until it is unmapped.
   * @throws {StaircaseError} If the buffer was destroyed, or the device failed or was disposed.
   */
  async map(staging: GPUBuffer): Promise<ArrayBuffer> {
    this.check();
    // A race against `promise` itself would keep every reading in memory for as long as the device
    // lives.
    const { promise: failed, reject } = Promise.withResolvers<never>();
    this.#rejections.add(reject);
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const mapped = staging.mapAsync(GPUMapMode.READ).catch(async (error) => {
        const refusal = await this.#verdicts.get(staging);
        if (refusal) throw refusal;
        // A lost device also rejects the mapping, with a vaguer error: wait for the report of the
        // loss first.
        await new Promise((resolve) => timer = setTimeout(resolve, 100));
        throw unreadable(staging, error);
      });
      await Promise.race([mapped, failed]);
      // A mapping that was pending when the device was lost may still succeed, without the results.
      this.check();
    } finally {
      clearTimeout(timer);
      this.#rejections.delete(reject);
    }
    try {
      return staging.getMappedRange();
    } catch (error) {
      throw unreadable(staging, error);
    }
  }

  /**
   * Stops listening, and rejects pending read-backs. A device that is destroyed from now on has not
   * failed.
   */
  [Symbol.dispose](): void {
    if (!this.#error) this.#end(new StaircaseError("this Gpu was disposed; open another one"));
    this.#device.removeEventListener("uncapturederror", this.#listen);
  }
}

/** The error of a buffer whose bytes can not be had: it was freed by its owner meanwhile. */
function unreadable({ label }: GPUBuffer, cause: unknown): StaircaseError {
  const why = firstLines(String(cause));
  return new StaircaseError(`${label}: what it belongs to was disposed before it was read (${why})`);
}

/**
 * The first three lines of a device's report, in one. Its reports run over many lines, the cause
 * among the first.
 */
function firstLines(message: string): string {
  return message.split("\n").map((line) => line.trim()).filter((line) => line !== "").slice(0, 3).join(" ");
}
