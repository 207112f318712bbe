import { verdictJson, verdictLine, Verification } from "../../src/cli/verification.ts";
import { StaircaseError } from "../../src/errors.ts";
import { assert } from "../deps.ts";
import { inputError } from "../support/input_error.ts";
import { temporaryFolder } from "../support/program.ts";

/** Eigenvalues 2 and ½. */
const features = { rows: 2, columns: 2, data: Float32Array.of(2, 0, 0, 1) };
const claim = (epsilon: number, low: number, high = low) => ({ epsilon, rank: low, low, high });

Deno.test("Verification: counts verdicts, says them, and fails if one is wrong", async () => {
  const verification = await Verification.open(null);
  const verdicts = await verification.add({ name: "a", features, ranks: [claim(1, 1), claim(0.1, 1, 2)] });
  verification.failIfWrong();
  assert.equal(verdictLine(verdicts), "  exact ranks 1 at 1, 2 at 0.1: none wrong");
  const [bad] = await verification.add({ name: "run.npz:b", features, ranks: [claim(1, 2)] });
  assert.equal(verdictLine([bad]), "  exact ranks 1 at 1 (wrong): 1 interval wrong");
  assert.deepEqual(verdictJson([bad]), [{ epsilon: 1, exact_low: 1, exact_high: 1, verdict: "wrong" }]);
  await verification.add({ name: "c", features, ranks: [claim(0.1, 0, 1)] });
  assert.deepEqual(verification.counts, { checked: 4, certain: 2, uncertain: 2, wrong: 2, open: 0 });
  assert.throws(() => verification.failIfWrong(), (error: unknown) => {
    assert(error instanceof StaircaseError && error.exitStatus === 1);
    assert.match(
      error.message,
      /^2 ranks of 4 wrong: the first is that of run\.npz:b at ε = 1, 2 and exactly 1;/,
    );
    return true;
  });
});

Deno.test("Verification: a certificate a rank, under names that file systems take", async () => {
  using folder = temporaryFolder();
  const verification = await Verification.open(`${folder.path}/c`);
  await verification.add({ name: "x/y:z é", features, ranks: [claim(1, 1), claim(1e-6, 2)] });
  const names = [...Deno.readDirSync(`${folder.path}/c`)].map(({ name }) => name).sort();
  assert.deepEqual(names, ["0001-x-y-z--1", "0002-x-y-z--1e-6"]);
  await assert.rejects(() => Verification.open(""), inputError(/has no name/));
});

Deno.test("Verification: refuses what takes hours, with the time", () => {
  const large = (rows: number, columns: number) => ({
    rows,
    columns,
    data: new Float32Array(rows * columns),
  });
  const one = { thresholds: 1, isRelative: false };
  Verification.check("a", large(256, 128), one);
  Verification.check("a", large(64, 2000), one);
  assert.throws(
    () => Verification.check("big.npy", large(1100, 1024), { thresholds: 3, isRelative: false }),
    inputError(
      /^big\.npy: 1100 × 1024 features: to count its ranks exactly takes about \d+ (h|days), and 10 min/,
    ),
  );
  assert.throws(
    () => Verification.check("a", large(300, 256), { thresholds: 3, isRelative: true }),
    inputError(/min/),
  );
});
