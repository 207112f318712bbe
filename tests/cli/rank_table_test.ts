import { type NamedRanks, rankTable } from "../../src/cli/rank_table.ts";
import { assert } from "../deps.ts";

const ranks: NamedRanks = {
  name: "hidden.npy",
  rows: 100,
  columns: 3,
  eigenvalues: Float64Array.of(2, 0.5, 1e-9),
  bounds: Float64Array.of(1e-6, 1e-6, 1e-8),
  threshold: "absolute",
  ranks: [
    { epsilon: 1e-2, rank: 2, rank_low: 2, rank_high: 2, method: "gram-jacobi", precision: "single" },
    { epsilon: 2.5e-10, rank: 3, rank_low: 2, rank_high: 3, method: "gram-jacobi", precision: "double" },
  ],
  effective_rank: 1.9,
  rank_me: 1.91,
  stable_rank: 1.25,
  participation_ratio: 1.4706,
  energy_rank: 2,
  nuclear_norm_ratio: 1.5,
};

Deno.test("rankTable: what it is, a row for each threshold, the other ranks", () => {
  assert.equal(
    rankTable(ranks),
    [
      "hidden.npy: 100 samples, 3 neurons, λ₁ = 2.0000e+0",
      "        ε   rank   certified        method   precision",
      "     1e-2      2     certain   gram-jacobi      single",
      "  2.5e-10      3      2 to 3   gram-jacobi      double",
      "  effective rank 1.900, stable rank 1.250, participation ratio 1.471, 90 % of the energy in 2, " +
      "nuclear-norm ratio 1.500",
    ].join("\n"),
  );
});

Deno.test("rankTable: says that thresholds are shares of λ₁; columns line up", () => {
  const [, header, ...rows] = rankTable({ ...ranks, threshold: "relative" }).split("\n");
  assert.match(header, /ε \/ λ₁ {3}rank/);
  assert.ok(rows.slice(0, 2).every((row) => row.length === header.length));
});

Deno.test("rankTable: one neuron, no threshold", () => {
  const none = { ...ranks, columns: 1, eigenvalues: Float64Array.of(0), ranks: [] };
  assert.match(rankTable(none), /^hidden\.npy: .* λ₁ = 0\.0000e\+0\n +ε +rank .*\n +effective rank/);
});
