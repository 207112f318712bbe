/**
 * Failures of a device: its loss, errors that reach no scope, and errors of a named action.
 *
 * @module
 */
import { DeviceLostError, KernelError, StaircaseError } from "../errors.ts";

/** Listens to a device, and rejects every pending read-back at its first failure. */
export class DeviceFailure implements Disposable {
  /** Rejects at the first failure; never resolves. */
  readonly promise: Promise<never>;
  readonly #device: GPUDevice;
  readonly #listen: (event: Event) => void;
  readonly #rejections = new Set<(error: StaircaseError) => void>();
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
    const device = this.#device;
    device.pushErrorScope("out-of-memory");
    device.pushErrorScope("validation");
    let result: T | undefined, thrown: unknown;
    try {
      result = action();
    } catch (error) {
      thrown = error;
    }
    const errors = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
    const error = errors.find((e) => e !== null);
    if (error) throw new KernelError(`${name}: ${firstLines(error.message)}`);
    if (thrown instanceof StaircaseError) throw thrown;
    if (thrown !== undefined) throw new KernelError(`${name}: ${firstLines(String(thrown))}`);
    return result as T;
  }

  /**
   * Runs an action at once. If the device rejects a call later, the failure names the action.
   *
   * @param name Name of the action for error messages.
   * @param action Synchronous calls to the device.
   * @returns The action's result.
   */
  watch<T>(name: string, action: () => T): T {
    this.#device.pushErrorScope("validation");
    try {
      return action();
    } finally {
      this.#device.popErrorScope().then((error) => {
        if (error) this.report(new KernelError(`${name}: ${firstLines(error.message)}`));
      }, () => {}); // A lost device has already reported its loss.
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
