import { stratify } from "../../src/tasks/stratify.ts";
import { assert, fc } from "../deps.ts";

Deno.test("stratify: every class gets its share, to within one, and its first members", () => {
  const labels = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 100 });
  const cases = labels.chain((labels) => fc.tuple(fc.constant(labels), fc.nat(labels.length)));
  fc.assert(fc.property(cases, ([labels, count]) => {
    const chosen = stratify(labels, count);
    assert.equal(chosen.length, labels.length);
    assert.equal(chosen.filter(Boolean).length, count);
    for (let label = 0; label < 10; label++) {
      const members = chosen.filter((_, i) => labels[i] === label);
      const share = members.filter(Boolean).length;
      assert(Math.abs(share - members.length * count / labels.length) < 1);
      assert(members.slice(0, share).every(Boolean));
    }
  }));
});

Deno.test("stratify: ties go to the lower class, and absent classes get nothing", () => {
  assert.deepEqual(stratify([7, 3], 1), [false, true]);
  assert.deepEqual(stratify([], 0), []);
});
