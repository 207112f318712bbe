/**
 * Counts the memory that code asks for.
 *
 * @module
 */

const CONSTRUCTORS = [
  ...["Uint8Array", "Int8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array"] as const,
  ...["Uint32Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array"] as const,
  ...["ArrayBuffer", "SharedArrayBuffer", "Array"] as const,
];

/** Bytes of an item of a list. */
const ITEM = 8;

/**
 * Runs code and counts the bytes of the arrays that it makes by their length, whether or not they
 * can be had: memory that is never written to does not show in the size of the process.
 *
 * @param work The code. It must run alone.
 * @returns The number of bytes, and what the code returned, or what it threw.
 */
export async function countAllocations(
  work: () => unknown,
): Promise<{ readonly bytes: number; readonly value?: unknown; readonly error?: unknown }> {
  let bytes = 0;
  const world = globalThis as unknown as Record<string, new (...args: unknown[]) => object>;
  const originals = CONSTRUCTORS.map((name) => [name, world[name]] as const);
  for (const [name, original] of originals) {
    const each = (original as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ??
      (name === "Array" ? ITEM : 1);
    world[name] = new Proxy(original, {
      construct(target, args, newTarget) {
        if (args.length >= 1 && typeof args[0] === "number" && args[0] > 0) bytes += each * args[0];
        return Reflect.construct(target, args, newTarget) as object;
      },
      apply(target, self, args) {
        if (args.length === 1 && typeof args[0] === "number" && args[0] > 0) bytes += each * args[0];
        return Reflect.apply(target as unknown as (...args: unknown[]) => unknown, self, args);
      },
    });
  }
  try {
    const value = await work();
    return { value, bytes };
  } catch (error) {
    return { error, bytes };
  } finally {
    for (const [name, original] of originals) world[name] = original;
  }
}
