import { verifyRanks } from "../../../src/rank/certificates/verify_ranks.ts";
import { assert } from "../../deps.ts";
import { inputError } from "../../support/input_error.ts";

/** Eigenvalues 2, 1 and 1/8, with weights of 1. */
const features = {
  rows: 4,
  columns: 3,
  data: Float32Array.of(1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, Math.SQRT1_2 / 2),
};
const weights = [1, 1, 1, 1];
const claim = (epsilon: number, low: number, high = low) => ({ epsilon, rank: low, low, high });

Deno.test("verifyRanks: right where the interval holds the exact rank, else wrong", () => {
  const verdicts = verifyRanks(features, [
    claim(0.5, 2),
    claim(0.5, 1),
    claim(1, 1),
    claim(1, 2),
    claim(1, 0, 3),
  ], {
    weights,
  });
  assert.deepEqual(verdicts.map(({ verdict }) => verdict), ["right", "wrong", "right", "wrong", "right"]);
  assert.deepEqual(verdicts.map(({ isCertain }) => isCertain), [true, true, true, true, false]);
  assert.deepEqual(verdicts[0].exact, { low: 2, high: 2 });
  const relative = verifyRanks(features, [claim(0.5, 1), claim(0.49, 2), claim(0.49, 3)], {
    weights,
    threshold: "relative",
  });
  assert.deepEqual(relative.map(({ verdict }) => verdict), ["right", "right", "wrong"]);
  assert.deepEqual(verifyRanks(features, []), []);
});

Deno.test("verifyRanks: an eigenvalue that is ε λ₁, which is irrational, leaves the count open", () => {
  // Eigenvalues 3 ± √5 and (3 ± √5) / 16, none of them rational.
  const block = [[2, 1], [0, 1]], zero = new Array<number>(2).fill(0);
  const data = [
    ...block.map((row) => [...row, ...zero]),
    ...block.map((row) => [...zero, ...row.map((x) => x / 4)]),
  ];
  const wide = { rows: 4, columns: 4, data: Float64Array.from(data.flat()) };
  const options = { weights, threshold: "relative" } as const;
  const judge = (low: number, high: number) => verifyRanks(wide, [claim(1 / 16, low, high)], options)[0];
  assert.deepEqual(judge(2, 2).exact, { low: 2, high: 3 });
  assert.deepEqual(
    [judge(2, 3), judge(2, 2), judge(3, 3), judge(1, 1), judge(4, 4)].map(({ verdict }) => verdict),
    [
      "right",
      "open",
      "open",
      "wrong",
      "wrong",
    ],
  );
});

Deno.test("verifyRanks: a volume is taken exactly, over features and over samples", () => {
  // Eigenvalues 2 and ½ times the volume.
  const tall = { rows: 2, columns: 2, data: Float32Array.of(2, 0, 0, 1) };
  const wide = { rows: 2, columns: 3, data: Float32Array.of(2, 0, 0, 0, 1, 0) };
  for (const matrix of [tall, wide]) {
    const judge = (volume: number, epsilon: number, options = {}) =>
      verifyRanks(matrix, [claim(epsilon, 0, 2)], { volume, ...options })[0].exact.low;
    assert.deepEqual([judge(3, 6), judge(3, 5.999), judge(3, 1.5), judge(3, 1.499)], [0, 1, 1, 2]);
    // Doubles beside each other, on an eigenvalue and below it.
    assert.deepEqual([judge(0.1, 0.2), judge(0.1, 0.2 - 2 ** -55)], [0, 1]);
    assert.deepEqual([0.25, 0.24].map((share) => judge(0.1, share, { threshold: "relative" })), [1, 2]);
  }
});

Deno.test("verifyRanks: wrong requests", () => {
  assert.throws(() => verifyRanks(features, [claim(0, 1)]), inputError(/ε = 0: give a number above 0/));
  assert.throws(
    () => verifyRanks(features, [], { treshold: "relative" } as object),
    inputError(/did you mean "threshold"/),
  );
  assert.throws(
    () => verifyRanks(features, [], { threshold: "share" as "relative" }),
    inputError(/no threshold/),
  );
});
