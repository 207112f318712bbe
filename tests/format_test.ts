import { assert, fc } from "./deps.ts";
import { count, formatNumber, formatNumbers, printable, quoted, shown } from "../src/format.ts";

Deno.test("formatNumber: as people write numbers", () => {
  const cases: [number, string][] = [
    ...[[1e-6, "1e-6"], [2.5e-10, "2.5e-10"], [0.01, "0.01"], [0.05, "0.05"], [0, "0"]] as [number, string][],
    ...[[50, "50"], [10_000, "10000"], [1e9, "1e9"], [4294967295, "4294967295"]] as [number, string][],
    ...[[-1e-6, "-1e-6"], [0.999999, "0.999999"], [NaN, "NaN"], [-Infinity, "-Infinity"]] as [
      number,
      string,
    ][],
  ];
  for (const [value, text] of cases) assert.equal(formatNumber(value), text);
});

Deno.test("formatNumber: reads back exactly, and is never longer than either form", () => {
  fc.assert(fc.property(fc.double({ noNaN: true }), (value) => {
    const text = formatNumber(value);
    assert.equal(Number(text), value + 0);
    assert.ok(text.length <= String(value).length && text.length <= value.toExponential().length + 4);
  }));
});

Deno.test("formatNumbers: one form for those below 1", () => {
  assert.deepEqual(formatNumbers([1e-2, 1e-4, 1e-6]), ["1e-2", "1e-4", "1e-6"]);
  assert.deepEqual(formatNumbers(Float64Array.of(0, 0.02, 1e-3, 2)), ["0", "2e-2", "1e-3", "2"]);
  assert.deepEqual(formatNumbers([0.1, 0.05, 10]), ["0.1", "0.05", "10"]);
});

Deno.test("count: one and several", () => {
  assert.deepEqual([0, 1, 2].map((n) => count(n, "neuron")), ["0 neurons", "1 neuron", "2 neurons"]);
  assert.deepEqual([1, 3].map((n) => count(n, "matrix", "matrices")), ["1 matrix", "3 matrices"]);
});

Deno.test("printable: names are on one line and tell each other apart", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (a, b) => {
    assert(!/[\p{Cc}\u2028\u2029]/u.test(printable(a)));
    assert.equal(printable(a) === printable(b), a === b);
  }));
  assert.equal(printable("Schicht 1/ä"), "Schicht 1/ä");
  assert.equal(printable(""), '""');
  assert.equal(printable("a\u2028b"), '"a\\u{2028}b"');
});

Deno.test("shown, quoted: long texts lose their middle, and stay well-formed", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", minLength: 200, maxLength: 400 }), (text) => {
    for (const short of [shown(text), quoted(text)]) {
      assert.equal(short.length, 120);
      assert(short.includes("…") && short.isWellFormed());
    }
  }));
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 15 }), (text) => {
    assert.equal(shown(text), printable(text));
    assert.equal(quoted(text), JSON.stringify(text));
  }));
});
