import { assert } from "../deps.ts";
import { InputError } from "../../src/errors.ts";
import { product } from "../../src/stats/random_matrices.ts";
import { findMatrices } from "../../src/weights/find_matrices.ts";
import { matrixLabel, type MatrixPlan, workOf } from "../../src/weights/matrix_plan.ts";
import { measureAll, workersFor } from "../../src/weights/measure_all.ts";
import { type MatrixMeasures, measureMatrix } from "../../src/weights/measure.ts";
import { normals } from "../reference/random.ts";
import { singularValues } from "../reference/singular_values.ts";
import { brainFloats, doubles, floats, halfFloats, modelFile, type Tensor } from "../support/model_files.ts";
import { temporaryFolder } from "../support/program.ts";

const options = { epsilons: [0.1, 0.01], draws: 20, seed: 1 };

/** A model of known matrices, in a folder of its own. */
async function model(tensors: Record<string, Tensor>) {
  const folder = temporaryFolder(), path = `${folder.path}/m.safetensors`;
  await Deno.writeFile(path, modelFile(tensors));
  const { matrices } = await findMatrices({ path, files: [path] }, { splits: [], channels: "first" });
  return { path, matrices, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

/** A matrix of some rank, in float32. */
const lowRank = (rows: number, columns: number, rank: number) =>
  Float32Array.from(
    product(normals(rows * rank, 1), normals(rank * columns, 2), rows, columns, rank),
    (x) => Math.round(64 * x) / 64,
  );

/** Effective and stable rank of singular values, by their definitions. */
function measuresOf(sigma: readonly number[]) {
  const total = sigma.reduce((sum, x) => sum + x, 0);
  const entropy = sigma.reduce((sum, x) => x > 0 ? sum - x / total * Math.log(x / total) : sum, 0);
  return {
    effective: Math.exp(entropy),
    stable: sigma.reduce((sum, x) => sum + x * x, 0) / sigma[0] ** 2,
  };
}

Deno.test("measures: ranks, norms and spectra are those of float64, within their bounds", async () => {
  const cases: [string, number, number, Float32Array | Float64Array][] = [
    ["square", 40, 40, normals(1600, 3)],
    ["wide", 17, 61, normals(17 * 61, 4)],
    ["one row", 1, 9, normals(9, 5)],
    ["low", 50, 30, lowRank(50, 30, 6)],
    ["zero", 4, 3, new Float32Array(12)],
    ["double", 12, 10, Float64Array.from(normals(120, 6), (x) => x * (1 + 1e-12))],
  ];
  using made = await model(Object.fromEntries(cases.map(([name, rows, columns, data]) => [
    name,
    (data instanceof Float64Array ? doubles : floats)([rows, columns], data),
  ])));
  for (const [i, [name, rows, columns, data]] of cases.entries()) {
    const found = await measureMatrix(made.matrices[i], options);
    const exact = singularValues(data, rows, columns), largest = exact[0];
    exact.forEach((sigma, k) =>
      assert.ok(Math.abs(found.values[k] - sigma) <= found.bounds[k] + 2e-14 * largest, name)
    );
    assert.ok(Math.abs(found.norm - Math.hypot(...data)) <= 1e-13 * found.norm);
    const unit = data instanceof Float64Array ? 2 ** -52 : 2 ** -23;
    assert.equal(found.numerical.epsilon, Math.max(rows, columns) * unit);
    for (const { epsilon, rank, low, high } of [found.numerical, ...found.ranks]) {
      const expected = exact.filter((sigma) => sigma > epsilon * largest).length;
      assert.ok(low <= expected && expected <= high, `${name}: ${low} ≤ ${expected} ≤ ${high}`);
      assert.ok(low <= rank && rank <= high);
    }
    if (largest === 0) {
      assert.deepEqual([found.numerical.high, found.effectiveRank.value, found.stableRank.value], [0, 0, 0]);
      continue;
    }
    const { effective, stable } = measuresOf(exact);
    assert.ok(Math.abs(found.effectiveRank.value - effective) <= found.effectiveRank.bound + 1e-11);
    assert.ok(Math.abs(found.stableRank.value - stable) <= found.stableRank.bound + 1e-11);
    assert.ok(found.effectiveRank.bound < 1e-6 && found.stableRank.bound < 1e-8);
    assert.equal(found.random === null, Math.min(rows, columns) < 10);
    assert.equal(found.tail === null, Math.min(rows, columns) < 10);
  }
  // Entries are multiples of 1/64 of a matrix of rank six: rounding fills it, far above 2⁻²³.
  const low = await measureMatrix(made.matrices[3], options);
  assert.equal(low.ranks[0].low, 6);
});

Deno.test("half precision is exact: the same matrix in four types has the same singular values", async () => {
  const values = Float32Array.from(normals(20 * 15, 8), (x) => Math.round(16 * x) / 16);
  const small = values.map((x) => Math.max(-7, Math.min(7, x)));
  using made = await model({
    f32: floats([20, 15], small),
    f16: halfFloats([20, 15], [...small]),
    bf16: brainFloats([20, 15], small),
    f64: doubles([20, 15], small),
  });
  const [first, ...others] = await Promise.all(made.matrices.map((plan) => measureMatrix(plan, options)));
  for (const { values, bounds } of others) assert.deepEqual([values, bounds], [first.values, first.bounds]);
});

Deno.test("the rank of B·A is that of its factors, whatever the sides", async () => {
  const b = normals(40 * 8, 1).map((x, e) => e % 8 < 5 ? x : 0), a = normals(8 * 30, 2);
  using made = await model({
    "q.lora_A.weight": floats([8, 30], a),
    "q.lora_B.weight": floats([40, 8], b),
  });
  const [plan] = made.matrices, { values, bounds, numerical, random } = await measureMatrix(plan, options);
  assert.deepEqual([plan.rows, plan.columns, values.length, random], [40, 30, 8, null]);
  assert.deepEqual([numerical.low, numerical.high], [5, 5]);
  const exact = singularValues(product(b, a, 40, 30, 8), 40, 30);
  values.forEach((value, i) => assert.ok(Math.abs(value - exact[i]) <= bounds[i] + 1e-13 * exact[0]));
  assert.ok(workOf(plan) < 2 * 40 * 40 * 40);
});

Deno.test("workers: all matrices, one with NaN said so, the others measured", async () => {
  const wrong = normals(30, 1);
  wrong[17] = NaN;
  using made = await model({
    a: floats([6, 5], normals(30, 2)),
    wrong: floats([6, 5], wrong),
    b: floats([5, 6], normals(30, 3)),
  });
  const found = new Map<string, { measures: MatrixMeasures | null; reason: string }>();
  for await (const { index, ...each } of measureAll(made.matrices, { ...options, workers: 2 })) {
    found.set(matrixLabel(made.matrices[index]), each);
  }
  assert.deepEqual([...found.keys()].sort(), ["a", "b", "wrong"]);
  assert.match(found.get("wrong")!.reason, /NaN in row 3, column 2/);
  const direct = await measureMatrix(made.matrices[0], options);
  assert.deepEqual(found.get("a")!.measures, direct);
  await assert.rejects(measureMatrix(made.matrices[1], options), InputError);
});

Deno.test("workers stop when a signal says so, and as many are used as memory allows", async () => {
  using made = await model({ a: floats([600, 600], normals(360_000, 2)) });
  const controller = new AbortController();
  const many = new Array<MatrixPlan>(50).fill(made.matrices[0]);
  setTimeout(() => controller.abort(new Error("enough")), 100);
  const all = measureAll(many, { ...options, workers: 1, signal: controller.signal });
  await assert.rejects(Array.fromAsync(all), /enough/);
  const plan = (rows: number, columns: number) => ({ ...made.matrices[0], rows, columns });
  assert.equal(workersFor([plan(8192, 8192)], 64), 1);
  assert.equal(workersFor(new Array(9).fill(plan(4096, 4096)), 64), 2);
  assert.equal(workersFor(new Array(9).fill(plan(1024, 1024)), 64), 8);
  assert.equal(workersFor([plan(4, 4), plan(4, 4)], 64), 2);
  assert.equal(workersFor(new Array(9).fill(plan(50_257, 768)), 2), 2);
});

const hasNumpy = await new Deno.Command("python3", { args: ["-c", "import numpy"], stderr: "null" }).output()
  .then(({ success }) => success, () => false);

Deno.test({
  name: "NumPy: the same singular values in float64, and the same matrix_rank (skipped without NumPy)",
  ignore: !hasNumpy,
  fn: async () => {
    const data = lowRank(96, 70, 20);
    using made = await model({ low: floats([96, 70], data), full: floats([70, 96], normals(6720, 9)) });
    const script = `
import json, sys, numpy as np
raw = open(sys.argv[1], "rb").read()
n = int.from_bytes(raw[:8], "little"); header = json.loads(raw[8:8 + n])
for name, t in header.items():
    at = [8 + n + o for o in t["data_offsets"]]
    w = np.frombuffer(raw[at[0]:at[1]], "<f4").reshape(t["shape"])
    print(json.dumps([name, int(np.linalg.matrix_rank(w)), list(np.linalg.svd(w.astype(float), compute_uv=False))]))
`;
    const { stdout } = await new Deno.Command("python3", { args: ["-c", script, made.path] }).output();
    const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
    assert.equal(lines.length, 2);
    for (const [i, line] of lines.entries()) {
      const [name, rank, values] = JSON.parse(line) as [string, number, number[]];
      const found = await measureMatrix(made.matrices[i], options);
      assert.equal(made.matrices[i].name, name);
      values.forEach((value, k) => assert.ok(Math.abs(found.values[k] - value) <= 1e-14 * values[0]));
      assert.deepEqual([found.numerical.low, found.numerical.high], [rank, rank]);
    }
  },
});
