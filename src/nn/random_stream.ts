/**
 * Streams of random numbers, one for each replica.
 *
 * @module
 */
import { checkKeys, checkNumber } from "../check.ts";
import { InputError } from "../errors.ts";

/**
 * A stream of random numbers: the key of Philox from which a replica draws its initial parameters
 * and its mini-batches. Replicas with the same stream start from the same parameters, and with
 * mini-batches of one size see the same samples, whatever else differs.
 */
export interface RandomStream {
  /** Seed, an integer in [0, 2³²). */
  readonly seed: number;
  /** Number of the stream of this seed, an integer in [0, 2³²). */
  readonly stream: number;
}

/** Numbers that Philox takes as a key: 32-bit words. */
const WORD = { min: 0, max: 2 ** 32 - 1, integer: true };

/**
 * Completes the streams of some replicas.
 *
 * @param replicas Number of replicas.
 * @param seed Seed of the streams if none are given.
 * @param streams One for each replica. Default: (seed, r) for replica r.
 * @returns One for each replica.
 * @throws {InputError} If a number is out of range, or there is not one stream for each replica.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(randomStreams(2, 7), [{ seed: 7, stream: 0 }, { seed: 7, stream: 1 }]);
 * ```
 */
export function randomStreams(
  replicas: number,
  seed: number,
  streams: readonly RandomStream[] | null = null,
): readonly RandomStream[] {
  if (streams === null) return Array.from({ length: replicas }, (_, stream) => ({ seed, stream }));
  if (!Array.isArray(streams) || streams.length !== replicas) {
    throw new InputError(
      `random streams: ${
        streams?.length ?? streams
      } for ${replicas} replicas; give { seed, stream } for each`,
    );
  }
  for (const each of streams) {
    checkKeys("random streams", each, ["seed", "stream"]);
    checkNumber("seed of a random stream", each.seed, WORD);
    checkNumber("number of a random stream", each.stream, WORD);
  }
  return streams;
}
