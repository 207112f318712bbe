import { ShapeError } from "../../../src/errors.ts";
import { GpuArray } from "../../../src/gpu/array.ts";
import { qrLevels } from "../../../src/linalg/svd/qr.ts";
import { bindLogDeterminant } from "../../../src/rank/spectra/log_determinant.ts";
import { assert, fc } from "../../deps.ts";
import { randomFloats, run, upload } from "../../support/arrays.ts";
import { assertSameBits, assertWithin } from "../../support/compare.ts";
import { fixed } from "../../support/dense_case.ts";
import { unpackMatrix } from "../../support/parameters.ts";
import { logDeterminant } from "../../reference/log_determinant.ts";
import { U } from "../../reference/rounding.ts";
import { longestColumn } from "../../reference/singular_values.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** Features of replicas and what goes with them. */
interface Case {
  readonly samples: number;
  readonly width: number;
  readonly replicas: number;
  readonly epsilon: number;
  /** How many random columns the features are combinations of. */
  readonly rank: number;
  readonly seed: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  samples: fc.constantFrom(1, 3, 8, 50, 251, 300),
  width: fc.oneof(fc.constantFrom(1, 4, 5, 16, 50, 67), fc.integer({ min: 1, max: 40 })),
  replicas: fc.constantFrom(1, 2, 3),
  epsilon: fc.constantFrom(1, 1e-2, 1e-4, 1e-6),
  rank: fc.integer({ min: 1, max: 40 }),
  seed: fc.nat(1e9),
});

/** Features in [−1, 1], of numerical rank `rank` and rounding, weights about 1/m, and slopes. */
function draw({ samples, width, replicas, rank, seed }: Case) {
  const floats = randomFloats(seed);
  const phi = Array.from({ length: replicas }, () => {
    const left = floats(samples * rank), right = floats(rank * width);
    return Float32Array.from({ length: samples * width }, (_, e) => {
      const k = Math.floor(e / width), j = e % width;
      let sum = 0;
      for (let l = 0; l < rank; l++) sum += left[k * rank + l] * right[l * width + j];
      return sum / rank;
    });
  });
  const weights = floats(samples, 0.5 / samples, 1.5 / samples);
  const slopes = floats(replicas * samples * width);
  return { phi, weights, slopes };
}

/** What the GPU makes of it: −log det of each replica and its gradient by the preactivations, padding checked. */
async function evaluate(shape: Case, { phi, weights, slopes }: ReturnType<typeof draw>) {
  const { samples, width, replicas, epsilon } = shape;
  using stack = new DisposableStack();
  const together = new Float32Array(replicas * samples * width);
  phi.forEach((each, r) => together.set(each, r * each.length));
  const { dispatches, error, partials } = await bindLogDeterminant(gpu, {
    features: upload(gpu, together, width, replicas, stack),
    slopes: upload(gpu, slopes, width, replicas, stack).array,
    width,
    samples,
    replicas,
    weights: stack.use(new GpuArray(gpu, "weights", weights)),
    epsilon,
  }, stack);
  // Twice: nothing may depend on what the first time left.
  run(gpu, dispatches, 2);
  const [sums, words] = [await partials.read(), await error.array.read()];
  return {
    values: phi.map((_, r) => -sums[2 * r]),
    errors: (r: number) => unpackMatrix(words, r, samples, width),
  };
}

/** Reference and error bounds, by the bound of `qr` and those in `log_determinant.ts`. */
function reference(shape: Case, { phi, weights, slopes }: ReturnType<typeof draw>, replica: number) {
  const { samples, width, epsilon } = shape;
  const { value, gradient, eigenvalues } = logDeterminant(phi[replica], width, weights, epsilon);
  const scaled = phi[replica].map((x, e) => x * Math.sqrt(weights[Math.floor(e / width)]));
  const longest = Math.hypot(longestColumn(scaled, width), Math.sqrt(epsilon));
  const eta = 6 * U * Math.sqrt(width + 32 * qrLevels(samples + width)) * longest;
  const roots = eigenvalues.map((lambda) => Math.sqrt(lambda + epsilon));
  // WGSL's logarithm is good to 2⁻²¹ near 1 and 3 u of itself elsewhere; a sum of n adds as many roundings.
  const rounding = width * (2 ** -21 + 2 * U) + 8 * width * U * value;
  const valueBound = roots.reduce((sum, root) => sum + 2 * eta / root, rounding);
  const least = roots[width - 1] ** 2;
  const norm = (1.5 * eta + 3 * (width + 8) * U * roots[0]) / least;
  const own = slopes.subarray(replica * phi[0].length, (replica + 1) * phi[0].length);
  return {
    value,
    valueBound,
    error: gradient.map((g, e) => -g * own[e]),
    errorBound: gradient.map((_, e) =>
      2 * Math.sqrt(weights[Math.floor(e / width)]) * norm * Math.abs(own[e])
    ),
  };
}

Deno.test("log determinant and gradient: those of float64, over shapes, ranks and thresholds", async () => {
  await fc.assert(
    fc.asyncProperty(cases, async (shape) => {
      const drawn = draw(shape);
      const { values, errors } = await evaluate(shape, drawn);
      for (let r = 0; r < shape.replicas; r++) {
        const { value, valueBound, error, errorBound } = reference(shape, drawn, r);
        const what = `replica ${r} of ${JSON.stringify(shape)}`;
        assertWithin([values[r]], [value], valueBound, what);
        assertWithin(errors(r), error, errorBound, what);
      }
    }),
    fixed(40),
  );
});

Deno.test("log determinant: the gradient of the reference is what finite differences say", () => {
  const shape = { samples: 9, width: 5, replicas: 1, epsilon: 1e-3, rank: 4, seed: 11 };
  const { phi: [phi], weights } = draw(shape);
  const { gradient } = logDeterminant(phi, shape.width, weights, shape.epsilon);
  const h = 1e-5;
  gradient.forEach((g, e) => {
    const at = (x: number) => {
      const moved = Float64Array.from(phi);
      moved[e] += x;
      return logDeterminant(moved, shape.width, weights, shape.epsilon).value;
    };
    const slope = (at(h) - at(-h)) / (2 * h);
    assert(Math.abs(slope - g) <= 1e-4 * (1 + Math.abs(g)), `${e}: ${slope}, not ${g}`);
  });
});

Deno.test("log determinant: NaN of one replica does not reach another; more than 512 neurons are refused", async () => {
  const shape = { samples: 37, width: 6, replicas: 3, epsilon: 1e-6, rank: 6, seed: 3 };
  const drawn = draw(shape);
  const before = await evaluate(shape, drawn);
  drawn.phi[1].fill(NaN);
  const after = await evaluate(shape, drawn);
  for (const r of [0, 2]) {
    assert.equal(after.values[r], before.values[r]);
    assertSameBits(after.errors(r), before.errors(r), `replica ${r}`);
  }
  assert(Number.isNaN(after.values[1]));
  const wide = { ...shape, samples: 1, width: 513, replicas: 1 };
  await assert.rejects(() => evaluate(wide, draw(wide)), ShapeError);
});
