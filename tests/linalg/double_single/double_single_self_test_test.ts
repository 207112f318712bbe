import { PrecisionError, StaircaseError } from "../../../src/errors.ts";
import { Gpu } from "../../../src/gpu/device.ts";
import {
  doubleSingleFiles,
  type DoubleSingleForm,
  U2,
} from "../../../src/linalg/double_single/double_single.ts";
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
  assert.deepEqual(float, integer);
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

Deno.test("selfTestDoubleSingle: without its barriers the float form fails, and integers are chosen", async () => {
  using other = await Gpu.open();
  const files = spoil(["float"], BARRIER, "x");
  const { form, float, integer } = await selfTestDoubleSingle(other, { files });
  assert.equal(form, "integer");
  assert.ok(!float.passed && float.share > 1e6 && float.error > 1e-8, JSON.stringify(float));
  assert.ok(integer?.passed);
});

Deno.test("selfTestDoubleSingle: notices halves of too many bits, and rounding that is not to nearest", async () => {
  const faults = [
    ["float", "0xfffff000u", "0xffffc000u"],
    ["integer", "let up = r > half || (r == half && (q & 1u) == 1u);", "let up = r > 0u && sign != 0u;"],
    ["integer", "u32(added < x.y)", "0u"],
  ] as const;
  for (const [form, from, to] of faults) {
    using other = await Gpu.open();
    const only = spoil([form], from, to);
    // Whichever form is spoilt stands for the float one: only where that fails is the other looked at.
    const files = (asked: DoubleSingleForm) => only(asked === "float" ? form : asked);
    if (form === "float") assert.equal((await selfTestDoubleSingle(other, { files })).form, "integer");
    else await assert.rejects(selfTestDoubleSingle(other, { files }), StaircaseError, from);
  }
});

Deno.test("selfTestDoubleSingle: where neither form works, the error names the adapter and says what to do", async () => {
  using other = await Gpu.open();
  const [, common] = doubleSingleFiles("float");
  const broken = spoil(["float"], BARRIER, "x")("float")[0];
  const files = () => [broken, common];
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
