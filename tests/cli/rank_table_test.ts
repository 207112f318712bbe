import { rankTable } from "../../src/cli/rank_table.ts";
import { type NamedRanks, rankJson } from "../../src/io/rank_json.ts";
import { assert } from "../deps.ts";

const source = {
  name: "hidden.npy",
  file: "hidden.npy",
  tensor: null,
  shape: [100, 3],
  axes: [1],
  rows: 100,
  columns: 3,
  normalization: { kind: "mean" },
} as const;
const ranks: NamedRanks = {
  ...source,
  kind: "spectrum",
  rankMethod: "gram-jacobi",
  precision: "double",
  eigenvalues: Float64Array.of(2, 0.5, 1e-9),
  bounds: Float64Array.of(1e-6, 1e-6, 1e-8),
  threshold: "absolute",
  ranks: [{ epsilon: 1e-2, rank: 2, low: 2, high: 2 }, { epsilon: 2.5e-10, rank: 3, low: 2, high: 3 }],
  effectiveRank: 1.9,
  rankMe: 1.91,
  stableRank: 1.25,
  participationRatio: 1.4706,
  energyRank: 2,
  nuclearNormRatio: 1.5,
  spectralBounds: {
    effectiveRank: 2.1e-5,
    rankMe: 0.02,
    stableRank: 1e-12,
    participationRatio: 3e-4,
    energyRank: 0,
    nuclearNormRatio: 0,
  },
};
const counts: NamedRanks = {
  ...source,
  kind: "count",
  rankMethod: "inertia",
  precision: "single",
  threshold: "relative",
  ranks: [{ epsilon: 1e-6, rank: 2, low: 2, high: 3 }],
  largest: { low: 1.99999, high: 2.00001 },
};

Deno.test("rankTable: what it is, a row for each threshold, the other ranks", () => {
  assert.equal(
    rankTable(ranks),
    [
      "hidden.npy: 100 samples, 3 neurons, largest eigenvalue λ₁ = 2",
      "  by gram-jacobi in double precision, weights 1/100 (mean)",
      "  threshold ε   ε-rank   certified",
      "         1e-2        2   exactly 2",
      "      2.5e-10        3      2 to 3",
      "       effective rank    1.90000   ± 3e-5    exp of the entropy of σ / Σσ",
      "               RankMe      1.910   ± 2e-2    the same of σ / Σσ + 1e-7",
      "          stable rank   1.250000   ± 1e-12   Σλ / λ₁",
      "  participation ratio     1.4706   ± 3e-4    (Σλ)² / Σλ²",
      "     90 % energy rank          2   ± 0       fewest λ that hold 90 % of Σλ",
      "   nuclear-norm ratio   1.500000   ± 0       Σσ / σ₁, σ = √λ",
    ].join("\n"),
  );
});

Deno.test("rankTable: says that thresholds are shares of λ₁; columns line up; no line is longer than 80", () => {
  const lines = rankTable({ ...ranks, threshold: "relative" }).split("\n");
  const [, , header, ...rows] = lines;
  assert.match(header, /threshold \/ λ₁ {3}ε-rank/);
  assert.ok(rows.slice(0, 2).every((row) => row.length === header.length));
  assert.ok(lines.every(({ length }) => length <= 80));
});

Deno.test("rankTable: one neuron, no threshold", () => {
  const none = { ...ranks, rows: 1, columns: 1, eigenvalues: Float64Array.of(0), ranks: [] };
  assert.match(
    rankTable(none),
    /^hidden\.npy: 1 sample, 1 neuron, .* λ₁ = 0\n +by .*\n +effective rank/,
  );
});

Deno.test("rankTable: of counts no eigenvalues, and why there are no other ranks", () => {
  assert.equal(
    rankTable(counts),
    [
      "hidden.npy: 100 samples, 3 neurons, λ₁ from 2 to 2",
      "  by inertia in single precision, weights 1/100 (mean)",
      "  threshold / λ₁   ε-rank   certified",
      "            1e-6        2      2 to 3",
      "  counted without a spectrum: only a spectrum has effective and stable ranks",
    ].join("\n"),
  );
  assert.match(
    rankTable({ ...counts, largest: null, threshold: "absolute" }),
    /^.*, 3 neurons, no spectrum\n/,
  );
});

Deno.test("rankJson: snake case; what a count does not have is not there", () => {
  assert.deepEqual(Object.keys(rankJson(ranks)), [
    "name",
    "file",
    "tensor",
    "shape",
    "axes",
    "rows",
    "columns",
    "normalization",
    "kind",
    "rank_method",
    "precision",
    "threshold",
    "ranks",
    "eigenvalues",
    "bounds",
    "effective_rank",
    "rank_me",
    "stable_rank",
    "participation_ratio",
    "energy_rank",
    "nuclear_norm_ratio",
    "spectral_bounds",
  ]);
  assert.equal((rankJson(ranks).spectral_bounds as Record<string, number>).effective_rank, 2.1e-5);
  assert.deepEqual(rankJson(counts), {
    ...source,
    normalization: "mean",
    kind: "count",
    rank_method: "inertia",
    precision: "single",
    threshold: "relative",
    ranks: [{ epsilon: 1e-6, rank: 2, rank_low: 2, rank_high: 3 }],
    largest_low: 1.99999,
    largest_high: 2.00001,
  });
  const integral = rankJson({ ...counts, normalization: { kind: "integral", volume: 2 } });
  assert.deepEqual([integral.normalization, integral.volume], ["integral", 2]);
  const weighted = rankJson({ ...counts, normalization: { kind: "weights", file: "w.npy" } });
  assert.deepEqual([weighted.normalization, weighted.quadrature_weights], ["weights", "w.npy"]);
});
