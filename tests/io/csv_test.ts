import { assert, fc } from "../deps.ts";
import { InputError, ShapeError } from "../../src/errors.ts";
import { csv } from "../../src/io/csv.ts";

/** Reads comma-separated values as RFC 4180 has them, line feeds alone ending the records. */
function parse(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))([,\n])/g)) {
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "\n") {
      records.push(record);
      record = [];
    }
  }
  assert.deepEqual(record, []);
  return records;
}

Deno.test("csv: any text reads back", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "é", " ", ",", '"', "\n", "\r", "") });
  fc.assert(fc.property(fc.array(fc.tuple(text, text)), text, (rows, name) => {
    // Not an identifier, which would be written in snake case.
    const columns = [[`${name}.1`, rows.map(([a]) => a)], [`${name}.2`, rows.map(([, b]) => b)]] as const;
    assert.deepEqual(parse(csv(columns)), [[`${name}.1`, `${name}.2`], ...rows]);
  }));
});

Deno.test("csv: any number reads back, to the bit", () => {
  fc.assert(fc.property(fc.float64Array(), (values) => {
    const [, ...rows] = parse(csv([["x", values]]));
    assert.deepEqual(Float64Array.from(rows, ([cell]) => Number(cell)), values);
  }));
});

Deno.test("csv: what is not a finite number", () => {
  const text = csv([["x", [NaN, -Infinity, -0, 10n ** 20n, true, null]], ["y", [1, 2, 3, 4, 5, 6]]]);
  assert.equal(text, "x,y\nNaN,1\n-Infinity,2\n-0,3\n100000000000000000000,4\ntrue,5\n,6\n");
});

Deno.test("csv: a line is never blank", () => {
  assert.equal(csv([["x", [null, ""]]]), 'x\n""\n""\n');
});

Deno.test("csv: refuses columns that make no table", () => {
  assert.throws(() => csv([["x", [1, 2]], ["y", [1]]]), ShapeError);
  assert.throws(() => csv([["x", [1]], ["x", [1]]]), InputError);
  assert.throws(() => csv([]), InputError);
  assert.throws(() => csv([["rankLow", [1]], ["rank_low", [1]]]), InputError);
});
