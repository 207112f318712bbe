import { SEARCH_WORDS } from "../../../src/nn/optim/lbfgs.ts";
import type { TrainingOptions } from "../../../src/train/options.ts";
import { Training } from "../../../src/train/training.ts";
import { assert, fc } from "../../deps.ts";
import { U } from "../../reference/rounding.ts";
import { openGpu } from "../../support/gpu.ts";
import { smallTask } from "../../support/tasks.ts";

const gpu = await openGpu();

/** Words of `struct Search`, and the value of `turn` after an accepted trial. */
const PAIRS = 2, NEWEST = 3, TURN = 7, ONWARD = 2;

type Vector = Float32Array<ArrayBufferLike> | Float64Array<ArrayBufferLike>;

/** Pairs and gradient. */
interface Held {
  /** Changes of parameters and of gradients, the newest first, and the gradient. */
  readonly s: readonly Vector[];
  readonly y: readonly Vector[];
  readonly g: Vector;
}

/** Inner product, and the sum of the sizes of its terms. */
function product(a: Vector, b: Vector): { readonly sum: number; readonly sizes: number } {
  let sum = 0, sizes = 0;
  for (let i = 0; i < a.length; i++) {
    sum += a[i] * b[i];
    sizes += Math.abs(a[i] * b[i]);
  }
  return { sum, sizes };
}

const dot = (a: Vector, b: Vector) => product(a, b).sum;
const size = (a: Vector) => Math.sqrt(dot(a, a));

/** −H g by the two loops over pairs in float64 (Nocedal, Wright, algorithm 7.4). */
function twoLoops({ s, y, g }: Held): Float64Array {
  const q = Float64Array.from(g);
  const weights = s.map((each, k) => {
    const weight = dot(each, q) / dot(each, y[k]);
    q.forEach((_, i) => q[i] -= weight * y[k][i]);
    return weight;
  });
  const scale = dot(s[0], y[0]) / dot(y[0], y[0]);
  q.forEach((each, i) => q[i] = scale * each);
  for (let k = s.length - 1; k >= 0; k--) {
    const weight = weights[k] - dot(y[k], q) / dot(s[k], y[k]);
    q.forEach((_, i) => q[i] += weight * s[k][i]);
  }
  return q.map((each) => -each);
}

/**
 * The same by inner products. Returns the direction for errors of each of them, in units of the sum
 * of the sizes of its terms, and the sums of the sizes of what makes up the direction.
 */
function byProducts({ s, y, g }: Held) {
  const table = (a: readonly Vector[], b: readonly Vector[]) => a.map((u) => b.map((v) => product(u, v)));
  const [sy, yy, sg, yg] = [table(s, y), table(y, y), table(s, [g]), table(y, [g])];
  return (error: () => number) => {
    const drawn = (rows: typeof sy) => rows.map((row) => row.map(({ sum, sizes }) => sum + error() * sizes));
    const [r, q, a, c] = [sy, yy, sg, yg].map(drawn);
    const scale = r[0][0] / q[0][0], m = s.length;
    for (let k = 0; k < m; k++) {
      a[k][0] /= r[k][k];
      for (let i = k + 1; i < m; i++) a[i][0] -= r[i][k] * a[k][0];
    }
    c.forEach((row, i) => {
      row[0] = r[i][i] * a[i][0] + scale * (a.reduce((sum, [each], j) => sum + q[i][j] * each, 0) - row[0]);
    });
    for (let k = m - 1; k >= 0; k--) {
      c[k][0] /= r[k][k];
      for (let i = 0; i < k; i++) c[i][0] -= r[k][i] * c[k][0];
    }
    const d = Float64Array.from(g, (each) => -scale * each), sizes = d.map(Math.abs);
    const add = (weight: number, vector: Vector) =>
      vector.forEach((each, i) => {
        d[i] += weight * each;
        sizes[i] += Math.abs(weight * each);
      });
    s.forEach((each, k) => add(-c[k][0], each));
    y.forEach((each, k) => add(scale * a[k][0], each));
    return { d, sizes };
  };
}

type Arrays = Readonly<Record<string, Uint32Array>>;

/** Vector of a replica, by its place: x, d, those of s, those of y. */
function vectorOf({ pairs, parameters, searches }: Arrays, replica: number, history: number) {
  const words = parameters.length / (searches.length / SEARCH_WORDS);
  const vectors = new Float32Array(pairs.buffer, pairs.byteOffset, pairs.length);
  return (index: number) => {
    const at = (replica * (2 * history + 4) + index) * words;
    return vectors.subarray(at, at + words);
  };
}

/** What a replica makes its next direction of; `null` if it keeps its direction or has no pairs. */
function heldOf(arrays: Arrays, replica: number, history: number): Held | null {
  const search = arrays.searches.subarray(replica * SEARCH_WORDS);
  if (search[TURN] !== ONWARD || search[PAIRS] === 0) return null;
  const vector = vectorOf(arrays, replica, history), { length } = vector(0), slots = history + 1;
  const { buffer, byteOffset } = arrays.moments;
  const slotsByAge = Array.from({ length: search[PAIRS] }, (_, k) => (search[NEWEST] + slots - k) % slots);
  return {
    s: slotsByAge.map((slot) => vector(2 + slot)),
    y: slotsByAge.map((slot) => vector(2 + slots + slot)),
    g: new Float32Array(buffer, byteOffset + 8 * replica * length, length),
  };
}

Deno.test("lbfgs: directions are those of the two loops in float64 on the pairs that it holds", async () => {
  const width = fc.integer({ min: 1, max: 24 });
  const ways = fc.record({
    hidden: fc.oneof(fc.array(width, { minLength: 1, maxLength: 3 }), fc.constant([50, 50])),
    history: fc.constantFrom(1, 5, 20, 64),
    steps: fc.integer({ min: 3, max: 90 }),
    seed: fc.nat(99),
  });
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(ways, async ({ hidden, history, steps, seed }) => {
      const optimizer = { name: "lbfgs", learningRate: 0.1, history } as const;
      const options: TrainingOptions = { task: smallTask(), hidden, optimizer, seed, replicas: 2 };
      const stateAfter = async (steps: number) => {
        using training = await Training.create(gpu, { ...options, steps, probeEvery: 100 });
        await training.finish();
        return (await training.readState()).arrays;
      };
      const [before, after] = [await stateAfter(steps), await stateAfter(steps + 1)];
      for (const replica of [0, 1]) {
        const held = heldOf(before, replica, history);
        if (!held) continue;
        const exact = twoLoops(held), made = vectorOf(after, replica, history)(1);
        // Inner products have chains of up to a hundred vectors, and up to a hundred chains.
        // Rounded up as often as down they are good to a few u of the sizes of their terms, and so
        // are the equations for the weights. One draw of such errors is about as bad as another:
        // four times the worst of six covers all.
        let phase = 0;
        const products = byProducts(held);
        const draws = Array.from({ length: 6 }, () => products(() => 8 * U * Math.sin(phase += 1.7)));
        const off = Math.max(...draws.map(({ d }) => size(d.map((each, i) => each - exact[i]))));
        const sums = (2 * held.s.length + 2) * U * size(products(() => 0).sizes);
        const tolerance = 4 * off + sums;
        // Behind that a comparison shows little.
        if (tolerance > 0.1 * size(exact)) continue;
        compared++;
        const error = size(exact.map((each, i) => each - made[i]));
        assert(error <= tolerance, `off by ${error}, not ${tolerance}, of ${size(exact)}`);
      }
    }),
    { numRuns: 10, seed: 3 },
  );
  assert(compared >= 8, `only ${compared} directions are compared`);
});
