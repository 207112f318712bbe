/**
 * Certificates of ranks as folders that other programs can check.
 *
 * @module
 */
import { join } from "node:path";
import { count } from "../format.ts";
import { type Rational, rational } from "../linalg/exact/rational.ts";
import type { Matrix } from "../linalg/matrix.ts";
import type { RankVerdict, VerifyOptions } from "../rank/certificates/verify_ranks.ts";
import { writeAtomically } from "./atomic.ts";
import { unwritable } from "./file_reason.ts";
import { prettyJson } from "./json.ts";
import { checkWritable } from "./writable_folder.ts";

/** A certified rank and all that it depends on. */
export interface RankCertificate extends VerifyOptions {
  /** What the features are, in a few words. */
  readonly name: string;
  /** Features, a sample a row. */
  readonly features: Matrix;
  /** The rank, as `verifyRanks` returns it. */
  readonly rank: Pick<RankVerdict, "epsilon" | "low" | "high" | "largest">;
}

/** Numbers in a file of their own. */
interface Numbers {
  readonly file: string;
  readonly dtype: "float32" | "float64";
}

/**
 * Writes a certificate: `certificate.json`, and the features, the weights and ε to the bit, as
 * little-endian floats without any header. `examples/check_certificate.py` reads it and counts in
 * whole numbers of Python.
 *
 * The keys are `name`; `claim`, in words; `rows` and `columns`; `features`, `weights` (`null` for
 * exactly `volume` / m each) and `epsilon`, with the `file` and `dtype` of each; `volume`, a
 * fraction; `centered` and `relative`; `largest`, two fractions that enclose λ₁ where the threshold
 * is relative, which can be checked; `low` and `high`, the certified interval.
 *
 * @param path Folder to write to; it is created.
 * @param certificate The rank and all that it depends on.
 * @returns The folder.
 * @throws {InputError} If the folder cannot be written to.
 * @throws {FileError} If one of the files cannot be written.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { verifyRanks } from "../rank/certificates/verify_ranks.ts";
 * import { writeCertificate } from "./rank_certificate.ts";
 *
 * const features = { rows: 2, columns: 1, data: Float32Array.of(1, 2) };
 * const [rank] = verifyRanks(features, [{ epsilon: 1, rank: 1, low: 1, high: 1 }]);
 * const path = await Deno.makeTempDir();
 * await writeCertificate(path, { name: "an example", features, rank });
 * const { claim } = JSON.parse(await Deno.readTextFile(`${path}/certificate.json`));
 * assert.equal(claim, "1 eigenvalue of FᵀF / 2 is above ε");
 * await Deno.remove(path, { recursive: true });
 * ```
 */
export async function writeCertificate(path: string, certificate: RankCertificate): Promise<string> {
  const { name, features, rank, weights, center = false, volume = 1, threshold = "absolute" } = certificate;
  const { epsilon, low, high, largest } = rank;
  await checkWritable(path);
  const writeFile = async (name: string, content: string | Uint8Array) => {
    const file = join(path, name);
    await writeAtomically(file, content).catch((error) => {
      throw unwritable(file, error);
    });
  };
  const write = async (what: string, numbers: Float32Array | Float64Array): Promise<Numbers> => {
    const file = `${what}.bin`;
    await writeFile(file, littleEndian(numbers));
    return { file, dtype: numbers instanceof Float32Array ? "float32" : "float64" };
  };
  const isRelative = threshold === "relative";
  await writeFile(
    "certificate.json",
    prettyJson({
      name,
      claim: claimOf(certificate),
      rows: features.rows,
      columns: features.columns,
      features: await write("features", features.data),
      weights: weights ? await write("weights", Float64Array.from(weights)) : null,
      volume: fraction(rational(volume)),
      epsilon: {
        ...await write("epsilon", Float64Array.of(epsilon)),
        decimal: epsilon,
        exact: fraction(rational(epsilon)),
      },
      centered: center,
      relative: isRelative,
      largest: largest ? largest.map(fraction) : null,
      low,
      high,
    }),
  );
  return path;
}

/** A fraction as Python's `Fraction` reads it. */
function fraction({ n, d }: Rational): string {
  return `${n}/${d}`;
}

/** The bytes of floats; Deno runs on little-endian machines only. */
function littleEndian({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The claim in words. */
function claimOf(
  { features: { rows }, rank, weights, center, volume = 1, threshold }: RankCertificate,
): string {
  const { low, high } = rank;
  const many = low === high ? count(low, "eigenvalue") : `from ${low} to ${count(high, "eigenvalue")}`;
  const deviations = center ? ", F less its column means," : "";
  return `${many} of ${
    weights ? "Fᵀ diag(w) F" : `${volume === 1 ? "" : `${volume} `}FᵀF / ${rows}`
  }${deviations} ${low === high && low === 1 ? "is" : "are"} above ε${
    threshold === "relative" ? " times the largest" : ""
  }`;
}
