/**
 * The one step of `eigenvalueBounds` that is not proven: how far rotations raise the scaled
 * off-diagonal entries of a head. Rotations are followed in float64, round by round.
 */
import { normal, uniform } from "../../../src/stats/random.ts";
import { assert } from "../../deps.ts";

/** A matrix whose head is nearly diagonal, and whose other columns are anything. */
interface GradedMatrix {
  readonly matrix: readonly Float64Array[];
  /** Columns whose diagonal entries are the largest. */
  readonly head: readonly number[];
}

/**
 * Draws M = D XᵀX D with unit columns of X: those of the head are unit vectors but for a part of
 * norm about g, the others are dense, and near those of the head if `isNear`. D falls by
 * exponentials.
 */
function drawMatrix(seed: number): GradedMatrix {
  const random = uniform(seed), gauss = normal(random);
  const n = 3 + Math.floor(38 * random()), rows = n + 4, isNear = random() < 0.5;
  const g = 10 ** (-6 + 6 * random()), depth = 30 * random();
  const least = 10 ** -(15 * random());
  const scales = Array.from({ length: n }, (_, i) => Math.exp(-depth * i / n * (0.5 + random())));
  const head = [...scales.keys()].filter((i) => scales[i] ** 2 >= least);
  const columns = scales.map((_, i) => {
    const isHead = head.includes(i);
    const part = isHead ? g / (Math.SQRT2 * head.length) : 1;
    const column = Float64Array.from({ length: rows }, () => part * gauss());
    if (isHead) column[i] += 1;
    else if (isNear) { for (const j of head) column[j] += 2 * gauss(); }
    const norm = Math.hypot(...column);
    return column.map((value) => value / norm);
  });
  const matrix = columns.map((a, i) =>
    Float64Array.from(columns, (b, j) => scales[i] * scales[j] * a.reduce((sum, v, k) => sum + v * b[k], 0))
  );
  return { matrix, head };
}

/** Rotates rows and columns p and q so that their entry vanishes. */
function rotate(matrix: readonly Float64Array[], p: number, q: number): void {
  const a = matrix[p][q];
  if (Math.abs(a) < 1e-300) return;
  const z = (matrix[q][q] - matrix[p][p]) / (2 * a);
  const t = (z >= 0 ? 1 : -1) / (Math.abs(z) + Math.hypot(1, z));
  const c = 1 / Math.hypot(1, t), s = c * t;
  for (let k = 0; k < matrix.length; k++) {
    [matrix[p][k], matrix[q][k]] = [c * matrix[p][k] - s * matrix[q][k], s * matrix[p][k] + c * matrix[q][k]];
  }
  for (const row of matrix) [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
  matrix[p][q] = matrix[q][p] = 0;
}

/** Entries of the head, each divided by the roots of both of its diagonal entries. */
function* scaledEntries({ matrix, head }: GradedMatrix): Generator<[a: number, i: number, j: number]> {
  for (const i of head) {
    for (const j of head) if (i !== j) yield [matrix[i][j] / Math.sqrt(matrix[i][i] * matrix[j][j]), i, j];
  }
}

Deno.test("eigenvalueBounds: rotations raise the entries of a head by no more than it charges", () => {
  let cases = 0, most = 0;
  for (let seed = 1; seed <= 120; seed++) {
    const graded = drawMatrix(seed), { matrix, head } = graded, n = matrix.length;
    const start = Math.sqrt([...scaledEntries(graded)].reduce((sum, [a]) => sum + a * a, 0));
    if (head.length < 2 || !(start < 0.5)) continue;
    cases++;
    const tail = matrix.reduce((sum, row, i) => head.includes(i) ? sum : sum + row[i], 0);
    const ring = Array.from({ length: n + n % 2 }, (_, i) => i);
    for (let round = 0; round < 4 * (ring.length - 1); round++) {
      for (let k = 0; k < ring.length / 2; k++) {
        const pair = [ring[k], ring[ring.length - 1 - k]];
        if (Math.max(...pair) >= n) continue;
        // The larger entry keeps its place, as in the kernel.
        const [p, q] = pair.sort((a, b) => matrix[b][b] - matrix[a][a]);
        rotate(matrix, p, q);
      }
      ring.splice(1, 0, ring.pop()!);
      for (const [a, i, j] of scaledEntries(graded)) {
        const second = Math.sqrt(tail / matrix[i][i]) + Math.sqrt(tail / matrix[j][j]);
        const excess = Math.abs(a) - 2 * start;
        assert(excess <= second / 2 + 1e-12, `seed ${seed}, round ${round}: ${excess} beside ${second}`);
        if (excess > 1e-12) most = Math.max(most, excess / second);
      }
    }
  }
  assert(cases > 70, `${cases} cases`);
  // The second part is there: entries do rise by more than twice the norm.
  assert(most > 0.05, `${most}`);
});
