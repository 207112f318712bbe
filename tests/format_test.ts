import { assert, fc } from "./deps.ts";
import { count, formatNumber, formatNumbers } from "../src/format.ts";

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
