import { viewOf } from "../../src/display/view.ts";
import { countRanks } from "../../src/rank/methods/counting.ts";
import { featureRanks } from "../../src/rank/methods/feature_ranks.ts";
import { weightRanks } from "../../src/rank/ranks/weight_ranks.ts";
import { featureSpectra } from "../../src/rank/spectra/feature_spectrum.ts";
import { oneSidedSpectra } from "../../src/rank/spectra/one_sided_spectra.ts";
import { uniform } from "../../src/stats/random.ts";
import { assert } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { tanhFeatures } from "../support/solve.ts";

const gpu = await openGpu();
const features = { rows: 90, columns: 30, data: tanhFeatures(uniform(1), 90, 30) };
const diagonal = (...entries: number[]) => ({
  rows: entries.length,
  columns: entries.length,
  data: Float32Array.from(
    { length: entries.length ** 2 },
    (_, i) => i % (entries.length + 1) === 0 ? entries[i / (entries.length + 1)] : 0,
  ),
});

/** The lines of a view's text. */
const linesOf = (value: unknown) => viewOf(value)!.text().split("\n");

Deno.test("views of ranks: features, thresholds, measures; as text of 80 columns and as HTML", async () => {
  const ranks = await featureRanks(gpu, features, { epsilons: [1e-2, 1e-6] });
  const lines = linesOf(ranks);
  assert.match(lines[0], /^90 samples, 30 neurons, largest eigenvalue λ₁ = [\d.]+; by one-sided-jacobi in/);
  assert.match(lines[1], /^ +threshold ε +ε-rank +certified$/);
  for (const [i, { rank, low, high }] of ranks.ranks.entries()) {
    const text = low === high ? `exactly ${low}` : `${low} to ${high}`;
    assert.match(lines[2 + i], new RegExp(`^ +1e-[26] +${rank} +${text}$`));
  }
  assert.equal(lines.length, 2 + 2 + 1 + 1 + 6);
  assert(lines.slice(1).every((line) => line.length <= 80));
  const html = await viewOf(ranks)!.html!();
  assert.equal(html.match(/<tr>/g)!.length, 3 + 7);
  assert.match(html, />stable rank<\/td>/);
});

Deno.test("views of ranks: a count has no measures; no threshold, one neuron", async () => {
  const counted = await featureRanks(gpu, features, { epsilons: [1e-2], rankMethod: "inertia" });
  assert.match(linesOf(counted)[0], /no spectrum; by inertia in single precision$/);
  assert.equal(linesOf(counted).length, 3);
  const one = await featureRanks(gpu, diagonal(2), { epsilons: [] });
  assert.match(linesOf(one)[0], /^1 sample, 1 neuron, largest eigenvalue λ₁ = 4;/);
});

Deno.test("views of spectra: the values of one, a row for each of several, the ends of a long one", async () => {
  const [spectrum] = await featureSpectra(gpu, [features]);
  const lines = linesOf(spectrum);
  assert.equal(lines[0], "30 eigenvalues in single precision");
  // A header, 14 values, a gap, 6 values.
  assert.equal(lines.length, 1 + 1 + 21);
  assert.match(
    lines[2],
    new RegExp(`^ +1 +${spectrum.eigenvalues[0].toExponential(6).replace("+", "\\+")} `),
  );
  assert.match(lines.at(-1)!, /^ +30 /);
  const one = await oneSidedSpectra(gpu, [features]);
  assert.deepEqual(linesOf(one), linesOf(one[0]));
  const many = await featureSpectra(gpu, Array.from({ length: 25 }, (_, k) => diagonal(k + 1, 1)));
  assert.match(linesOf(many)[0], /^25 spectra$/);
  assert.equal(linesOf(many).length, 1 + 1 + 21);
  assert.equal(linesOf(await featureSpectra(gpu, [])).join(), "0 spectra");
});

Deno.test("views of counts and of weights", async () => {
  const gram = Float32Array.of(4, 0, 0, 1);
  const counts = await countRanks(gpu, [gram, gram], [[2, 0.5], [0.5, 2]]);
  assert.deepEqual(linesOf(counts).slice(1).map((line) => line.trim().split(/ {2,}/)), [
    ["rank at ε"],
    ["0", "1 at 2, 2 at 0.5"],
    ["1", "2 at 0.5, 1 at 2"],
  ]);
  assert.equal(linesOf(counts[0]).length, 4);
  const bounded = await countRanks(gpu, [gram], [[2]], { bounds: [0.1] });
  assert.match(linesOf(bounded).at(-1)!, /2e\+0 +1 +exactly 1$/);
  const weights = await weightRanks(gpu, [diagonal(3, 1e-3), diagonal(3, 1)]);
  assert.deepEqual(linesOf(weights).map((line) => line.trim().split(/ {2,}/)), [
    ["numerical ranks at tolerance 0.01"],
    ["rank", "largest σ", "smallest σ"],
    ["0", "1", "3.00e+0", "1.00e-3"],
    ["1", "2", "3.00e+0", "1.00e+0"],
  ]);
  assert.match(linesOf(weights[0])[0], /^numerical rank 1 at tolerance 0.01$/);
});
