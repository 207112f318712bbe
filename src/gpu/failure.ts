/**
 * Failures of a device: its loss, errors that reach no scope, and errors of a named action.
 *
 * @module
 */
import { DeviceLostError, KernelError, StaircaseError } from "../errors.ts";

/**
 * Kinds of errors that a device reports. `internal`: its driver fails at a valid request, such as a
 * pipeline that it can not compile.
 */
const KINDS = ["out-of-memory", "internal", "validation"] as const satisfies readonly GPUErrorFilter[];

/** Listens to a device, and rejects every pending read-back at its first failure. */
export class DeviceFailure implements Disposable {
  /** Rejects at the first failure; never resolves. */
  readonly promise: Promise<never>;
  readonly #device: GPUDevice;
  readonly #listen: (event: Event) => void;
  readonly #rejections = new Set<(error: StaircaseError) => void>();
  /** The device's verdicts on buffers and bind groups. */
  readonly #verdicts = new WeakMap<object, Promise<KernelError | null>>();
  #error: StaircaseError | null = null;
  #isDisposed = false;

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
    this.#rejections.add(reject);
    device.lost.then((lost) => {
      if (this.#isDisposed) return;
      this.report(new DeviceLostError(`the GPU device was lost (${lost.message || lost.reason}); run again`));
    });
    this.#listen = (event) => {
      if (isOwn) event.preventDefault();
      const { error } = event as GPUUncapturedErrorEvent;
      this.report(new KernelError(`the GPU rejected a command: ${firstLines(error.message)}`));
    };
    device.addEventListener("uncapturederror", this.#listen);
  }

  /**
   * Records the first failure; later ones are its consequences.
   *
   * @param error The failure.
   */
  report(error: StaircaseError): void {
    if (this.#error || this.#isDisposed) return;
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
        const refusal = refusals.find((each) => each instanceof KernelError) ?? null;
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
   * Waits for the device's verdict on what was made by {@linkcode watch} or {@linkcode allocate}.
   *
   * @param made Buffers and bind groups.
   * @throws {KernelError} If one of them can not be used.
   */
  async accept(made: readonly (GPUBuffer | GPUBindGroup)[]): Promise<void> {
    const errors = await Promise.all(made.map((each) => this.#verdicts.get(each)));
    const error = errors.find((each) => each instanceof KernelError);
    if (error) throw error;
  }

  /** Runs an action; gives its result, and a promise of the device's verdict on it. */
  #judge<T>(name: string, action: () => T): [result: T, verdict: Promise<KernelError | null>] {
    const device = this.#device;
    for (const kind of KINDS) device.pushErrorScope(kind);
    let popped: Promise<(GPUError | null)[]> | undefined;
    try {
      const result = action();
      popped = Promise.all(KINDS.map(() => device.popErrorScope()));
      const verdict = popped.then((errors) => {
        const error = errors.find((each) => each !== null);
        return error ? new KernelError(`${name}: ${firstLines(error.message)}`) : null;
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
   * @throws {StaircaseError} If the device failed, or this was disposed.
   */
  async map(staging: GPUBuffer): Promise<ArrayBuffer> {
    if (this.#error) throw this.#error;
    if (this.#isDisposed) {
      throw new StaircaseError(`${staging.label}: this Gpu was disposed; open another one`);
    }
    // A race against `promise` itself would keep every reading in memory for as long as the device
    // lives.
    const { promise: failed, reject } = Promise.withResolvers<never>();
    this.#rejections.add(reject);
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const mapped = staging.mapAsync(GPUMapMode.READ).catch(async (error) => {
        // A lost device also rejects the mapping, with a vaguer error: wait for the report of the
        // loss first.
        if (!this.#isDisposed) await new Promise((resolve) => timer = setTimeout(resolve, 100));
        throw error;
      });
      await Promise.race([mapped, failed]);
    } finally {
      clearTimeout(timer);
      this.#rejections.delete(reject);
    }
    return staging.getMappedRange();
  }

  /** Stops listening. A device that is destroyed from now on has not failed. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.#device.removeEventListener("uncapturederror", this.#listen);
  }
}

/**
 * The first three lines of a device's report, in one. Its reports run over many lines, the cause
 * among the first.
 */
function firstLines(message: string): string {
  return message.split("\n").map((line) => line.trim()).filter((line) => line !== "").slice(0, 3).join(" ");
}
