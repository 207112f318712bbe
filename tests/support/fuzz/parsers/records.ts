/**
 * The readers of what programs of the toolkit wrote: JSON, runs, traces, choices of kernels.
 *
 * @module
 */
import { parseChoice } from "../../../../src/io/choice_file.ts";
import { camelCase } from "../../../../src/io/json.ts";
import { JsonError, parseJson } from "../../../../src/io/parse_json.ts";
import { parseTrace, type TraceRow } from "../../../../src/io/read_trace.ts";
import { readTrainingRun, verificationSeconds } from "../../../../src/cli/verify_run.ts";
import { InputError } from "../../../../src/errors.ts";
import { assert, fc } from "../../../deps.ts";
import { decode, encode, type FuzzedParser } from "../parser.ts";
import { temporaryFolder } from "./temporary.ts";

const TRACE = `replica,step,loss,layer,epsilon,rank,rank_low,rank_high,floor,accuracy,relative_error,precision
0,0,1.4719715118408203,1,0.01,1,1,1,,,,single
0,0,1.4719715118408203,1,0.000001,2,2,2,,,,single
0,0,1.4719715118408203,2,0.01,1,1,1,1.385321564631482,,,single
0,2,1.4714502096176147,1,1e-9,1,1,2,,,,double
`;

const RUN = {
  experiment: "staircase",
  status: "done",
  configuration: {
    task: { name: "cosines", inputs: 1, outputs: 1, loss: "mean-squared-error", samples: 16, held_out: 0 },
    hidden: [4, 3],
    activation: "tanh",
    initializer: "xavier-normal",
    optimizer: { name: "momentum", learning_rate: 0.01, momentum: 0.9, weight_decay: [0] },
    schedule: { kind: "step", every: 100, factor: 0.5 },
    batch: null,
    steps: 4,
    probe_every: 2,
    spectra_every: 1,
    epsilons: [0.01, 1e-6],
    threshold: "absolute",
    precision: "auto",
    replicas: 1,
    seed: 0,
    streams: [{ seed: 0, stream: 0 }],
  },
  versions: { staircase: "0.1.0", deno: "2.9.6" },
  adapter: { name: "llvmpipe", software: true },
};

const CHOICE = {
  key: { kernel: "fused_step", names: ["a", "b"] },
  chosen: "a",
  milliseconds: { a: 0.3, b: null },
};

/** A value that takes the place of another. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(null, true, -1, 0, 0.5, 1e308, 2 ** 53, 2 ** 32, "", "x", [], {}, [[]], [null]),
  fc.constant("y".repeat(3000)),
  fc.constant("two\nlines"),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Replaces values of an object, at any depth. */
function altered(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value !== "object" || value === null) {
    return fc.oneof({ weight: 12, arbitrary: fc.constant(value) }, odd);
  }
  if (Array.isArray(value)) {
    return fc.oneof({ weight: 12, arbitrary: fc.tuple(...value.map(altered)) as fc.Arbitrary<unknown> }, odd);
  }
  const entries = Object.entries(value).map(([key, item]) =>
    fc.tuple(
      fc.oneof(
        { weight: 30, arbitrary: fc.constant<string | null>(key) },
        fc.constantFrom("__proto__", null),
      ),
      altered(item),
    )
  );
  const whole = fc.tuple(...entries).map((list) =>
    Object.fromEntries(list.filter((entry): entry is [string, unknown] => entry[0] !== null))
  );
  return fc.oneof({ weight: 20, arbitrary: whole as fc.Arbitrary<unknown> }, odd);
}

const json = (value: unknown) => altered(value).map((each) => encode(JSON.stringify(each)));

const folder = temporaryFolder();

const jsonParser: FuzzedParser = {
  name: "json",
  files: () => [RUN, CHOICE].map((value) => encode(JSON.stringify(value, null, 1))),
  nearly: fc.oneof(
    fc.json({ maxDepth: 6 }).map(encode),
    fc.string({ unit: fc.constantFrom(...'{}[]"\\:,1 ua0e-') }).map(encode),
    fc.tuple(fc.constantFrom("[", '{"a":', '[{"":'), fc.nat(9999)).map(([open, n]) => encode(open.repeat(n))),
  ),
  parse: (bytes) => {
    try {
      const value = parseJson(decode(bytes));
      camelCase(value);
      return value;
    } catch (error) {
      // Its callers say which file it is.
      throw error instanceof JsonError ? new InputError(`f: ${error.message}`) : error;
    }
  },
  check: (bytes, value) => assert.deepEqual(value, JSON.parse(decode(bytes))),
  expansion: 16,
};

const runParser: FuzzedParser = {
  name: "run",
  files: () => [encode(JSON.stringify(RUN, null, 2))],
  nearly: json(RUN),
  parse: async (bytes) => {
    await Deno.writeFile(`${folder}/run.json`, bytes);
    await Deno.writeTextFile(`${folder}/trace.csv`, TRACE);
    verificationSeconds(await readTrainingRun(folder, null), 3);
  },
  // It holds what to train, which may be large.
  expansion: Infinity,
};

const traceParser: FuzzedParser = {
  name: "trace",
  files: () => [encode(TRACE)],
  nearly: fc.array(
    fc.array(
      fc.oneof(
        fc.nat(99).map(String),
        fc.double().map(String),
        fc.constantFrom(
          "",
          " 1",
          "1 ",
          "NaN",
          "0x1",
          "1_0",
          "-0",
          "1e3",
          "9007199254740993",
          '"1"',
          "x".repeat(999),
        ),
      ),
      { minLength: 11, maxLength: 13 },
    ),
    { maxLength: 4 },
  ).map((rows) => encode([TRACE.split("\n")[0], ...rows.map((cells) => cells.join(","))].join("\n"))),
  parse: (bytes) => parseTrace(decode(bytes), "f"),
  check: (bytes, value) => {
    const [header, ...lines] = decode(bytes).trimEnd().split(/\r?\n/).map((line) => line.split(","));
    // A last line that was cut off is left out.
    if (!decode(bytes).endsWith("\n") && (lines.at(-1)?.length ?? 0) < header.length) lines.pop();
    const column = (line: string[], name: string) =>
      JSON.parse(line[header.indexOf(name)].replace(/^(-?)0+(?=\d)/, "$1").replace("Infinity", "1e999"));
    const expected = lines.map((line) => ({
      replica: column(line, "replica"),
      step: column(line, "step"),
      loss: column(line, "loss"),
      layer: column(line, "layer"),
      epsilon: column(line, "epsilon"),
      rank: column(line, "rank"),
      low: column(line, "rank_low"),
      high: column(line, "rank_high"),
    }));
    assert.deepEqual(value as TraceRow[], expected);
  },
  expansion: 16,
};

const choiceParser: FuzzedParser = {
  name: "choice",
  files: () => [encode(JSON.stringify(CHOICE))],
  nearly: json(CHOICE),
  parse: (bytes) => {
    // It throws nothing: a choice that can not be read is made again.
    const choice = parseChoice(decode(bytes), CHOICE.key);
    if (choice === null) throw new InputError("f: no choice");
    return choice;
  },
  check: (bytes, value) => {
    const { key, ...choice } = JSON.parse(decode(bytes));
    assert.deepEqual([key, choice.chosen, choice.milliseconds], [
      CHOICE.key,
      ...Object.values(value as object),
    ]);
  },
  expansion: 16,
};

/** Readers of records. */
export const recordParsers: readonly FuzzedParser[] = [jsonParser, runParser, traceParser, choiceParser];
