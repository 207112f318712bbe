import { InputError } from "../../../src/errors.ts";
import { GpuArray } from "../../../src/gpu/array.ts";
import {
  bindLoss,
  lossConstants,
  losses,
  lossNames,
  type SampleLossName,
} from "../../../src/nn/loss/loss.ts";
import { assert, fc } from "../../deps.ts";
import { sampleLoss } from "../../reference/loss.ts";
import { row } from "../../reference/network.ts";
import { lossErrors } from "../../reference/network_errors.ts";
import { gamma, U } from "../../reference/rounding.ts";
import { randomFloats, run, upload } from "../../support/arrays.ts";
import { assertWithin } from "../../support/compare.ts";
import { fixed } from "../../support/dense_case.ts";
import { unpackMatrix } from "../../support/parameters.ts";
import sampleLossSource from "../../../shaders/nn/include/sample_loss.wgsl" with { type: "text" };
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/**
 * Losses, hits and deltas of each replica; the targets are shared where there are as many as one
 * replica has.
 */
async function evaluate(
  name: SampleLossName,
  outputs: number,
  output: Float32Array,
  y: Float32Array,
  weights: Float32Array,
  replicas = 1,
) {
  using stack = new DisposableStack();
  const count = output.length / outputs / replicas;
  const shared = y.length === count * outputs;
  const samples = {
    count,
    x: upload(gpu, new Float32Array(count), 1, 0, stack),
    y: upload(gpu, y, outputs, shared ? 0 : replicas, stack),
    weights: stack.use(new GpuArray(gpu, "weights", weights)),
    weightBatch: weights.length === count ? 0 : count,
  };
  const view = upload(gpu, output, outputs, replicas, stack);
  const { dispatch, delta, partials, partialCount } = await bindLoss(
    gpu,
    { name, samples, output: view, outputs, replicas },
    stack,
  );
  delta.array.write(new Float32Array(delta.array.length).fill(7));
  run(gpu, [dispatch]);
  const [deltas, sums] = await Promise.all([delta.array.read(), partials.read()]);
  return Array.from({ length: replicas }, (_, r) => {
    let loss = 0, hits = 0;
    for (let p = 0; p < partialCount; p++) {
      loss += sums[2 * (r * partialCount + p)];
      hits += sums[2 * (r * partialCount + p) + 1];
    }
    return { loss, hits, deltas: unpackMatrix(deltas, r, count, outputs) };
  });
}

/** What {@linkcode evaluate} should give for one replica, with bounds. */
function reference(
  name: string,
  outputs: number,
  output: Float32Array,
  y: Float32Array,
  weights: Float32Array,
) {
  const deltas: number[] = [], bounds: number[] = [];
  let loss = 0, lossBound = 0, hits = 0;
  for (let k = 0; k < weights.length; k++) {
    const uk = row(output, k, outputs), yk = row(y, k, outputs);
    const each = sampleLoss(name, uk, yk);
    const bound = lossErrors(name, uk, yk, uk.map(() => 0));
    deltas.push(...each.gradient.map((g) => weights[k] * g));
    bounds.push(
      ...each.gradient.map((g, c) => weights[k] * (bound.gradient[c] + 2 * U * Math.abs(g)) + 1e-37),
    );
    loss += weights[k] * each.loss;
    // One rounding for the weight, and eight in the tree that adds up a workgroup.
    lossBound += weights[k] * (bound.loss + gamma(9) * Math.abs(each.loss));
    hits += each.hit ? 1 : 0;
  }
  return { loss, lossBound, hits, deltas, bounds };
}

/** Targets of one class, or soft with a given sum. */
function targets(seed: number, rows: number, outputs: number, soft: boolean, mass: number): Float32Array {
  const y = randomFloats(seed)(rows * outputs, 0, 1);
  for (let k = 0; k < rows; k++) {
    const each = y.subarray(k * outputs, (k + 1) * outputs);
    const top = each.indexOf(Math.max(...each));
    const sum = each.reduce((total, value) => total + value, 0);
    each.forEach((value, c) =>
      each[c] = soft ? mass * value / sum : outputs === 1 ? Math.round(value) : Number(c === top)
    );
  }
  return y;
}

Deno.test("loss: value, gradient and hits of any shape are those of float64", async () => {
  const shapes = fc.record({
    name: fc.constantFrom(...lossNames),
    rows: fc.constantFrom(1, 3, 255, 256, 257, 700),
    outputs: fc.constantFrom(1, 2, 4, 5, 10),
    replicas: fc.constantFrom(1, 3),
    soft: fc.boolean(),
    mass: fc.constantFrom(1, 0.7),
    own: fc.boolean(),
    reach: fc.constantFrom(0.1, 3, 30, 1e4),
    seed: fc.nat(1e9),
  });
  await fc.assert(
    fc.asyncProperty(shapes, async ({ name, rows, outputs, replicas, soft, mass, own, reach, seed }) => {
      const floats = randomFloats(seed);
      const output = floats(replicas * rows * outputs, -reach, reach);
      const sets = own ? replicas : 1;
      const y = targets(seed + 1, sets * rows, outputs, soft, mass), weights = floats(sets * rows, 0.1, 1);
      const all = await evaluate(name, outputs, output, y, weights, replicas);
      all.forEach(({ loss, hits, deltas }, r) => {
        const part = (array: Float32Array, per: number, set: number) =>
          array.subarray(set * per, (set + 1) * per);
        const set = own ? r : 0, entries = rows * outputs;
        const expected = reference(
          name,
          outputs,
          part(output, entries, r),
          part(y, entries, set),
          part(weights, rows, set),
        );
        const where = `${name}, ${rows} × ${outputs}, reach ${reach}, replica ${r}`;
        assertWithin([loss], [expected.loss], [expected.lossBound], `loss of ${where}`);
        assertWithin(deltas, expected.deltas, expected.bounds, `delta of ${where}`);
        assert.equal(hits, expected.hits, `hits of ${where}`);
      });
    }),
    fixed(60),
  );
});

Deno.test("loss: small losses of confident outputs keep their digits", async () => {
  const one = Float32Array.of(1);
  for (const gap of [5, 20, 60]) {
    const [softmax] = await evaluate(
      "softmax-cross-entropy",
      3,
      Float32Array.of(gap, 0, 0),
      Float32Array.of(1, 0, 0),
      one,
    );
    const expected = Math.log1p(2 * Math.exp(-gap));
    assertWithin([softmax.loss], [expected], 20 * U * expected, `softmax, gap ${gap}`);
    const [logistic] = await evaluate("logistic", 1, Float32Array.of(-gap), Float32Array.of(0), one);
    assertWithin(
      [logistic.loss],
      [Math.log1p(Math.exp(-gap))],
      20 * U * Math.exp(-gap),
      `logistic, gap ${gap}`,
    );
  }
});

Deno.test("loss: entries have kinds of their own, each with a case in WGSL; other names are refused", () => {
  const kinds = Object.values(losses).map(({ kind }) => kind);
  assert.equal(new Set(kinds).size, kinds.length);
  // The squares are what the switch does for 0.
  for (const kind of kinds.filter((kind) => kind !== 0)) {
    assert(sampleLossSource.includes(`case ${kind}u: {`), `kind ${kind}`);
  }
  for (const name of ["logistics", "toString", ""]) {
    assert.throws(() => lossConstants(name as SampleLossName), (error) => {
      assert(error instanceof InputError);
      return lossNames.every((known) => error.message.includes(known));
    });
  }
});

Deno.test("loss: extreme logits give finite losses and deltas", async () => {
  const output = Float32Array.of(1e4, -1e4, 0, -1e4, -1e4, -1e4, 1e4, 1e4, 1e4, -1e4, 1e4, 3e3);
  const y = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0), weights = new Float32Array(4).fill(1);
  for (const name of lossNames) {
    const [{ loss, hits, deltas }] = await evaluate(name, 3, output, y, weights);
    const expected = reference(name, 3, output, y, weights);
    assertWithin([loss], [expected.loss], [expected.lossBound], name);
    assertWithin(deltas, expected.deltas, expected.bounds, `${name}, deltas`);
    assert.equal(hits, expected.hits, `${name}, hits`);
  }
});

Deno.test("loss: of equal outputs the first one counts; NaN and infinity are never hits", async () => {
  const hits = async (name: SampleLossName, output: number[], y: number[]) =>
    (await evaluate(
      name,
      output.length,
      Float32Array.from(output),
      Float32Array.from(y),
      Float32Array.of(1),
    ))[0];
  const softmax = "softmax-cross-entropy";
  assert.equal((await hits(softmax, [2, 2, 1], [1, 0, 0])).hits, 1);
  assert.equal((await hits(softmax, [2, 2, 1], [0, 1, 0])).hits, 0);
  assert.equal((await hits(softmax, [2, 2, 1], [0.5, 0.5, 0])).hits, 1);
  assert.equal((await hits(softmax, [1, 2, 3, 4, 5], [0, 0, 0, 0, 1])).hits, 1);
  assert.equal((await hits("logistic", [0], [0])).hits, 1);
  assert.equal((await hits("logistic", [0], [1])).hits, 0);
  assert.equal((await hits("logistic", [1, -1], [1, 1])).hits, 0);
  // The sides of NaN and −1 are those of these targets.
  assert.equal((await hits("logistic", [NaN, -1], [0, 0])).hits, 0);
  const broken = [[NaN, 2, 1], [2, NaN, 1], [2, 1, NaN], [NaN, NaN, NaN], [Infinity, 0, 0]];
  for (const name of lossNames) {
    for (const output of broken) {
      const result = await hits(name, output, [1, 0, 0]);
      assert.equal(result.hits, 0, `${name} of ${output}`);
      // Cross-entropy with the infinite output right is 0 in the limit, but ∞ − ∞ on the way.
      assert(!Number.isFinite(result.loss), `${name} of ${output} is ${result.loss}`);
    }
  }
});
