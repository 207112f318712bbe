/**
 * Exact verification of certified ranks in programs: flags, limits, verdicts as text and as JSON,
 * certificates.
 *
 * @module
 */
import { join } from "node:path";
import { InputError, StaircaseError } from "../errors.ts";
import { count, formatNumber } from "../format.ts";
import type { WorkOptions } from "../gpu/paced_commands.ts";
import { inTurns } from "../gpu/turns.ts";
import { writeCertificate } from "../io/rank_certificate.ts";
import { checkWritable } from "../io/writable_folder.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { exactRankSeconds } from "../rank/certificates/exact_rank.ts";
import type { RankInterval } from "../rank/certificates/rank_interval.ts";
import { type RankVerdict, verificationOf, type VerifyOptions } from "../rank/certificates/verify_ranks.ts";
import type { Flag } from "./flags.ts";

/** `--export-certificate`. */
export const exportFlag = {
  name: "export-certificate",
  group: "output",
  kind: "string",
  default: null,
  placeholder: "DIR",
  help:
    "write each rank with its features, weights and ε to a folder of DIR, for examples/check_certificate.py",
} as const satisfies Flag;

/** Flags of programs that verify the ranks that they compute. */
export const verificationFlags = [
  {
    name: "verify",
    group: "what to probe",
    kind: "boolean",
    default: false,
    help: "count each rank again in exact integer arithmetic on the CPU; exit status 1 if one is wrong",
  },
  exportFlag,
] as const satisfies readonly Flag[];

/** Longest time of an exact verification, in seconds, and counts for a threshold relative to λ₁. */
const MOST_SECONDS = 600, RELATIVE_COUNTS = 6;

/**
 * Estimates how many exact counts the ranks of a matrix take.
 *
 * @param thresholds Number of thresholds.
 * @param isRelative Whether they are shares of λ₁, which must be enclosed as well.
 * @returns The number.
 */
export function exactCounts(thresholds: number, isRelative: boolean): number {
  return thresholds * (isRelative ? RELATIVE_COUNTS : 1);
}

/** Ranks of one feature matrix. */
export interface RankedFeatures extends VerifyOptions {
  /** What the features are: a file, or a layer of a run. */
  readonly name: string;
  /** Features, a sample a row. */
  readonly features: Matrix;
  /** Their ranks. */
  readonly ranks: readonly RankInterval[];
}

/** Numbers of ranks by their verdicts. */
export interface VerdictCounts {
  /** All of them. */
  readonly checked: number;
  /** Those whose interval is a single rank. */
  readonly certain: number;
  /** The others. */
  readonly uncertain: number;
  /** Those whose interval does not hold the exact rank. */
  readonly wrong: number;
  /** Those with an eigenvalue too near to ε λ₁ to tell. */
  readonly open: number;
}

/** Ranks judged by exact counts. */
export class Verification {
  /** Verdicts so far, in the order in which ranks were verified. */
  readonly verdicts: (RankVerdict & { readonly name: string })[] = [];
  readonly #folder: string | null;

  private constructor(folder: string | null) {
    this.#folder = folder;
  }

  /**
   * Starts with no rank.
   *
   * @param folder Folder for certificates, which is created; `null` for none.
   * @returns The verification.
   * @throws {InputError} If the folder cannot be written to.
   */
  static async open(folder: string | null): Promise<Verification> {
    if (folder === "") throw new InputError("the folder of certificates has no name; give one");
    if (folder !== null) await checkWritable(folder);
    return new Verification(folder);
  }

  /**
   * Refuses features that are too large to verify in a reasonable time.
   *
   * @param what What they are, for the error.
   * @param features The features.
   * @param options Number of thresholds, and how they are meant.
   * @throws {InputError} If it would take more than ten minutes.
   */
  static check(
    what: string,
    features: Matrix,
    { thresholds, isRelative }: { readonly thresholds: number; readonly isRelative: boolean },
  ): void {
    const seconds = exactCounts(thresholds, isRelative) * exactRankSeconds(features);
    const size = `${features.rows} × ${features.columns} features`;
    Verification.checkSeconds(`${what}: ${size}`, seconds, "give fewer thresholds, samples or features");
  }

  /**
   * Refuses work that takes too long.
   *
   * @param what What is to be verified.
   * @param seconds Time that it takes.
   * @param remedy What to give instead.
   * @throws {InputError} If it would take more than ten minutes.
   */
  static checkSeconds(what: string, seconds: number, remedy: string): void {
    if (seconds <= MOST_SECONDS) return;
    throw new InputError(
      `${what}: to count its ranks exactly takes about ${duration(seconds)}, and ` +
        `${duration(MOST_SECONDS)} are allowed; ${remedy}`,
    );
  }

  /**
   * Counts ranks exactly, and writes their certificates if there is a folder for them.
   *
   * @param ranked Features and ranks.
   * @param work Signal to stop.
   * @returns The verdicts.
   * @throws {InputError} If the folder cannot be written to.
   */
  async add(ranked: RankedFeatures, work: WorkOptions = {}): Promise<RankVerdict[]> {
    const { name, features, ranks, ...options } = ranked;
    const verdicts = await inTurns(verificationOf(features, ranks, options), work);
    for (const rank of verdicts) {
      this.verdicts.push({ ...rank, name });
      if (this.#folder === null) continue;
      const number = String(this.verdicts.length).padStart(4, "0");
      const label = `${number}-${name.replaceAll(/[^A-Za-z0-9._]+/g, "-")}-${formatNumber(rank.epsilon)}`;
      await writeCertificate(join(this.#folder, label), { name, features, rank, ...options });
    }
    return verdicts;
  }

  /** Ranks whose interval does not hold the exact one. */
  get wrong(): readonly (RankVerdict & { readonly name: string })[] {
    return this.verdicts.filter(({ verdict }) => verdict === "wrong");
  }

  /** Numbers of ranks by their verdicts. */
  get counts(): VerdictCounts {
    const number = (is: (verdict: RankVerdict) => boolean) => this.verdicts.filter(is).length;
    const certain = number(({ isCertain }) => isCertain);
    return {
      checked: this.verdicts.length,
      certain,
      uncertain: this.verdicts.length - certain,
      wrong: this.wrong.length,
      open: number(({ verdict }) => verdict === "open"),
    };
  }

  /**
   * Fails a program whose ranks are wrong.
   *
   * @throws {StaircaseError} If an interval does not hold the exact rank.
   */
  failIfWrong(): void {
    const [first] = this.wrong;
    if (!first) return;
    const { name, epsilon, exact } = first;
    throw new StaircaseError(
      `${
        count(this.wrong.length, "rank")
      } of ${this.verdicts.length} wrong: the first is that of ${name} at ε = ${formatNumber(epsilon)}, ${
        interval(first)
      } and exactly ${interval(exact)}; please report this with --export-certificate`,
    );
  }
}

/** `3`, or `3 to 4`. */
function interval({ low, high }: { readonly low: number; readonly high: number }): string {
  return low === high ? String(low) : `${low} to ${high}`;
}

/** `40 s`, `10 min`, `3 h`, `2 days`. */
function duration(seconds: number): string {
  const units = [["days", 86400], ["h", 3600], ["min", 60]] as const;
  const [unit, size] = units.find(([, least]) => seconds >= least) ?? ["s", 1];
  return `${Math.round(seconds / size)} ${unit}`;
}

/**
 * Writes verdicts as a line of text.
 *
 * @param verdicts The verdicts.
 * @returns The line.
 */
export function verdictLine(verdicts: readonly RankVerdict[]): string {
  const texts = verdicts.map(({ epsilon, exact, verdict }) =>
    `${interval(exact)} at ${formatNumber(epsilon)}${verdict === "right" ? "" : ` (${verdict})`}`
  );
  const wrong = verdicts.filter(({ verdict }) => verdict === "wrong").length;
  return `  exact ranks ${texts.join(", ")}: ${wrong === 0 ? "none" : count(wrong, "interval")} wrong`;
}

/**
 * Translates verdicts for JSON.
 *
 * @param verdicts The verdicts.
 * @returns `epsilon`, `exact_low`, `exact_high` and `verdict` of each.
 */
export function verdictJson(verdicts: readonly RankVerdict[]): Record<string, unknown>[] {
  return verdicts.map(({ epsilon, exact: { low, high }, verdict }) => ({
    epsilon,
    exact_low: low,
    exact_high: high,
    verdict,
  }));
}
