/**
 * Steps that are solved together.
 *
 * @module
 */

/** Bytes of features, and steps, that are solved together at most. */
const MOST_BYTES = 2 ** 24, MOST_STEPS = 64;

/**
 * Finds how many of the next steps are solved together: small ones take about as long as one.
 *
 * @param steps Steps in order; at least one.
 * @returns Their number, from 1.
 */
export function batchSize(steps: readonly { readonly bytes: number }[]): number {
  let bytes = 0, size = 0;
  for (; size < Math.min(MOST_STEPS, steps.length); size++) {
    bytes += steps[size].bytes;
    if (bytes > MOST_BYTES && size > 0) break;
  }
  return size;
}

/**
 * Cuts steps into batches. The first step is one of its own, so that progress is soon seen.
 *
 * @param steps The steps.
 * @returns The batches, in order.
 */
export function* batches<Step extends { readonly bytes: number }>(
  steps: readonly Step[],
): Generator<readonly Step[], void, void> {
  for (let from = 0; from < steps.length;) {
    const size = from === 0 ? 1 : batchSize(steps.slice(from, from + MOST_STEPS));
    yield steps.slice(from, from + size);
    from += size;
  }
}
