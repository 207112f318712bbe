import { layerScales, parametrizations } from "../../src/nn/parametrization.ts";
import { assert, fc } from "../deps.ts";

/** Exponents a, b, c of table 1 of arXiv:2011.14522: a and b of first, hidden and output layer. */
const table = {
  "µP": { a: [-1 / 2, 0, 1 / 2], b: [1 / 2, 1 / 2, 1 / 2], c: 0 },
  "NTK": { a: [0, 1 / 2, 1 / 2], b: [0, 0, 0], c: 0 },
  "standard": { a: [0, 0, 0], b: [0, 1 / 2, 1 / 2], c: 0 },
} as const;

Deno.test("layerScales: abc-parametrisations of the literature, their multipliers folded in", () => {
  const names = Object.keys(parametrizations) as (keyof typeof parametrizations)[];
  assert.deepEqual(names, Object.keys(table));
  fc.assert(fc.property(
    fc.constantFrom(...names),
    fc.integer({ min: 2, max: 9 }),
    fc.integer({ min: 1, max: 4096 }),
    fc.integer({ min: 1, max: 64 }),
    (name, layers, width, base) => {
      const { a, b, c } = table[name];
      const scales = layerScales(parametrizations[name], layers, width / base);
      assert.equal(scales.length, layers);
      scales.forEach(({ initial, rate }, l) => {
        const kind = l === 0 ? 0 : l === layers - 1 ? 2 : 1;
        // 1 / √fan-in is n^(−1/2) behind the first layer, whose inputs do not grow.
        const deviation = (n: number) => n ** (-a[kind] - b[kind]) * (l === 0 ? 1 : Math.sqrt(n));
        const speed = (n: number) => n ** (-c - 2 * a[kind]);
        const isNear = (x: number, y: number) => assert(Math.abs(x / y - 1) < 1e-12, `${x} ${y}`);
        isNear(initial, deviation(width) / deviation(base));
        isNear(rate, speed(width) / speed(base));
      });
    },
  ));
});

Deno.test("layerScales: gradient descent on w with W = n^(−a) w is that on W with rates n^(−2a) η", () => {
  // u = v tanh(w x), (u − y)² / 2, in float64: multipliers α and β of both weights, or none.
  const run = ([alpha, beta]: readonly number[], [w0, v0]: readonly number[], rates: readonly number[]) => {
    let [w, v] = [w0, v0];
    for (let step = 0; step < 20; step++) {
      const h = Math.tanh(alpha * w * 0.7), error = beta * v * h - 0.4;
      const [dw, dv] = [error * beta * v * (1 - h * h) * 0.7 * alpha, error * beta * h];
      [w, v] = [w - rates[0] * dw, v - rates[1] * dv];
    }
    return [alpha * w, beta * v];
  };
  const [alpha, beta] = [3, 0.25], [w, v] = [0.3, 2];
  const given = run([alpha, beta], [w, v], [0.1, 0.1]);
  const folded = run([1, 1], [alpha * w, beta * v], [0.1 * alpha ** 2, 0.1 * beta ** 2]);
  given.forEach((each, i) => assert(Math.abs(each - folded[i]) < 1e-13, `${each} ${folded[i]}`));
  assert(Math.abs(given[0] - run([1, 1], [alpha * w, beta * v], [0.1, 0.1])[0]) > 1e-3);
});

Deno.test("layerScales: null freezes a layer, at the base width as well", () => {
  const frozen = { output: 0, rates: [null, null, -1] } as const;
  assert.deepEqual(layerScales(frozen, 3, 1).map(({ rate }) => rate), [0, 0, 1]);
  assert.deepEqual(layerScales(frozen, 2, 2).map(({ rate }) => rate), [0, 0.5]);
});
