import { GpuArray } from "../../src/gpu/array.ts";
import { gpuStruct } from "../../src/gpu/struct.ts";
import { assert } from "../deps.ts";
import { U } from "../reference/rounding.ts";
import { erfc, logistic } from "../reference/special_functions.ts";
import { randomFloats, run } from "../support/arrays.ts";
import elementarySource from "../../shaders/nn/include/elementary.wgsl" with { type: "text" };
import kernelSource from "./elementary_kernel.wgsl" with { type: "text" };
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

const NAMES = ["exp", "expm1", "log1p", "tanh", "logistic", "erfc", "sine", "cosine"] as const;

async function evaluate(name: typeof NAMES[number], x: Float32Array): Promise<Float32Array> {
  using stack = new DisposableStack();
  const kernel = await gpu.kernel({ name: "elementary_kernel", files: [elementarySource, kernelSource] });
  const input = stack.use(new GpuArray(gpu, "arguments", x));
  const output = stack.use(new GpuArray(gpu, "values", x.length));
  const which = gpuStruct(gpu, "which", ["u32", NAMES.indexOf(name)]);
  run(gpu, [kernel.bind([which, input, output], [Math.ceil(x.length / 256)])]);
  return await output.read();
}

/**
 * Magnitudes spread evenly over the logarithms and over the numbers up to `high`, both ends among
 * them: 32,004 of them, whole vectors of four.
 */
function magnitudes(high: number): number[] {
  const floats = randomFloats(1), low = 1e-37;
  const logarithmic = floats(16_000, Math.log(low), Math.log(high)).map(Math.exp);
  return [0, low, 0.5, high, ...logarithmic, ...floats(16_000, 0, high)].map((x) => Math.min(x, high));
}

/**
 * The largest error in units of u times `scale`; results that single precision has no normal number
 * for may be 0.
 */
function worstError(
  x: Float32Array,
  actual: Float32Array,
  expected: (x: number) => number,
  scale: (value: number, x: number) => number,
): number {
  let worst = 0;
  for (let i = 0; i < x.length; i++) {
    const value = expected(x[i]);
    const error = Math.max(0, Math.abs(actual[i] - value) - 1.2e-38) / (scale(value, x[i]) * U);
    // NaN must not pass for a small error.
    if (!(error <= worst)) worst = Number.isNaN(error) ? Infinity : error;
  }
  return worst;
}

const relative = (value: number) => Math.max(Math.abs(value), 1e-300);
const positive = (high: number) => Float32Array.from(magnitudes(high));
const negative = (high: number) => Float32Array.from(magnitudes(high), (x) => -x);
const both = (high: number) => Float32Array.of(...positive(high), ...negative(high));

/** The table of errors in the head of elementary.wgsl. */
const CASES: readonly {
  name: typeof NAMES[number];
  x: Float32Array;
  expected: (x: number) => number;
  scale: (value: number, x: number) => number;
  bound: number;
}[] = [
  { name: "exp", x: both(87), expected: Math.exp, scale: relative, bound: 3 },
  { name: "expm1", x: negative(1e30), expected: Math.expm1, scale: relative, bound: 3 },
  { name: "log1p", x: positive(3.4028234e38), expected: Math.log1p, scale: relative, bound: 8 },
  { name: "log1p", x: positive(4), expected: Math.log1p, scale: relative, bound: 8 },
  { name: "tanh", x: both(1e30), expected: Math.tanh, scale: relative, bound: 8 },
  { name: "tanh", x: both(4), expected: Math.tanh, scale: relative, bound: 8 },
  { name: "logistic", x: both(87), expected: logistic, scale: relative, bound: 8 },
  {
    name: "erfc",
    x: positive(9.3),
    expected: erfc,
    scale: (value, x) => value * (1 + x * x),
    bound: 16,
  },
  { name: "sine", x: both(8191), expected: Math.sin, scale: () => 1, bound: 2 },
  { name: "sine", x: both(0.75), expected: Math.sin, scale: relative, bound: 3 },
  { name: "cosine", x: both(8191), expected: Math.cos, scale: () => 1, bound: 2 },
  { name: "cosine", x: both(4), expected: Math.cos, scale: () => 1, bound: 2 },
];

Deno.test("elementary: errors are within the bounds that the file promises", async () => {
  for (const { name, x, expected, scale, bound } of CASES) {
    const error = worstError(x, await evaluate(name, x), expected, scale);
    assert(error <= bound, `${name}: error ${error} u, promised ${bound} u`);
  }
});

Deno.test("elementary: the reference erfc has the values of tables", () => {
  // Abramowitz and Stegun, table 7.1 (erf 0.5, erf 1), and erfc at 2, 3, 5 from the NIST handbook's
  // software.
  const known = [[0, 1], [0.5, 0.4795001221869535], [1, 0.15729920705028513], [2, 0.004677734981047266], [
    3,
    2.209049699858544e-5,
  ], [5, 1.5374597944280349e-12]];
  for (const [x, value] of known) assert(Math.abs(erfc(x) / value - 1) < 1e-13, `erfc(${x}) = ${erfc(x)}`);
  // Series and continued fraction meet at 2; erfc falls there by a relative 2.2·10⁻⁹ over 10⁻⁹.
  const slope = (erfc(2 - 1e-9) - erfc(2 + 1e-9)) / 2e-9;
  assert(Math.abs(slope / (2 / Math.sqrt(Math.PI) * Math.exp(-4)) - 1) < 1e-5);
});

Deno.test("elementary: NaN stays NaN, and infinities give limits", async () => {
  const x = Float32Array.of(NaN, Infinity, -Infinity, 0);
  const limits: Record<typeof NAMES[number], readonly [number | null, number | null]> = {
    // null: outside of the function's domain, or no limit.
    exp: [null, 0],
    expm1: [null, -1],
    log1p: [Infinity, null],
    tanh: [1, -1],
    logistic: [1, 0],
    erfc: [0, null],
    sine: [null, null],
    cosine: [null, null],
  };
  for (const name of NAMES) {
    const [nan, above, below] = await evaluate(name, x);
    assert(Number.isNaN(nan), `${name}(NaN) is ${nan}`);
    const [expectedAbove, expectedBelow] = limits[name];
    if (expectedAbove !== null) assert.equal(above, expectedAbove, `${name}(∞)`);
    if (expectedBelow !== null) assert.equal(below, expectedBelow, `${name}(−∞)`);
  }
});

Deno.test("elementary: sine and cosine stay within [−1, 1] for any finite argument", async () => {
  const x = both(3.4028234e38);
  for (const name of ["sine", "cosine"] as const) {
    const values = await evaluate(name, x);
    assert(values.every((value) => Math.abs(value) <= 1 + 2 * U), name);
    const [above] = await evaluate(name, Float32Array.of(Infinity, 0, 0, 0));
    assert(!Number.isFinite(above), `${name}(∞) is ${above}`);
  }
});

Deno.test("elementary: exp is 0 far below and finite far above", async () => {
  const [below, above, one] = await evaluate("exp", Float32Array.of(-87.5, 1e30, 0, 0));
  assert.equal(below, 0);
  assert(above > 1.6e38 && Number.isFinite(above));
  assert.equal(one, 1);
});
