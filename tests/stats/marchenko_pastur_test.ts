import { assert } from "../deps.ts";
import { fitMarchenkoPastur, marchenkoPastur } from "../../src/stats/marchenko_pastur.ts";
import { hostSvdvals } from "../../src/linalg/host/host_svdvals.ts";
import { normals } from "../reference/random.ts";

/** The density, integrated by the trapezoid rule over θ, x = 1 + q + 2√q cos θ. */
function integrated(x: number, q: number): number {
  const center = 1 + q, radius = 2 * Math.sqrt(q);
  const from = Math.acos(Math.max(-1, Math.min(1, (x - center) / radius))), steps = 20_000;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const theta = from + (Math.PI - from) * i / steps, at = center + radius * Math.cos(theta);
    const density = at < 1e-12 ? 2 / Math.PI : (radius * Math.sin(theta)) ** 2 / (2 * Math.PI * q * at);
    sum += density * (i === 0 || i === steps ? 0.5 : 1);
  }
  return sum * (Math.PI - from) / steps;
}

Deno.test("the distribution function is the integral of the density", () => {
  for (const q of [0.01, 0.2, 0.7, 0.999, 1]) {
    const low = (1 - Math.sqrt(q)) ** 2, high = (1 + Math.sqrt(q)) ** 2;
    for (const share of [0, 1e-3, 0.1, 0.37, 0.5, 0.9, 0.999, 1]) {
      const x = low + share * (high - low);
      const found = marchenkoPastur(x, q), expected = share === 1 ? 1 : integrated(x, q);
      assert.ok(Math.abs(found - expected) < 1e-6, `q = ${q}, x = ${x}: ${found}, not ${expected}`);
    }
    assert.deepEqual([marchenkoPastur(low - 1, q), marchenkoPastur(high + 1, q)], [0, 1]);
  }
});

Deno.test("random matrices: deviation, edges, distance, and seldom a value above the margin", () => {
  let alarms = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const [rows, columns] = [[60, 60], [150, 50], [40, 130]][seed % 3];
    const data = normals(rows * columns, seed).map((x) => 0.02 * x);
    const fit = fitMarchenkoPastur(hostSvdvals({ rows, columns, data }).values, rows, columns)!;
    const deviation = Math.sqrt(data.reduce((sum, x) => sum + x * x, 0) / data.length);
    assert.ok(Math.abs(fit.deviation / deviation - 1) < 0.05, `s = ${fit.deviation}, not ${deviation}`);
    assert.ok(fit.distance < 0.08, `distance ${fit.distance}`);
    assert.ok(fit.low < fit.high && fit.high < fit.margin && fit.margin < 1.08 * fit.high);
    alarms += fit.above;
  }
  // The margin is at 99 %; the fitted deviation of small matrices adds a little.
  assert.ok(alarms <= 5, `${alarms} of 60 matrices are said to be more than random`);
});

Deno.test("planted directions are counted, with their energy", () => {
  const rows = 120, columns = 80, data = Float64Array.from(normals(rows * columns, 3));
  for (let k = 0; k < 3; k++) {
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        data[i * columns + j] += (4 + k) * Math.SQRT2 * Math.cos(i * (k + 1)) * Math.cos(j * (k + 1) + 1) / 2;
      }
    }
  }
  const { values } = hostSvdvals({ rows, columns, data });
  const fit = fitMarchenkoPastur(values, rows, columns)!;
  assert.equal(fit.above, 3);
  const total = values.reduce((sum, x) => sum + x * x, 0);
  const held = values.slice(0, 3).reduce((sum, x) => sum + x * x, 0);
  assert.ok(Math.abs(fit.energy - held / total) < 1e-12 && Math.abs(fit.deviation - 1) < 0.15);
});

Deno.test("few values, zeros and values that are not finite have no fit", () => {
  assert.equal(fitMarchenkoPastur(new Float64Array(9).fill(1), 9, 9), null);
  assert.equal(fitMarchenkoPastur(Float64Array.from({ length: 20 }, (_, i) => i < 5 ? 1 : 0), 20, 20), null);
  assert.equal(fitMarchenkoPastur(new Float64Array(20).fill(NaN), 20, 20), null);
});
