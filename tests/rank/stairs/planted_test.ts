import { assert } from "../../deps.ts";
import { families, type Family, measureFamily } from "../../support/planted_series.ts";

// The page .github/docs/stairs.md has all families at all shares of flicker. Series are seeded, so
// that these numbers are the same in each run.

const named = (name: string) => families.find((family) => family.name === name)!;
const withJumps = families.filter(({ hasLevels, name }) => hasLevels && !name.startsWith("one level"));
const curves = families.filter(({ hasLevels }) => !hasLevels);

/** Finds the jumps of several families; rates are those of all together. */
function pool(members: readonly Family[], share: number) {
  const found = members.map((family) => measureFamily(family, share));
  const mean = (of: (each: typeof found[number]) => number) =>
    found.reduce((sum, each) => sum + of(each), 0) / found.length;
  return { found, recall: mean(({ recall }) => recall), wrong: mean(({ wrong }) => wrong) };
}

for (const share of [0, 0.1, 0.3]) {
  Deno.test(`planted stairs: 95 % of the jumps are found with a flicker of ${100 * share} %, 5 % are wrong`, () => {
    for (const { told, recall, wrong, covered } of pool(withJumps, share).found) {
      assert(told >= 0.98, `${told} of the series are told`);
      assert(recall >= 0.95, `recall ${recall}`);
      assert(wrong <= 0.05, `${wrong} of the jumps are wrong`);
      assert(covered >= 0.93, `${covered} of the ranges hold the jump`);
    }
  });
}

Deno.test("planted stairs: half of all probes off their level is too much to tell, and is said to be", () => {
  const members = withJumps.filter(({ side }) => side === 0);
  for (const { told } of pool(members, 0.5).found) assert(told <= 0.25, `${told} of the series are told`);
});

Deno.test("planted stairs: at most 5 % of series with one level have a jump", () => {
  for (const name of ["one level", "one level, flicker to one side"]) {
    for (const share of [0, 0.1, 0.2, 0.3, 0.4, 0.5]) {
      const { withJump } = measureFamily(named(name), share);
      assert(withJump <= 0.05, `${name}, ${share}: ${withJump}`);
    }
  }
});

Deno.test("planted stairs: at most 5 % of ramps, drifts and walks have a jump that no trend makes", () => {
  for (const share of [0, 0.1, 0.3]) {
    for (const family of curves) {
      const { claimed } = measureFamily(family, share, share === 0.1 ? 60 : 30);
      assert(claimed <= 0.05, `${family.name}, ${share}: ${claimed}`);
    }
  }
});

Deno.test("planted stairs: a jump by two or more is told from a trend", () => {
  // Six of ten jumps in the family are by one.
  for (const share of [0, 0.3]) {
    const { claimed, told } = measureFamily(named("ten jumps"), share, 40);
    assert(claimed >= 0.95 * told, `${claimed} of ${told}`);
  }
});
