/**
 * The errors that Staircase throws on purpose. Each message is one line that says what is wrong and
 * what to do; a program prints it and exits with {@linkcode StaircaseError.exitStatus}.
 *
 * @module
 */

/**
 * Longest message, in characters. Names and numbers from files go into messages, and may be of any
 * length.
 */
const LONGEST = 600;

/** Characters kept of the end of a longer message, which says what to do. */
const KEPT_END = 200;

/**
 * Puts a message on one line of bounded length: characters that can not be seen, such as those of
 * line ends and terminals, are written by their numbers, and the middle is left out.
 */
function oneLine(message: string): string {
  const line = String(message).toWellFormed().replaceAll(
    /[\p{Cc}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
  if (line.length <= LONGEST) return line;
  return `${line.slice(0, LONGEST - KEPT_END - 1)}…${line.slice(-KEPT_END)}`.toWellFormed();
}

/** Base of every error that Staircase throws on purpose. */
export class StaircaseError extends Error {
  /**
   * Exit status of a program that ends with this error: 1, the run failed; 2, the request was
   * wrong; 3, an alarm went off.
   */
  readonly exitStatus: 1 | 2 | 3 = 1;

  /**
   * Says what is wrong and what to do.
   *
   * @param message One line; line ends in it are escaped, and the middle of one of more than 600
   * characters is left out.
   * @param options Its cause, if there is one.
   */
  constructor(message: string, options?: ErrorOptions) {
    super(oneLine(message), options);
  }

  /** Name of the error's class. */
  override get name(): string {
    return this.constructor.name;
  }
}

/** No GPU adapter was found, or none of the kind asked for. */
export class GpuUnavailableError extends StaircaseError {}

/** The device was lost (driver reset, adapter unplugged) and the work on it with it. */
export class DeviceLostError extends StaircaseError {}

/**
 * A kernel was rejected by the device: the message names the kernel. A defect of Staircase, not of
 * the request.
 */
export class KernelError extends StaircaseError {}

/** The adapter does not keep the digits that an arithmetic needs. */
export class PrecisionError extends StaircaseError {}

/** The loss of a network became NaN or infinite. The trace up to there is kept. */
export class DivergenceError extends StaircaseError {
  /** Step at which the loss was first not finite. */
  readonly step: number;
  /** Replicas whose loss was not finite there. */
  readonly replicas: readonly number[];

  /**
   * Says what diverged, and where.
   *
   * @param message One line that says what diverged.
   * @param step Step at which the loss was first not finite.
   * @param replicas Replicas whose loss was not finite there.
   */
  constructor(message: string, step: number, replicas: readonly number[]) {
    super(message);
    this.step = step;
    this.replicas = replicas;
  }
}

/**
 * A file could not be written or read, through no fault of the request: the disk is full, the
 * folder vanished, the file is damaged.
 */
export class FileError extends StaircaseError {}

/** The request was wrong: an unknown name, a number out of range, a malformed file. */
export class InputError extends StaircaseError {
  /** A program that ends with this error exits with 2. */
  override readonly exitStatus = 2;
}

/** Shapes do not fit together, or do not fit in the adapter's limits. */
export class ShapeError extends InputError {}

/** What was asked for is larger than the adapter allows: less of it would fit. */
export class LimitError extends ShapeError {}

/** The machine, or the GPU, has no memory for what was asked for. */
export class OutOfMemoryError extends LimitError {}
