import { ShapeError } from "../../../src/errors.ts";
import { activeShare, patternChange } from "../../../src/rank/ranks/activation_pattern.ts";
import { assert } from "../../deps.ts";

Deno.test("patternChange: share of the pairs whose side of 0 differs; 0 itself is inactive", () => {
  assert.equal(patternChange([1, -1, 0, 2], [3, -4, -1, 1]), 0);
  assert.equal(patternChange([1, -1, 0, 2], [1, 1, 0, -2]), 0.5);
  assert.equal(patternChange([0], [1e-300]), 1);
  assert.throws(() => patternChange([1], [1, 2]), ShapeError);
});

Deno.test("activeShare: neurons that are active on some samples, but not on all", () => {
  // Two samples of four neurons: always, never, first alone, second alone.
  assert.equal(activeShare([1, -1, 1, -1, 2, 0, -1, 1], 4), 0.5);
  assert.equal(activeShare([1, -1], 2), 0);
});
