/**
 * Writes IDX files for tests.
 *
 * @module
 */

/** An IDX file of unsigned bytes. */
export function idx(magic: number, sizes: number[], body: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const header = 4 + 4 * sizes.length;
  const bytes = new Uint8Array(header + body.length);
  const view = new DataView(bytes.buffer);
  [magic, ...sizes].forEach((value, i) => view.setUint32(4 * i, value));
  bytes.set(body, header);
  return bytes;
}

/** An IDX file of images, whose pixels count up modulo 256. */
export function idxImages(count: number, rows: number, columns: number): Uint8Array<ArrayBuffer> {
  return idx(0x803, [count, rows, columns], Uint8Array.from({ length: count * rows * columns }, (_, i) => i));
}

/** An IDX file of labels. */
export function idxLabels(labels: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  return idx(0x801, [labels.length], labels);
}

/** The bytes compressed by gzip. */
export async function gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A directory for the files of one test, removed at the end of its scope. */
export function temporaryDirectory(): Disposable & {
  path: string;
  write(name: string, bytes: Uint8Array): string;
} {
  const path = Deno.makeTempDirSync({ prefix: "staircase-tasks-" });
  return {
    path,
    write(name, bytes) {
      const file = `${path}/${name}`;
      Deno.writeFileSync(file, bytes);
      return file;
    },
    [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }),
  };
}
