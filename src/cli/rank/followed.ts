/**
 * Features whose reading is followed.
 *
 * @module
 */
import type { MatrixSource } from "../../linalg/matrix_source.ts";

/**
 * Follows how far features that stay in their file have been read: along the longer side, in the
 * first pass over them, which takes most of the time.
 *
 * @param features The features.
 * @param onRead Called with the rows or columns that have been read, and a few words on it.
 * @returns The same features; those in memory are not followed.
 */
export function followed(
  features: MatrixSource,
  onRead: (done: number, text: string) => void,
): MatrixSource {
  if ("data" in features) return features;
  const { rows, columns } = features;
  let most = 0;
  const read = (end: number) => {
    most = Math.max(most, end);
    onRead(most, end < most ? "reading them again" : "");
  };
  return {
    rows,
    columns,
    tile: (first, count) => {
      if (rows >= columns) read(first + count);
      return features.tile(first, count);
    },
    ...features.columnTile && {
      columnTile: (first, count) => {
        if (rows < columns) read(first + count);
        return features.columnTile!(first, count);
      },
    },
  };
}
