import { parseTrace } from "../../src/io/read_trace.ts";
import { traceCsv } from "../../src/io/trace_csv.ts";
import type { Trace } from "../../src/train/trace.ts";
import { assert } from "../deps.ts";
import { inputError } from "../support/input_error.ts";

const ranks = [{ epsilon: 1e-6, rank: 2, low: 2, high: 3 }, { epsilon: 0.1 + 0.2, rank: 1, low: 0, high: 1 }];
const layers = [{ kind: "count" as const, layer: 1, precision: "double" as const, ranks }];
const trace: Trace = {
  replicas: 2,
  epsilons: ranks.map(({ epsilon }) => epsilon),
  losses: [],
  probes: [0, 1].map((replica) => ({
    kind: "count",
    replica,
    step: 100,
    loss: Math.PI / 7,
    accuracy: null,
    layers,
  })),
};

Deno.test("parseTrace reads what traceCsv writes, to the bit", () => {
  const rows = [0, 1].flatMap((replica) =>
    ranks.map((rank) => ({ replica, step: 100, loss: Math.PI / 7, layer: 1, ...rank }))
  );
  assert.deepEqual(parseTrace(traceCsv(trace), "trace.csv"), rows);
  assert.deepEqual(parseTrace(traceCsv({ ...trace, probes: [] }), "trace.csv"), []);
  const [header, ...lines] = traceCsv(trace).trimEnd().split("\n");
  const turned = [header, ...lines].map((line) => line.split(",").reverse().join(",")).join("\r\n");
  assert.deepEqual(parseTrace(turned, "trace.csv"), rows);
});

Deno.test("parseTrace: what is no trace is refused, with the line", () => {
  const text = traceCsv(trace);
  assert.throws(() => parseTrace("a,b\n1,2\n", "x.csv"), inputError(/^x\.csv: has no column replica;/));
  assert.throws(() => parseTrace("", "x.csv"), inputError(/has no column/));
  const spoil = (from: string, to: string) => parseTrace(text.replace(from, to), "x.csv");
  assert.throws(() => spoil("0,100,", "0,100.5,"), inputError(/^x\.csv: line 2 has "100\.5" for step;/));
  assert.throws(() => spoil("0,100,", "0,,"), inputError(/line 2 has "" for step/));
  for (const odd of ["0x10", "1e2", "+1", " 1", "1.", "-1", "9007199254740993", "Infinity", "1_0", "١"]) {
    assert.throws(() => spoil("0,100,", `0,${odd},`), inputError(/^x\.csv: line 2 has ".*" for step;/));
  }
  for (const odd of ["0x10", "NaN", ".5", "5.", " 5", "+5", "1e", "infinity"]) {
    assert.throws(
      () => spoil(",1e-6,", `,${odd},`) && spoil(",0.000001,", `,${odd},`),
      inputError(/ for epsilon;/),
    );
  }
  assert.throws(
    () => spoil("0,100,", `0,${"7".repeat(1e5)},`),
    (error: Error) => error.message.length < 200 && inputError(/line 2 has "7+…7+" for step/)(error),
  );
  assert.throws(() => spoil("0,100,", "0,100,7,"), inputError(/line 2 has/));
  assert.throws(() => parseTrace(`${text}half a li\n`, "x.csv"), inputError(/line 6 has/));
  assert.throws(() => parseTrace(`${text.trimEnd()},more`, "x.csv"), inputError(/line 5 has/));
});

Deno.test("parseTrace: a killed run may have cut off the last line, anywhere", () => {
  const text = traceCsv(trace), header = text.indexOf("\n") + 1;
  const whole = parseTrace(text, "trace.csv");
  for (let end = header; end <= text.length; end++) {
    const rows = parseTrace(text.slice(0, end), "trace.csv");
    assert.deepEqual(rows, whole.slice(0, rows.length));
    // All columns that are read stand before the last one, which alone may be cut off.
    const cells = text.slice(header, end).split("\n").filter((line) => line.split(",").length === 12);
    assert.equal(rows.length, cells.length);
  }
});
