import { doubleSingleProduct, singleProduct } from "../../../src/linalg/products/row_products.ts";
import { GpuArray } from "../../../src/gpu/array.ts";
import { Commands } from "../../../src/gpu/commands.ts";
import { joinDoubles, splitDoubles } from "../../../src/linalg/double_single/double_single.ts";
import { U2 } from "../../../src/linalg/rounding.ts";
import { selfTestDoubleSingle } from "../../../src/linalg/double_single/double_single_self_test.ts";
import { bindNewtonSchulz } from "../../../src/linalg/svd/newton_schulz.ts";
import { assert } from "../../deps.ts";
import { normals } from "../../reference/random.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** Unit roundoff of single precision. */
const U = 2 ** -24;

/**
 * Two bases: reflections I − 2uuᵀ/uᵀu, as orthogonal as float64 has them, and those with entries
 * off by some 10⁻³.
 */
function basesOf(n: number): Float64Array {
  const noise = normals(2 * n * n, 7);
  const [u, v] = [normals(n, 1), normals(n, 2)];
  return Float64Array.from(
    [u, v].flatMap((x) => {
      const square = x.reduce((sum, each) => sum + each * each, 0);
      return Array.from({ length: n * n }, (_, e) => {
        const i = Math.floor(e / n), j = e % n;
        return (i === j ? 1 : 0) - 2 * x[i] * x[j] / square;
      });
    }),
    (x, e) => x + 1e-3 / Math.sqrt(n) * noise[e],
  );
}

/** Largest ‖QQᵀ − I‖_F of the two bases. */
function defect(q: Float64Array, n: number): number {
  return Math.max(...[0, 1].map((index) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        let dot = i === j ? -1 : 0;
        for (let k = 0; k < n; k++) dot += q[(index * n + i) * n + k] * q[(index * n + j) * n + k];
        sum += dot * dot;
      }
    }
    return Math.sqrt(sum);
  }));
}

for (const n of [1, 4, 37]) {
  // With E = I − QQᵀ the step leaves 3/4 E² + 1/4 E³; and rounding, at most that of two products of
  // n terms, twice over.
  const left = (before: number, rounding: number) => before ** 2 + n * rounding;

  Deno.test(`newtonSchulz: squares the defect of bases of ${n}, in single precision`, async () => {
    using stack = new DisposableStack();
    const stride = Math.ceil(n / 4), rows = 4 * stride, size = rows * rows;
    const given = basesOf(n), padded = new Float32Array(2 * size);
    for (let e = 0; e < 2 * n * n; e++) {
      padded[(Math.floor(e / n / n) * rows + Math.floor(e / n) % n) * rows + e % n] = given[e];
    }
    const view = (words: Float32Array) => {
      const array = stack.use(new GpuArray(gpu, "basis", words));
      return { array, stride, batch: size / 4 };
    };
    const [q, correction, next] = [padded, new Float32Array(2 * size), new Float32Array(2 * size)].map(view);
    const commands = new Commands(gpu);
    commands.run(
      ...await bindNewtonSchulz(gpu, singleProduct(gpu, false), {
        q,
        correction,
        next,
        order: rows,
        count: 2,
      }),
    );
    commands.submit();
    const words = await next.array.read();
    const result = given.map((_, e) =>
      words[(Math.floor(e / n / n) * rows + Math.floor(e / n) % n) * rows + e % n]
    );
    const before = defect(given, n), after = defect(result, n);
    assert.ok(before > 1e-4 && after <= left(before, 2 * (n + 3) * U), `${before} → ${after}`);
  });

  Deno.test(`newtonSchulz: squares the defect of bases of ${n}, twice in double-single arithmetic`, async () => {
    const { form } = await selfTestDoubleSingle(gpu);
    using stack = new DisposableStack();
    const given = basesOf(n);
    const views = Array.from({ length: 3 }, () => ({
      array: stack.use(new GpuArray(gpu, "basis", splitDoubles(given))),
      double: true,
      stride: n,
      batch: n * n,
    }));
    const [q, correction, next] = views;
    const commands = new Commands(gpu);
    for (const [from, to] of [[q, next], [next, q]]) {
      const bases = { q: from, correction, next: to, order: n, count: 2 };
      commands.run(
        ...await bindNewtonSchulz(gpu, doubleSingleProduct(gpu, form), bases),
      );
    }
    commands.submit();
    const before = defect(given, n);
    const [once, twice] = (await Promise.all([next.array.read(), q.array.read()])).map(joinDoubles);
    assert.ok(before > 1e-4 && defect(once, n) <= left(before, (3 * n + 20) * U2), `${before}`);
    assert.ok(defect(twice, n) <= left(defect(once, n), (3 * n + 20) * U2), `${defect(twice, n)}`);
    assert.ok(defect(once, n) > n * (3 * n + 20) * U2, "the second step has something to do");
  });
}
