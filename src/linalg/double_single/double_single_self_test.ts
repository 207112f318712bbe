/**
 * The start-up test of double-single arithmetic: does this adapter, with its compiler, keep the
 * digits that it promises?
 *
 * @module
 */
import { PrecisionError } from "../../errors.ts";
import { GpuArray } from "../../gpu/array.ts";
import { Commands } from "../../gpu/commands.ts";
import type { Gpu } from "../../gpu/device.ts";
import { originalOf } from "../../gpu/planning.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { doubleSingleFiles, type DoubleSingleForm } from "./double_single.ts";
import { U2 } from "../rounding.ts";
import {
  DOUBLE_SINGLE_FUNCTIONS,
  type DoubleSingleCase,
  type DoubleSingleFunction,
  hardCases,
  hardTerms,
  judge,
  SUBNORMAL_CASE,
} from "./double_single_cases.ts";
import selfTestSource from "../../../shaders/linalg/double_single/double_single_self_test.wgsl" with {
  type: "text",
};

export { DOUBLE_SINGLE_FUNCTIONS, type DoubleSingleCase, type DoubleSingleFunction };

/** Result of the test of one form of the arithmetic. */
export interface FormSelfTest {
  /**
   * Largest error, relative to the result or, for sums of products, to the sum of magnitudes; 1 for
   * no right digit.
   */
  readonly error: number;
  /** Largest error in units of the bound on it: at most 1 where the form passed; at most 10⁹. */
  readonly share: number;
  /** Function that came closest to its bound, or furthest beyond. */
  readonly worst: DoubleSingleFunction;
  /** Whether every error was within its bound. */
  readonly passed: boolean;
  /**
   * What becomes of results below 2⁻¹²⁶. Either will do: the bounds on errors leave room for it.
   */
  readonly subnormals: "kept" | "flushed";
}

/** Results of the start-up test, as plain data for `run.json`. */
export interface PrecisionSelfTest {
  /** Name of the adapter. */
  readonly adapter: string;
  /**
   * The form to use: the adapter's own arithmetic if it passed, integers on the bits if it did not.
   */
  readonly form: DoubleSingleForm;
  /** The form made of the adapter's arithmetic. */
  readonly float: FormSelfTest;
  /** The form made of integers; `null` where it was not needed and not asked for. */
  readonly integer: FormSelfTest | null;
}

/** Options of {@linkcode selfTestDoubleSingle}. */
export interface SelfTestOptions {
  /**
   * Whether the integer form is tested even where the other one passed. Default: false, for
   * compiling it takes a second on lavapipe the first time.
   */
  readonly both?: boolean;
  /**
   * The files of a form, to put other ones to the test; nothing is remembered then. Default: the
   * shaders'.
   */
  readonly files?: (form: DoubleSingleForm) => readonly string[];
}

/** Results on each device. */
const found = new WeakMap<Gpu, Map<DoubleSingleForm, Promise<FormSelfTest>>>();

/**
 * Applies functions of double-single arithmetic on the GPU.
 *
 * @param gpu Device.
 * @param form Form of the arithmetic.
 * @param cases Functions and operands.
 * @param terms Terms of the sums of products: words hi, lo of both factors, at most 65,000 terms.
 * Sums take longer than lavapipe's 65,535 iterations if two of them are among 8 cases that follow
 * each other. Default: one term, 0.
 * @param files The files of the form. Default: the shaders'.
 * @returns Words hi, lo of each result; the second is 0 where a result has one word.
 * @throws {KernelError} Where the adapter rejects the files.
 */
export async function applyDoubleSingle(
  gpu: Gpu,
  form: DoubleSingleForm,
  cases: readonly DoubleSingleCase[],
  terms: Float32Array = new Float32Array(4),
  files: (form: DoubleSingleForm) => readonly string[] = doubleSingleFiles,
): Promise<Float32Array> {
  using stack = new DisposableStack();
  const name = `double_single_self_test (${form})`;
  const kernel = await gpu.kernel({ name, files: [...files(form), selfTestSource] });
  const operands = new Float32Array(6 * cases.length);
  cases.forEach((one, i) => operands.set(one.operands, 6 * i));
  const functions = Uint32Array.from(cases, (one) => DOUBLE_SINGLE_FUNCTIONS.indexOf(one.name));
  const results = stack.use(new GpuArray(gpu, "results", 2 * cases.length));
  const arrays = [
    gpuStruct(gpu, "double_single_self_test shape", ["u32", cases.length, terms.length / 4, 0]),
    stack.use(new GpuArray(gpu, "functions", functions)),
    stack.use(new GpuArray(gpu, "operands", operands)),
    stack.use(new GpuArray(gpu, "terms", terms)),
    results,
  ];
  const commands = new Commands(gpu);
  commands.run(kernel.bind(arrays, [Math.ceil(cases.length / 64)]));
  commands.submit();
  return await results.read();
}

/**
 * Tests double-single arithmetic on the adapter and decides which form of it to use. The operands
 * leave plain single precision no digit; float64 on the host judges the results. Waits for the GPU,
 * and remembers the result.
 *
 * @param gpu Device.
 * @param options What else to test.
 * @returns The form to use, and the errors measured.
 * @throws {StaircaseError} Where neither form keeps its bounds; the message names the adapter.
 * @throws {KernelError} Where the adapter rejects the arithmetic's files.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { selfTestDoubleSingle } from "./double_single_self_test.ts";
 *
 * using gpu = await Gpu.open();
 * const { form, float } = await selfTestDoubleSingle(gpu);
 * assert.equal(form, float.passed ? "float" : "integer");
 * ```
 */
export async function selfTestDoubleSingle(
  gpu: Gpu,
  options: SelfTestOptions = {},
): Promise<PrecisionSelfTest> {
  const { both = false, files } = options;
  const test = files ? (form: DoubleSingleForm) => testForm(gpu, form, files) : remembered(gpu);
  const float = await test("float");
  const integer = both || !float.passed ? await test("integer") : null;
  if (!float.passed && !integer!.passed) {
    const say = ({ worst, error }: FormSelfTest) => `${worst} is off by ${error.toExponential(1)}`;
    throw new PrecisionError(
      `${gpu.adapterName} computes neither form of double-single arithmetic as exactly as it must ` +
        `(by floats ${say(float)}, by integers ${say(integer!)}): use single precision or another adapter`,
    );
  }
  return { adapter: gpu.adapterName, form: float.passed ? "float" : "integer", float, integer };
}

/**
 * Tests double-single arithmetic like {@linkcode selfTestDoubleSingle}, for callers that can do
 * without it.
 *
 * @param gpu Device.
 * @param options What else to test.
 * @returns The results, or the reason why the adapter has no double-single arithmetic.
 */
export async function tryDoubleSingle(
  gpu: Gpu,
  options: SelfTestOptions = {},
): Promise<PrecisionSelfTest | PrecisionError> {
  try {
    return await selfTestDoubleSingle(gpu, options);
  } catch (error) {
    if (error instanceof PrecisionError) return error;
    throw error;
  }
}

/**
 * Tells whether compensated sums keep their promise on this adapter: they need the arithmetic that
 * the float form needs.
 *
 * @param gpu Device.
 * @returns Whether its compiler leaves the order of operations alone.
 */
export async function keepsCompensation(gpu: Gpu): Promise<boolean> {
  const found = await tryDoubleSingle(gpu);
  return !(found instanceof PrecisionError) && found.form === "float";
}

function remembered(gpu: Gpu): (form: DoubleSingleForm) => Promise<FormSelfTest> {
  // What is only planned does not compute: its device is tested instead.
  const tested = originalOf(gpu);
  const forms = found.get(tested) ?? new Map<DoubleSingleForm, Promise<FormSelfTest>>();
  found.set(tested, forms);
  return (form) => {
    const test = forms.get(form) ?? testForm(tested, form, doubleSingleFiles);
    forms.set(form, test);
    return test;
  };
}

async function testForm(
  gpu: Gpu,
  form: DoubleSingleForm,
  files: (form: DoubleSingleForm) => readonly string[],
): Promise<FormSelfTest> {
  const cases = hardCases(), terms = hardTerms();
  const results = await applyDoubleSingle(gpu, form, [...cases, SUBNORMAL_CASE], terms, files);
  let error = 0, share = -1, worst: DoubleSingleFunction = cases[0].name;
  cases.forEach((one, i) => {
    const verdict = judge(one, terms, results[2 * i], results[2 * i + 1]);
    error = Math.max(error, Math.min(1, verdict.error * U2));
    if (verdict.error / verdict.bound > share) {
      share = verdict.error / verdict.bound;
      worst = one.name;
    }
  });
  const subnormals = results[2 * cases.length] === 2 ** -127 ? "kept" : "flushed";
  return { error, share: Math.min(share, 1e9), worst, passed: share <= 1, subnormals };
}
