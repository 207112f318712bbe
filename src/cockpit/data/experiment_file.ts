/**
 * An experiment in a page: verdicts, figures, tables, and what is said about it, as text.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import type { Verdict } from "../../stats/verdict.ts";
import { pack, type Packable, unpack } from "./pack.ts";
import type { RunFacts } from "./run_file.ts";

/** A figure. */
export interface FigureRecord {
  /** Name of its file. */
  readonly file: string;
  /** The document. */
  readonly svg: string;
}

/** A table. */
export interface TableRecord {
  /** Name of its file. */
  readonly file: string;
  /** Explanations of its columns, by their names. */
  readonly help: Readonly<Record<string, string>>;
  /** Rows of the file. */
  readonly rows: number;
  /** Every how many rows one is in the page; 1 for all. */
  readonly every: number;
  /** Its text: the header, and the rows in the page. */
  readonly csv: string;
}

/** What a page shows of an experiment. */
export interface ExperimentReport {
  /** Heading, a line below it, and facts. */
  readonly facts: Pick<RunFacts, "title" | "subtitle" | "command" | "sections">;
  /** Verdicts on its claims. */
  readonly verdicts: readonly Verdict[];
  /** Its figures. */
  readonly figures: readonly FigureRecord[];
  /** Its tables. */
  readonly tables: readonly TableRecord[];
}

/** Version of what is packed. */
const FORMAT = 3;

/** What is packed beside the arrays: texts are arrays of bytes, numbers arrays that hold NaN. */
interface PackedRecord {
  readonly format: number;
  readonly facts: ExperimentReport["facts"];
  readonly verdicts: readonly (Omit<Verdict, "value" | "interval" | "values" | "demand"> & {
    readonly demand: "above" | "below" | "equals";
  })[];
  readonly figures: readonly Omit<FigureRecord, "svg">[];
  readonly tables: readonly Omit<TableRecord, "csv">[];
}

/**
 * Packs an experiment.
 *
 * @param report The experiment.
 * @returns Text of the letters of base64.
 */
export async function packExperiment(report: ExperimentReport): Promise<string> {
  const { facts, verdicts, figures, tables } = report, encoder = new TextEncoder();
  const arrays: Record<string, Packable> = {};
  const record: PackedRecord = {
    format: FORMAT,
    facts,
    verdicts: verdicts.map(({ value, interval, values, demand, ...told }, i) => {
      const [[kind, threshold]] = Object.entries(demand) as [["above" | "below" | "equals", number]];
      arrays[`verdict ${i}`] = Float64Array.from([value, ...interval, threshold, ...values]);
      return { ...told, demand: kind };
    }),
    figures: figures.map(({ svg, ...figure }, i) => {
      arrays[`figure ${i}`] = encoder.encode(svg);
      return figure;
    }),
    tables: tables.map(({ csv, ...table }, i) => {
      arrays[`table ${i}`] = encoder.encode(csv);
      return table;
    }),
  };
  return await pack({ record, arrays });
}

/**
 * Unpacks an experiment.
 *
 * @param text What {@linkcode packExperiment} made.
 * @returns The experiment.
 * @throws {InputError} If it is damaged, or of another version.
 */
export async function unpackExperiment(text: string): Promise<ExperimentReport> {
  const { record, arrays } = await unpack(text), decoder = new TextDecoder();
  const { format, facts, verdicts, figures, tables } = record as PackedRecord;
  if (format !== FORMAT) {
    throw new InputError(`a report of format ${format}, not ${FORMAT}: write it again with this version`);
  }
  return {
    facts,
    verdicts: verdicts.map(({ demand, ...verdict }, i) => {
      const [value, low, high, threshold, ...values] = arrays[`verdict ${i}`];
      return {
        ...verdict,
        value,
        interval: [low, high],
        values,
        demand: { [demand]: threshold } as Verdict["demand"],
      };
    }),
    figures: figures.map((figure, i) => ({
      ...figure,
      svg: decoder.decode(arrays[`figure ${i}`] as Uint8Array<ArrayBuffer>),
    })),
    tables: tables.map((table, i) => ({
      ...table,
      csv: decoder.decode(arrays[`table ${i}`] as Uint8Array<ArrayBuffer>),
    })),
  };
}
