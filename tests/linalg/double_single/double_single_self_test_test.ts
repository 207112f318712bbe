import { PrecisionError, StaircaseError } from "../../../src/errors.ts";
import { Gpu } from "../../../src/gpu/device.ts";
import { doubleSingleFiles, type DoubleSingleForm } from "../../../src/linalg/double_single/double_single.ts";
import { U2 } from "../../../src/linalg/rounding.ts";
import { hardCases, hardTerms, judge } from "../../../src/linalg/double_single/double_single_cases.ts";
import {
  keepsCompensation,
  selfTestDoubleSingle,
  tryDoubleSingle,
} from "../../../src/linalg/double_single/double_single_self_test.ts";
import { assert } from "../../deps.ts";
import { dyadic, minus, plus, ratio, times } from "../../reference/dyadic.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** The files of the forms with one text replaced in those of `spoilt` forms. */
function spoil(spoilt: readonly DoubleSingleForm[], from: string, to: string) {
  return (form: DoubleSingleForm): readonly string[] => {
    if (!spoilt.includes(form)) return doubleSingleFiles(form);
    const files = doubleSingleFiles(form);
    const at = files.findIndex((text) => text.includes(from));
    assert.ok(at >= 0, `no file has ${from}`);
    return files.with(at, files[at].replaceAll(from, to));
  };
}

const BARRIER = "bitcast<f32>(bitcast<u32>(x) ^ run_time_zero())";

Deno.test("selfTestDoubleSingle: both forms pass here, to the same digits, and the faster one is taken", async () => {
  const { adapter, form, float, integer } = await selfTestDoubleSingle(gpu, { both: true });
  assert.equal(adapter, gpu.adapterName);
  assert.equal(form, "float");
  const { subnormals: _, ...same } = float, { subnormals: __, ...others } = integer!;
  assert.deepEqual(same, others);
  assert.ok(float.passed && float.share <= 1 && float.error > 0 && float.error <= 27 * U2);
});

Deno.test("selfTestDoubleSingle: remembers what it found, as plain data, and tests no more than it needs", async () => {
  const first = await selfTestDoubleSingle(gpu);
  assert.equal(first.integer, null);
  assert.deepEqual(JSON.parse(JSON.stringify(first)), first);
  const second = await selfTestDoubleSingle(gpu);
  assert.deepEqual(await tryDoubleSingle(gpu), second);
  assert.equal(await keepsCompensation(gpu), second.form === "float");
  assert.equal(second.float, first.float);
});

/**
 * What compilers and adapters do to the arithmetic, as changes of the text: the form, what is
 * replaced, and by what.
 */
const MUTATIONS: readonly (readonly [fault: string, form: DoubleSingleForm, from: string, to: string])[] = [
  // p unrounded within the difference: −(the rest of the product), to which the rest is added.
  [
    "contraction of a product into a difference",
    "float",
    "var e = rounded(rounded(x.x * y.x) - p);",
    "var e = rounded(-rounded(rounded(x.x * y.y) + rounded(rounded(x.y * y.x) + rounded(x.y * y.y))));",
  ],
  ["reassociation, (a + b) − a = b", "float", "let t = rounded(s - a);", "let t = b;"],
  [
    "reassociation, (a − (s − t)) + (b − t) = (a + b) − s",
    "float",
    "return vec2f(s, rounded(rounded(a - rounded(s - t)) + rounded(b - t)));",
    "return vec2f(s, rounded(rounded(a + b) - s));",
  ],
  [
    "reassociation, b − (s − a) = (a + b) − s",
    "float",
    "return vec2f(s, rounded(b - rounded(s - a)));",
    "return vec2f(s, rounded(rounded(a + b) - s));",
  ],
  [
    "reassociation of the halves' products",
    "float",
    `e = rounded(e + rounded(x.x * y.y));
  e = rounded(e + rounded(x.y * y.x));
  return vec2f(p, rounded(e + rounded(x.y * y.y)));`,
    `let rest = rounded(rounded(x.x * y.y) + rounded(x.y * y.x));
  return vec2f(p, rounded(rounded(e + rounded(x.y * y.y)) + rest));`,
  ],
  [
    "numbers flushed above the subnormal ones",
    "float",
    "return bitcast<f32>(bitcast<u32>(x) ^ run_time_zero());",
    "return select(bitcast<f32>(bitcast<u32>(x) ^ run_time_zero()), 0.0, abs(x) < 1.8807910e-37);",
  ],
  [
    "two_sum for |a| ≥ |b| alone",
    "float",
    "return vec2f(s, rounded(rounded(a - rounded(s - t)) + rounded(b - t)));",
    "return vec2f(s, rounded(b - t));",
  ],
  ["two_sum for |a| ≥ |b| alone", "integer", "let large = select(p, q, swap);", "let large = p;"],
  ["halves of too many bits", "float", "0xfffff000u", "0xffffc000u"],
  [
    "rounding that is not to nearest",
    "integer",
    "let up = r > half || (r == half && (q & 1u) == 1u);",
    "let up = r > 0u && sign != 0u;",
  ],
  ["a carry that is lost", "integer", "u32(added < x.y)", "0u"],
  [
    "a low word that is left out",
    "float",
    "let sum = quick_two_sum(high.x, rounded_sum(high.y, low.x));",
    "let sum = quick_two_sum(high.x, high.y);",
  ],
  [
    "a sum of low words that cancels",
    "float",
    "return quick_two_sum(sum.x, rounded_sum(low.y, sum.y));",
    "return sum;",
  ],
];

Deno.test("selfTestDoubleSingle: notices contraction, reassociation, flushing and simplification", async () => {
  for (const [fault, form, from, to] of MUTATIONS) {
    using other = await Gpu.open();
    // The faulty form stands for both, so that neither is left.
    const files = () => spoil([form], from, to)(form);
    await assert.rejects(selfTestDoubleSingle(other, { files }), PrecisionError, `${fault} (${form})`);
  }
});

Deno.test("selfTestDoubleSingle: tells whether subnormal numbers are flushed, which is no fault", async () => {
  using other = await Gpu.open();
  const flushed = "select(bitcast<f32>(bitcast<u32>(x) ^ run_time_zero()), 0.0, abs(x) < 1.1754944e-38)";
  const { form, float } = await selfTestDoubleSingle(other, { files: spoil(["float"], BARRIER, flushed) });
  assert.deepEqual([form, float.passed, float.subnormals], ["float", true, "flushed"]);
  const { integer } = await selfTestDoubleSingle(gpu, { both: true });
  assert.equal(integer?.subnormals, "flushed");
});

Deno.test("selfTestDoubleSingle: where the float form fails, integers are chosen", async () => {
  using other = await Gpu.open();
  const files = spoil(["float"], "let t = rounded(s - a);", "let t = b;");
  const { form, float, integer } = await selfTestDoubleSingle(other, { files });
  assert.equal(form, "integer");
  assert.ok(!float.passed && float.share > 1e6 && float.error > 1e-8, JSON.stringify(float));
  assert.ok(integer?.passed);
});

Deno.test("selfTestDoubleSingle: where neither form works, the error names the adapter and says what to do", async () => {
  using other = await Gpu.open();
  const files = () => spoil(["float"], "let t = rounded(s - a);", "let t = b;")("float");
  await assert.rejects(selfTestDoubleSingle(other, { files }), (error) => {
    assert.ok(error instanceof StaircaseError && error.exitStatus === 1);
    assert.ok(error.message.includes(other.adapterName) && error.message.includes("single precision"));
    assert.ok(!error.message.includes("\n"));
    return true;
  });
  assert.ok(await tryDoubleSingle(other, { files }) instanceof PrecisionError);
});

Deno.test("selfTestDoubleSingle: its operands are singles, and its judgement by float64 is right", () => {
  const cases = hardCases(), terms = hardTerms();
  assert.ok(cases.length > 1000);
  for (const { operands } of cases) assert.deepEqual(operands.map(Math.fround), [...operands]);
  // What float64 takes for exact differs from what is by less than it allows for.
  for (const one of cases) {
    const [a, aLow, b = 0, bLow = 0] = one.operands;
    if (one.name !== "ds_add" && one.name !== "ds_mul") continue;
    const [x, y] = [plus(dyadic(a), dyadic(aLow)), plus(dyadic(b), dyadic(bLow))];
    const right = one.name === "ds_add" ? plus(x, y) : times(x, y);
    const hi = Math.fround((a + aLow) * 1.25), lo = 0;
    const error = ratio(plus(dyadic(hi), minus(right)), right) / U2;
    const verdict = judge(one, terms, hi, lo);
    assert.ok(Math.abs(verdict.error - error) <= 0.07 + 1e-10 * error, `${one.name} ${one.operands}`);
  }
  assert.equal(judge(cases[1], terms, NaN, 0).error, Infinity);
});
