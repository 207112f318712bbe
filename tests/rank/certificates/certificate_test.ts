import {
  eigenvalueBounds,
  headShares,
  SINGLE,
  SINGLE_COMPENSATED,
  type SolvedSpectrum,
} from "../../../src/rank/certificates/certificate.ts";
import { assert } from "../../deps.ts";

const eigenvalues = Float64Array.from({ length: 50 }, (_, i) => 20 * 10 ** (-i / 3));
const errorsOf = (spectrum: SolvedSpectrum) => eigenvalueBounds(spectrum, SINGLE_COMPENSATED);
const tails = headShares(50).map((share) =>
  eigenvalues.filter((value) => value < share * eigenvalues[0]).reduce((a, b) => a + b, 0)
);
const solved = { eigenvalues, samples: 256, heads: [0, 0, 0, 0], tails, off: 0, rounds: 51 };

Deno.test("eigenvalueErrors: tight where eigenvalues are small, a share of λ where they are large", () => {
  const errors = errorsOf(solved);
  assert(errors[0] < 1e-4 * eigenvalues[0]);
  // Certain at 10⁻⁶ unless an eigenvalue is within a fifth of it: the depth that training needs.
  const near = eigenvalues.findIndex((value) => value < 1e-6);
  assert(errors[near] < 0.2 * 1e-6, `${errors[near]}`);
  errors.forEach((error, i) => assert(error > 0 && (i === 0 || error <= errors[i - 1])));
});

Deno.test("eigenvalueErrors: grow with every source of error", () => {
  const least = errorsOf(solved);
  const worse = [
    { ...solved, samples: 100_000 },
    { ...solved, rounds: 500 },
    { ...solved, off: 1e-3 },
    { ...solved, heads: [0.3, 0.3, 0.3, 0.3] },
    { ...solved, tails: tails.map((trace) => trace + 1e-6) },
  ];
  for (const each of worse) assert(errorsOf(each)[0] > least[0]);
});

Deno.test("eigenvalueErrors: plain sums cost seven times the certainty, of small eigenvalues a hundred times", () => {
  const plain = eigenvalueBounds(solved, SINGLE), errors = errorsOf(solved);
  plain.forEach((error, i) => assert(error > 7 * errors[i], `${error / errors[i]}`));
  assert(plain[49] > 100 * errors[49]);
});

Deno.test("eigenvalueErrors: a shorter head serves where the longer ones are not known", () => {
  const errors = errorsOf({ ...solved, heads: [2, 0.9, 1e-3, 1e-4] });
  // The third head ends at 100 (n u)² λ₁: what lies below adds its trace, and what the rounding of
  // Ψ adds to that.
  const known = errorsOf(solved);
  const rounding = known[known.length - 1];
  errors.forEach((error, i) => {
    const added = (Math.sqrt(tails[2]) + Math.sqrt(rounding)) ** 2;
    assert(error <= 1.2 * (known[i] + added), `${i}: ${error} > ${known[i]} + ${added}`);
    assert(error >= known[i]);
  });
});

Deno.test("eigenvalueErrors: without any head nothing is certain, and NaN bounds nothing", () => {
  const errors = errorsOf({ ...solved, heads: [NaN, 3, 3, 0.4] });
  const trace = eigenvalues.reduce((a, b) => a + b, 0);
  assert(errors.every((error) => error > trace));
  assert(errorsOf({ ...solved, eigenvalues: new Float64Array(3).fill(NaN) }).every(Number.isNaN));
});

Deno.test("eigenvalueErrors: no features, no rank", () => {
  const errors = errorsOf({ ...solved, eigenvalues: new Float64Array(4), tails: [0, 0, 0, 0] });
  // Only underflow remains.
  assert(errors.every((error) => error < 1e-30));
  assert(SINGLE.tail(50) < headShares(50)[0]);
});
