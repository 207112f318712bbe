import {
  joinDouble,
  joinDoubles,
  splitDouble,
  splitDoubles,
} from "../../../src/linalg/double_single/double_single.ts";
import {
  applyDoubleSingle,
  type DoubleSingleCase,
  type DoubleSingleFunction,
} from "../../../src/linalg/double_single/double_single_self_test.ts";
import { assert, fc } from "../../deps.ts";
import { dyadic, minus, plus, ratio, signOf, times } from "../../reference/dyadic.ts";
import { randomFloats } from "../../support/arrays.ts";
import { exact, exponentOf, pairs, type Words } from "../double_single_numbers.ts";
import { high, magnitude, type Operands, type Operation, OPERATIONS } from "../double_single_operations.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

const FORMS = ["float", "integer"] as const;
const COUNT = 2500;

/** Random cases of one operation. */
function draw({ operands }: Operation, seed: number): Operands[] {
  return fc.sample(operands, { seed, numRuns: COUNT });
}

const asCase = (name: DoubleSingleFunction) => (operands: Operands): DoubleSingleCase => ({
  name,
  operands: operands.flat(),
});

/** Both words of result i. */
const wordsOf = (results: Float32Array, i: number): Words => [results[2 * i], results[2 * i + 1]];

Deno.test("double-single: every function is within its bound, in both forms, to the same bits", async () => {
  const drawn = OPERATIONS.map((operation, k) => draw(operation, k + 1));
  const cases = OPERATIONS.flatMap(({ name }, k) => drawn[k].map(asCase(name)));
  const [float, integer] = await Promise.all(FORMS.map((form) => applyDoubleSingle(gpu, form, cases)));
  OPERATIONS.forEach(({ name, judge, bound }, k) => {
    drawn[k].forEach((operands, i) => {
      const at = k * COUNT + i, say = () => `${name} of ${operands.join("; ")}`;
      for (const word of [2 * at, 2 * at + 1]) {
        assert.ok(Object.is(float[word], integer[word]), `${say()}: ${float[word]} and ${integer[word]}`);
      }
      const z = wordsOf(float, at);
      const error = judge(exact(z), operands);
      assert.ok(error <= bound, `${say()} is ${z}: error ${error} u², promised ${bound}`);
      // What is off is not the low word being out of place.
      if (name !== "split") assert.equal(Math.fround(z[0] + z[1]), z[0], say());
    });
  });
});

Deno.test("double-single: single words are rounded to nearest, ties to even, as float64 rounds them", async () => {
  const rounded: Partial<Record<DoubleSingleFunction, (a: number, b: number) => number>> = {
    two_sum: (a, b) => a + b,
    two_prod: (a, b) => a * b,
    rounded_quotient: (a, b) => a / b,
  };
  for (const [name, compute] of Object.entries(rounded) as [DoubleSingleFunction, typeof rounded.two_sum][]) {
    const operation = OPERATIONS.find((one) => one.name === name)!;
    const drawn = draw(operation, 99);
    for (const form of FORMS) {
      const results = await applyDoubleSingle(gpu, form, drawn.map(asCase(name)));
      drawn.forEach(([[a], [b]], i) =>
        assert.equal(results[2 * i], Math.fround(compute!(a, b)), `${a}, ${b}`)
      );
    }
  }
});

Deno.test("double-single: square roots of numbers next to squares", async () => {
  const odd = Array.from({ length: 2 ** 14 }, (_, i) => 2 ** 15 + 2 * i + 1);
  const numbers = odd.flatMap((k) => [k ** 2 - 1, k ** 2 + 1, (k ** 2 - 1) / 2]).filter((x) =>
    x === Math.fround(x)
  );
  assert.ok(numbers.length > 500);
  const cases = numbers.map((x): DoubleSingleCase => ({ name: "rounded_root", operands: [x] }));
  for (const form of FORMS) {
    const results = await applyDoubleSingle(gpu, form, cases);
    numbers.forEach((x, i) => assert.equal(results[2 * i], Math.fround(Math.sqrt(x)), `√${x}`));
  }
});

Deno.test("double-single: comparison and powers of two", async () => {
  const drawn = fc.sample(fc.tuple(pairs(-60, 100), fc.integer({ min: -160, max: 160 })), {
    seed: 5,
    numRuns: COUNT,
  });
  const compared = drawn.map(([[a, b]]) => asCase("ds_compare")([a, b, [0, 0]]));
  const scaled = drawn.map(([[a], k]) => asCase("ds_scale")([a, [k, 0], [0, 0]]));
  const flushed = (x: number) => Math.abs(x) < 2 ** -126 ? 0 * x : Math.fround(x);
  for (const form of FORMS) {
    const results = await applyDoubleSingle(gpu, form, [...compared, ...scaled]);
    drawn.forEach(([[a, b], k], i) => {
      assert.equal(results[2 * i], signOf(plus(exact(a), minus(exact(b)))), `${a} against ${b}`);
      const [hi, lo] = wordsOf(results, COUNT + i);
      assert.ok(Object.is(hi, flushed(a[0] * 2 ** k)), `${a} · 2^${k}`);
      assert.ok(Object.is(lo, flushed(a[1] * 2 ** k)), `${a} · 2^${k}`);
    });
  }
});

Deno.test("double-single: zeros, numbers that cancel, overflow, what is not finite", async () => {
  const x = splitDouble(Math.PI), y = splitDouble(-1 / 3), zero: Words = [0, 0], huge: Words = [3e38, 0];
  const below: Words = [-x[0], -x[1]], one: Words = [1, 0];
  const special = (bad: number): [DoubleSingleFunction, Words, Words][] => [
    ["ds_add", [bad, 0], x],
    ["ds_sub", x, [bad, 0]],
    ["ds_mul", y, [bad, 0]],
    ["ds_fma", [bad, 0], x],
    ["ds_sqrt", [Math.abs(bad), 0], zero],
    ["ds_div", [bad, 0], y],
  ];
  const rows: [DoubleSingleFunction, Words, Words, Words | "not finite"][] = [
    ["ds_add", x, below, zero],
    ["ds_sub", x, x, zero],
    ["ds_add", x, zero, x],
    ["ds_add", zero, y, y],
    ["ds_sub", zero, x, below],
    ["ds_add", zero, zero, zero],
    ["ds_mul", x, zero, zero],
    ["ds_mul", zero, zero, zero],
    ["ds_mul", x, one, x],
    ["ds_mul", x, [-1, 0], below],
    ["ds_div", x, x, one],
    ["ds_div", x, below, [-1, 0]],
    ["ds_div", zero, y, zero],
    ["ds_sqrt", zero, zero, zero],
    ["ds_sqrt", [-0, 0], zero, zero],
    ["ds_sqrt", [4, 0], zero, [2, 0]],
    ["ds_sqrt", y, zero, "not finite"],
    ["ds_div", x, zero, "not finite"],
    ["ds_add", huge, huge, "not finite"],
    ["ds_mul", huge, x, "not finite"],
    ["ds_scale", x, [2000, 0], "not finite"],
    ["ds_scale", x, [-2000, 0], zero],
    ["ds_scale", [-Infinity, 0], [-5, 0], "not finite"],
    ["ds_scale", [NaN, 0], [-5, 0], "not finite"],
    ["ds_compare", [NaN, 0], x, [2, 0]],
    ["ds_compare", x, [NaN, NaN], [2, 0]],
    ["ds_compare", [-0, 0], [0, -0], zero],
    ["ds_compare", [1e-40, 0], [-1e-40, 0], zero],
    ["ds_sqrt", [-1e-40, 0], zero, zero],
    ["ds_compare", [-Infinity, 0], [-3e38, 0], [-1, 0]],
    ["ds_compare", [Infinity, 0], [3e38, 0], one],
    ["ds_compare", [-3e38, 0], [3e38, 0], [-1, 0]],
    ...[NaN, Infinity, -Infinity].flatMap(special).map((row): typeof rows[number] => [...row, "not finite"]),
  ];
  const cases = rows.map(([name, a, b]) => asCase(name)([a, b, [0, 0]]));
  for (const form of FORMS) {
    const results = await applyDoubleSingle(gpu, form, cases);
    rows.forEach(([name, a, b, expected], i) => {
      const [hi, lo] = wordsOf(results, i), say = `${form}: ${name} of ${a} and ${b} is ${hi}, ${lo}`;
      if (expected === "not finite") assert.ok(!Number.isFinite(hi), say);
      else assert.ok(hi === expected[0] && lo === expected[1], say);
    });
  }
});

Deno.test("double-single: sums of 60,000 products keep 13 digits", async () => {
  const TERMS = 60_000, floats = randomFloats(17);
  const x = floats(TERMS), y = floats(TERMS), low = floats(2 * TERMS, -(2 ** -26), 2 ** -26);
  const terms = new Float32Array(4 * TERMS);
  for (let i = 0; i < TERMS; i++) {
    const a = splitDouble(x[i] * (1 + low[2 * i])), b = splitDouble(y[i] * (1 + low[2 * i + 1]));
    terms.set([...a, ...b], 4 * i);
  }
  // Apart from each other: lavapipe counts the iterations of eight neighbours together.
  const names = ["sum of products, single", "sum of products"] as const;
  const idle = Array.from({ length: 64 }, (): DoubleSingleCase => ({ name: "ds_from_f32", operands: [1] }));
  const cases = names.flatMap((name) => [{ name, operands: [] }, ...idle]);
  for (const form of FORMS) {
    const results = await applyDoubleSingle(gpu, form, cases, terms);
    names.forEach((name, k) => {
      let right = dyadic(0), size = dyadic(0);
      for (let at = 0; at < terms.length; at += 4) {
        const [a, b] = [wordsOf(terms, at / 2), wordsOf(terms, at / 2 + 1)];
        const product = k === 0 ? times(high(a), high(b)) : times(exact(a), exact(b));
        right = plus(right, product);
        size = plus(size, magnitude(product));
      }
      const difference = plus(exact(wordsOf(results, 65 * k)), minus(right));
      assert.ok(ratio(difference, size) <= 1e-13, `${form}: ${name}`);
      assert.ok(ratio(difference, right) <= 1e-12, `${form}: ${name}, relative to itself`);
    });
  }
});

Deno.test("splitDouble: to 2⁻⁴⁹, hi the nearest single; joinDouble puts it together again", () => {
  const wide = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((x) =>
    Math.abs(x) < 2 ** 127 && (x === 0 || Math.abs(x) >= 2 ** -100)
  );
  fc.assert(
    fc.property(wide, (x) => {
      const [hi, lo] = splitDouble(x);
      assert.equal(hi, Math.fround(x));
      assert.equal(lo, Math.fround(lo));
      assert.ok(hi === 0 || Math.abs(lo) <= 2 ** (exponentOf(hi) - 24));
      assert.ok(Math.abs(joinDouble(hi, lo) - x) <= 2 ** -49 * Math.abs(x));
    }),
    { seed: 3, numRuns: 3000 },
  );
  assert.ok(Object.is(joinDouble(...splitDouble(-0)), -0));
});

Deno.test("splitDouble: what is beyond the range is the largest number, infinities and NaN stay", () => {
  const [most] = splitDouble(1e300), largest = joinDouble(...splitDouble(1e300));
  assert.equal(most, Math.fround(3.4028234e38));
  for (const x of [2 ** 128, 2 ** 128 - 2 ** 103, 2 ** 128 - 2 ** 102, Number.MAX_VALUE]) {
    assert.equal(joinDouble(...splitDouble(x)), largest);
    assert.equal(joinDouble(...splitDouble(-x)), -largest);
  }
  assert.ok(splitDouble(largest).every(Number.isFinite) && Math.fround(largest) === most);
  for (const x of [Infinity, -Infinity, NaN]) assert.equal(joinDouble(...splitDouble(x)), x);
  assert.equal(joinDouble(Infinity, NaN), Infinity);
});

Deno.test("splitDoubles, joinDoubles: words one behind the other", () => {
  const numbers = Float64Array.of(1 / 3, -0, 1e300, NaN, -Infinity, 2 ** -90 / 3);
  const words = splitDoubles(numbers);
  numbers.forEach((x, i) => assert.deepEqual([...words.subarray(2 * i, 2 * i + 2)], splitDouble(x)));
  const joined = joinDoubles(words);
  numbers.forEach((x, i) => assert.equal(joined[i], joinDouble(...splitDouble(x))));
  assert.equal(splitDoubles(new Float64Array()).length, 0);
});
