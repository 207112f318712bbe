/**
 * Files that are whole or refused: a header in JSON, bytes, and the SHA-256 of both.
 *
 * A file is its magic of 8 bytes, the version of its format, the length of the header, the header,
 * the bytes, and 32 bytes of the digest of all before.
 *
 * @module
 */
import { FileError } from "../errors.ts";
import { unreadable, unwritable } from "./file_reason.ts";
import { writeAtomically } from "./atomic.ts";
import { JsonError, parseJson } from "./parse_json.ts";
import { ByteReader, ByteWriter } from "./words.ts";

/** A kind of sealed file. */
export interface SealedKind {
  /** First 8 characters of such a file. */
  readonly magic: string;
  /** Version of its format. */
  readonly version: number;
  /** Name of the kind, for errors. */
  readonly name: string;
}

/** What a sealed file holds. */
export interface Sealed {
  /** Any JSON value. */
  readonly header: unknown;
  /** Any bytes. */
  readonly body: Uint8Array<ArrayBuffer>;
}

const DIGEST = 32, MAGIC = 8, FIXED = MAGIC + 8;

/**
 * Writes a sealed file under a temporary name and renames it.
 *
 * @param path Path of the file, in a folder that exists.
 * @param kind Its kind.
 * @param header Any JSON value.
 * @param parts The bytes, in parts.
 * @throws {FileError} If it cannot be written.
 */
export async function writeSealed(
  path: string,
  kind: SealedKind,
  header: unknown,
  parts: readonly (Uint8Array | Uint32Array)[],
): Promise<void> {
  const to = new ByteWriter(), encoder = new TextEncoder(), text = encoder.encode(JSON.stringify(header));
  to.array(encoder.encode(kind.magic));
  to.word(kind.version);
  to.word(text.length);
  to.array(text);
  for (const part of parts) to.array(part);
  to.array(new Uint8Array(await crypto.subtle.digest("SHA-256", to.bytes)));
  try {
    await writeAtomically(path, to.bytes);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/**
 * Reads a sealed file.
 *
 * @param path Path of the file.
 * @param kind The kind that it must have.
 * @returns What it holds.
 * @throws {FileError} If it cannot be read, or is of another kind or version, cut off or damaged.
 */
export async function readSealed(path: string, kind: SealedKind): Promise<Sealed> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = await Deno.readFile(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  const refuse = (why: string) => new FileError(`${path}: ${why}`);
  if (bytes.length < FIXED + DIGEST) throw refuse(`is cut off after ${bytes.length} bytes`);
  if (new TextDecoder("latin1").decode(bytes.subarray(0, MAGIC)) !== kind.magic) {
    throw refuse(`is no ${kind.name}`);
  }
  const content = bytes.subarray(0, bytes.length - DIGEST);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  if (!digest.every((byte, i) => byte === bytes[content.length + i])) throw refuse("is damaged or cut off");
  const from = new ByteReader(content.subarray(MAGIC), path);
  const version = from.word();
  if (version !== kind.version) {
    throw refuse(
      `has version ${version} of the format of a ${kind.name}, and this program reads ${kind.version}`,
    );
  }
  let header: unknown;
  try {
    header = parseJson(new TextDecoder().decode(from.copy(from.word())));
  } catch (cause) {
    throw cause instanceof JsonError ? refuse(`its header: ${cause.message}`) : cause;
  }
  return { header, body: from.copy(from.left) };
}
