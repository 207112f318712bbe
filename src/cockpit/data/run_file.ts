/**
 * A run in a page: its columns and all that is said about it, as text.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import type { Threshold } from "../../rank/certificates/rank_interval.ts";
import type { Staircase } from "../../rank/stairs/find_stairs.ts";
import type { NetworkColumns } from "./networks.ts";
import type { SnapshotNotes } from "../../train/network_snapshots.ts";
import type { RunTexts } from "../../train/run_texts.ts";
import type { PValues } from "./p_values.ts";
import { pack, type Packable, unpack } from "./pack.ts";
import type { RunColumns } from "./run_columns.ts";

/** Texts and facts of a run. */
export interface RunFacts extends RunTexts {
  /** What sets each replica apart, such as "learning rate 0.1"; empty where only its seed does. */
  readonly replicaNames: readonly string[];
  /** Command line that trains the run again; `null` where it is not known. */
  readonly command: string | null;
  /** Facts under their headings: configuration, environment and the like. */
  readonly sections: readonly FactSection[];
}

/** Facts under a heading. */
export interface FactSection {
  /** Heading. */
  readonly title: string;
  /** Names and values. */
  readonly rows: readonly (readonly [name: string, value: string])[];
}

/** Stairs of one threshold of one layer of one replica, from all of its probes. */
export interface StairsRecord extends Pick<Staircase, "stairs" | "jumps" | "flicker" | "doubt"> {
  /** Index of the replica. */
  readonly replica: number;
  /** Index of the layer, from 0. */
  readonly layer: number;
  /** Index of the threshold. */
  readonly e: number;
  /** p-values of its tests. */
  readonly pValues: PValues;
}

/** A run in a page. */
export interface RunReport {
  /** Texts and facts. */
  readonly facts: RunFacts;
  /** Stairs at the thresholds of the run. */
  readonly stairs: readonly StairsRecord[];
  /** Its record. */
  readonly columns: RunColumns;
  /** Its networks at some steps; `null` where none are kept. */
  readonly networks: NetworkColumns | null;
}

/** Version of what is packed. */
const FORMAT = 1;

/** What is packed beside the arrays. */
interface ReportRecord extends Pick<RunReport, "facts" | "stairs"> {
  readonly format: number;
  readonly columns: {
    readonly replicas: number;
    readonly epsilons: readonly number[];
    readonly threshold: Threshold;
    readonly widths: readonly number[];
    readonly recorded: RunColumns["recorded"];
  };
  readonly networks: SnapshotNotes | null;
}

function notesOf({ widths, activations, skip, replicas }: SnapshotNotes): SnapshotNotes {
  return { widths, activations, ...skip && { skip }, replicas };
}

/** Puts arrays one after the other. */
function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Cuts an array into parts of one length. */
function cut(all: Float32Array, count: number): Float32Array[] {
  const length = all.length / Math.max(1, count);
  return Array.from({ length: count }, (_, i) => all.subarray(i * length, (i + 1) * length));
}

/**
 * Packs a run.
 *
 * @param report The run.
 * @returns Text of the letters of base64.
 */
export async function packRun({ facts, stairs, columns, networks }: RunReport): Promise<string> {
  const { replicas, epsilons, threshold, recorded, steps, spectrumAt, isSolved, loss, layers } = columns;
  const record: ReportRecord = {
    format: FORMAT,
    facts,
    stairs,
    columns: { replicas, epsilons, threshold, widths: layers.map(({ width }) => width), recorded },
    networks: networks && notesOf(networks),
  };
  const arrays: Record<string, Packable> = { steps, spectrumAt, isSolved, loss };
  if (columns.accuracy) arrays.accuracy = columns.accuracy;
  if (columns.relativeError) arrays.relativeError = columns.relativeError;
  for (const [e, floors] of (columns.floors ?? []).entries()) arrays[`floors ${e}`] = floors;
  for (const [l, { ranks, eigenvalues, bounds, isDouble }] of layers.entries()) {
    for (const [e, { rank, low, high }] of ranks.entries()) {
      Object.assign(arrays, { [`rank ${l} ${e}`]: rank, [`low ${l} ${e}`]: low, [`high ${l} ${e}`]: high });
    }
    Object.assign(arrays, {
      [`eigenvalues ${l}`]: eigenvalues,
      [`bounds ${l}`]: bounds,
      [`double ${l}`]: isDouble,
    });
  }
  if (networks) {
    const { steps, parameters, x, weights, targetX, targetY } = networks;
    const all = { steps, parameters: joined(parameters), x, weights, targetX, targetY };
    for (const [name, array] of Object.entries(all)) arrays[`networks ${name}`] = array;
  }
  return await pack({ record, arrays });
}

/**
 * Unpacks a run.
 *
 * @param text What {@linkcode packRun} made.
 * @returns The run.
 * @throws {InputError} If it is damaged, or of another version.
 */
export async function unpackRun(text: string): Promise<RunReport> {
  const { record, arrays } = await unpack(text);
  const { format, facts, stairs, columns, networks } = record as ReportRecord | null ?? {} as ReportRecord;
  if (format !== FORMAT) {
    throw new InputError(`a report of format ${format}, not ${FORMAT}: write it again with this version`);
  }
  const { widths, ...others } = columns, { replicas, epsilons } = columns;
  const P = arrays.steps?.length ?? 0, S = arrays.spectrumAt?.length ?? 0;
  /** Takes an array, which has its length unless the report is damaged. */
  const take = <Type extends Packable>(name: string, length: number): Type => {
    if (arrays[name]?.length !== length) {
      throw new InputError(
        `the report has no ${name} of ${length} numbers; take the file from the run again`,
      );
    }
    return arrays[name] as Type;
  };
  const perProbe = (name: string) => take<Float64Array>(name, replicas * P);
  const optional = (name: string) => arrays[name] ? perProbe(name) : null;
  const ranks = (name: string) => take<Int32Array>(name, replicas * P);
  const networkArray = <Type extends Packable>(name: string): Type => {
    const found = arrays[`networks ${name}`];
    if (found) return found as Type;
    throw new InputError(`the report has no ${name} of its networks; take the file from the run again`);
  };
  return {
    facts,
    stairs,
    networks: networks && {
      ...networks,
      steps: networkArray("steps"),
      parameters: cut(networkArray("parameters"), networkArray("steps").length),
      x: networkArray("x"),
      weights: networkArray("weights"),
      targetX: networkArray("targetX"),
      targetY: networkArray("targetY"),
    },
    columns: {
      ...others,
      steps: take("steps", P),
      spectrumAt: take("spectrumAt", S),
      isSolved: take("isSolved", replicas * S),
      loss: perProbe("loss"),
      accuracy: optional("accuracy"),
      relativeError: optional("relativeError"),
      floors: arrays["floors 0"] ? epsilons.map((_, e) => perProbe(`floors ${e}`)) : null,
      layers: widths.map((width, l) => ({
        width,
        ranks: epsilons.map((_, e) => ({
          rank: ranks(`rank ${l} ${e}`),
          low: ranks(`low ${l} ${e}`),
          high: ranks(`high ${l} ${e}`),
        })),
        eigenvalues: take(`eigenvalues ${l}`, replicas * S * width),
        bounds: take(`bounds ${l}`, replicas * S * width),
        isDouble: take(`double ${l}`, replicas * P),
      })),
    },
  };
}
