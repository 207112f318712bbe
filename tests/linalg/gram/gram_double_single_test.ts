import { ShapeError } from "../../../src/errors.ts";
import { GpuArray } from "../../../src/gpu/array.ts";
import {
  type DoubleSingleForm,
  joinDoubles,
  splitDoubles,
} from "../../../src/linalg/double_single/double_single.ts";
import {
  bindGramDoubleSingle,
  type DoubleSingleGram,
  gramDoubleSingleBound,
  gramDoubleSinglePartials,
} from "../../../src/linalg/gram/gram_double_single.ts";
import { mostOperations } from "../../../src/linalg/pieces.ts";
import { assert, fc } from "../../deps.ts";
import { run } from "../../support/arrays.ts";
import { type ExactEntry, exactGram, relativeError } from "../../reference/exact_gram.ts";
import { normals } from "../../reference/random.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** Features and weights as the GPU gets them, in float64, which holds them exactly. */
interface Problem {
  readonly samples: number;
  readonly order: number;
  readonly words: 1 | 2;
  /** One matrix of features after the other, row-major. */
  readonly features: readonly Float64Array[];
  readonly weights: Float64Array;
}

/** Rounds to what double-single holds. */
const representable = (x: Float64Array) => joinDoubles(splitDoubles(x));

function draw(samples: number, order: number, words: 1 | 2, count: number, seed: number): Problem {
  const numbers = (length: number, from: number) => {
    const [x, y] = [normals(length, from), normals(length, from + 1)];
    return representable(Float64Array.from(x, (high, i) => words === 1 ? high : high * (1 + 1e-8 * y[i])));
  };
  return {
    samples,
    order,
    words,
    features: Array.from({ length: count }, (_, r) => numbers(samples * order, seed + 2 * r)),
    weights: representable(
      Float64Array.from(normals(samples, seed + 99), (x) => (0.1 + Math.abs(x)) / samples),
    ),
  };
}

/** Places entries `stride` apart, with numbers between that must not count. */
function words(problem: Problem, stride: number): Float32Array {
  const { samples, order, features } = problem;
  const entries = new Float64Array(features.length * samples * stride).fill(7);
  features.forEach((phi, r) => {
    for (let k = 0; k < samples; k++) {
      entries.set(phi.subarray(k * order, (k + 1) * order), (r * samples + k) * stride);
    }
  });
  return problem.words === 1 ? Float32Array.from(entries) : splitDoubles(entries);
}

interface Layout {
  readonly form: DoubleSingleForm;
  readonly stride?: number;
  readonly rows?: number;
}

/** The matrices' words. With more than one problem their matrices are accumulated. */
async function grams(problems: readonly Problem[], layout: Layout): Promise<Float32Array> {
  using stack = new DisposableStack();
  const { order, features } = problems[0];
  const { form, stride = order, rows = order } = layout;
  const size = 2 * features.length * rows * rows;
  const matrices = stack.use(new GpuArray(gpu, "matrices", new Float32Array(size).fill(NaN)));
  for (const [i, problem] of problems.entries()) {
    const room = gramDoubleSinglePartials(problem.samples, order, features.length);
    const operand: DoubleSingleGram = {
      form,
      samples: problem.samples,
      order,
      count: features.length,
      features: stack.use(new GpuArray(gpu, "features", words(problem, stride))),
      words: problem.words,
      stride,
      weights: stack.use(new GpuArray(gpu, "weights", splitDoubles(problem.weights))),
      partials: stack.use(new GpuArray(gpu, "partials", room)),
      matrices,
      rows,
      factors: stack.use(new GpuArray(gpu, "factors", new Float32Array(features.length).fill(i > 0 ? 1 : 0))),
    };
    run(gpu, await bindGramDoubleSingle(gpu, operand));
  }
  return await matrices.read();
}

/** The largest error relative to Σ w |φ_i| |φ_j|; asserts symmetry and zeros in the padding. */
function worstError(problems: readonly Problem[], matrices: Float32Array, rows: number): number {
  const { order, features } = problems[0];
  let worst = 0;
  features.forEach((_, r) => {
    const at = (i: number, j: number) => {
      const word = 2 * ((r * rows + i) * rows + j);
      return matrices.subarray(word, word + 2);
    };
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < rows; j++) {
        assert.deepEqual(at(i, j), at(j, i));
        if (i >= order || j >= order) assert.deepEqual([...at(i, j)], [0, 0]);
        else if (j >= i) {
          const exact = problems.reduce<ExactEntry | undefined>(
            (sum, { features, weights }) => exactGram(features[r], order, weights, [i, j], sum),
            undefined,
          );
          worst = Math.max(worst, relativeError([...at(i, j)], exact!));
        }
      }
    }
  });
  return worst;
}

Deno.test("gramDoubleSingle: any samples, features, layouts, within its bound, in both forms to the same bits", async () => {
  const shapes = fc.tuple(
    fc.oneof(fc.constantFrom(1, 2, 15, 16, 17, 256, 257), fc.integer({ min: 1, max: 700 })),
    fc.integer({ min: 1, max: 6 }),
    fc.constantFrom<1 | 2>(1, 2),
    fc.constantFrom(1, 2),
    fc.nat(1e6),
  );
  for (const [i, shape] of fc.sample(shapes, { seed: 12, numRuns: 14 }).entries()) {
    const p = draw(...shape);
    const rows = p.order + i % 3, stride = p.order + i % 2;
    const [float, integer] = [
      await grams([p], { form: "float", rows, stride }),
      await grams([p], { form: "integer", rows, stride }),
    ];
    assert.deepEqual(float, integer);
    const error = worstError([p], float, rows), bound = gramDoubleSingleBound(p.samples);
    assert.ok(error <= bound, `${shape}: ${error}, promised ${bound}`);
    assert.ok(error <= 1e-14, `${shape}: ${error}`);
  }
});

Deno.test("gramDoubleSingle: 70,000 samples, more than lavapipe lets a loop take", async () => {
  const p = draw(70_000, 2, 2, 1, 20);
  const error = worstError([p], await grams([p], { form: "float" }), 2);
  assert.ok(error <= gramDoubleSingleBound(70_000) && error <= 1e-14, `${error}`);
});

Deno.test("gramDoubleSingle: features in tiles accumulate", async () => {
  const tiles = [draw(300, 5, 2, 2, 30), draw(41, 5, 2, 2, 31), draw(300, 5, 2, 2, 32)];
  const matrices = await grams(tiles, { form: "float", rows: 8 });
  const error = worstError(tiles, matrices, 8);
  assert.ok(error <= gramDoubleSingleBound(300) + 3 * tiles.length * 2 ** -48, `${error}`);
});

Deno.test("gramDoubleSingle: whole numbers of many digits sum exactly", async () => {
  const { samples, order, ...drawn } = draw(400, 3, 1, 1, 40);
  const features = drawn.features.map((phi) => phi.map((x) => Math.round(1e4 * x)));
  const p: Problem = { ...drawn, samples, order, features, weights: new Float64Array(samples).fill(1) };
  const matrices = joinDoubles(await grams([p], { form: "float" }));
  for (let i = 0; i < order; i++) {
    for (let j = 0; j < order; j++) {
      let sum = 0;
      for (let k = 0; k < samples; k++) sum += features[0][k * order + i] * features[0][k * order + j];
      assert.equal(matrices[i * order + j], sum);
    }
  }
});

Deno.test("gramDoubleSingle: many columns, in pieces and on more workgroups than an axis has", async () => {
  const mostX = gpu.limits.maxComputeWorkgroupsPerDimension;
  for (const [samples, order] of [[256, 601], [2, 2050]] as const) {
    const problem = draw(samples, order, 1, 1, order);
    const [phi] = problem.features, words = await grams([problem], { form: "float" });
    for (let e = 0; e < order ** 2; e += 1 + e % 997) {
      const i = Math.floor(e / order), j = e % order;
      let sum = 0, size = 0;
      for (let k = 0; k < samples; k++) {
        const term = problem.weights[k] * phi[k * order + i] * phi[k * order + j];
        [sum, size] = [sum + term, size + Math.abs(term)];
      }
      const error = Math.abs(words[2 * e] + words[2 * e + 1] - sum);
      assert.ok(
        error <= (gramDoubleSingleBound(samples) + samples * 2 ** -52) * size,
        `${order}: (${i}, ${j})`,
      );
    }
  }
  using stack = new DisposableStack();
  const array = (length: number) => stack.use(new GpuArray(gpu, "words", length));
  const operand = (samples: number, order: number): DoubleSingleGram => ({
    form: "float",
    samples,
    order,
    words: 1,
    features: array(samples * order),
    weights: array(2 * samples),
    partials: array(gramDoubleSinglePartials(samples, order)),
    matrices: array(2 * order ** 2),
  });
  const pieces = (await bindGramDoubleSingle(gpu, operand(300, 700))).slice(0, -1);
  assert.ok(pieces.length > 2);
  for (const { operations } of pieces) assert.ok(operations <= 1.25 * mostOperations(gpu));
  const wide = await bindGramDoubleSingle(gpu, operand(1, 2050));
  assert.ok(wide.every(({ workgroups }) => Math.max(...workgroups) <= mostX));
  assert.ok(wide.some(({ workgroups: [, y] }) => y > 1));
});

Deno.test("gramDoubleSingle: says which array is too short", async () => {
  const p = draw(20, 3, 1, 1, 50);
  using short = new GpuArray(gpu, "features of the first layer", 59);
  using long = new GpuArray(gpu, "room", 100);
  const operand: DoubleSingleGram = {
    form: "float",
    samples: p.samples,
    order: 3,
    features: short,
    words: 1,
    weights: long,
    partials: long,
    matrices: long,
  };
  const isNamed = (error: Error) => error instanceof ShapeError && error.message.includes(short.label);
  await assert.rejects(bindGramDoubleSingle(gpu, operand), isNamed);
  await assert.rejects(
    bindGramDoubleSingle(gpu, { ...operand, features: long, weights: short, samples: 30 }),
    isNamed,
  );
});

Deno.test("gramDoubleSingleError: 4·10⁻¹³ for a thousand samples, and grows slowly", () => {
  assert.ok(gramDoubleSingleBound(1024) < 5e-13);
  assert.ok(gramDoubleSingleBound(1e6) < 4e-12);
});
