import { chordalDistance, subspaceSimilarity } from "../../../src/rank/ranks/subspace_distance.ts";
import { assert } from "../../deps.ts";
import { orthonormal } from "../../support/families.ts";

Deno.test("subspaceSimilarity, chordalDistance: as norms of products and differences of projections", () => {
  const rows = 9, angles = [1e-3, 0.4, 1.5];
  const q = orthonormal(rows, 6, 1);
  const u = (k: number, j: number) => q[k * 6 + j];
  const v = (k: number, j: number) =>
    Math.cos(angles[j]) * q[k * 6 + j] + Math.sin(angles[j]) * q[k * 6 + j + 3];
  let product = 0, difference = 0;
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      let dot = 0;
      for (let k = 0; k < rows; k++) dot += u(k, i) * v(k, j);
      product += dot * dot;
    }
  }
  for (let k = 0; k < rows; k++) {
    for (let l = 0; l < rows; l++) {
      let entry = 0;
      for (let j = 0; j < 3; j++) entry += u(k, j) * u(l, j) - v(k, j) * v(l, j);
      difference += entry * entry;
    }
  }
  assert.ok(Math.abs(subspaceSimilarity(angles) - product / 3) < 1e-14);
  assert.ok(Math.abs(chordalDistance(angles) - Math.sqrt(difference / 2)) < 1e-14);
});

Deno.test("subspaceSimilarity, chordalDistance: the same, orthogonal, none", () => {
  assert.deepEqual([subspaceSimilarity([0, 0]), chordalDistance([0, 0])], [1, 0]);
  assert.ok(subspaceSimilarity([Math.PI / 2]) < 1e-30);
  assert.equal(chordalDistance(Float64Array.of(Math.PI / 2, Math.PI / 2)), Math.SQRT2);
  assert.deepEqual([subspaceSimilarity([]), chordalDistance([])], [NaN, 0]);
});
