import { staircase } from "../../../src/experiments/staircase/mod.ts";
import { REFUSED, trialKeys } from "../../../src/experiments/sweep/options.ts";
import { checkPlan } from "../../../src/experiments/sweep/plan_schema.ts";
import { assert, fc } from "../../deps.ts";
import { inputError } from "../../support/input_error.ts";

const check = (plan: unknown) => checkPlan(plan, "plan.json");

Deno.test("options of a trial: those of staircase, width and depth; the others are refused with a reason", () => {
  const keys = Object.keys(staircase.options).filter((key) => !Object.hasOwn(REFUSED, key));
  assert.deepEqual([...trialKeys].sort(), [...keys, "width", "depth"].sort());
});

Deno.test("checkPlan: values by the kind of their option, in the order of the plan", async () => {
  const grid = { seed: "0..2", layers: [[5, 4], "3", 7], epsilons: [[1e-3, 1e-6], 1e-2, "1e-4,1e-5"] };
  const base = { init: null, activation: ["tanh", "sine"], batch: 8, steps: 0, relative: true };
  assert.deepEqual(await check({ grid, base, trials: [{ width: 5 }, {}] }), {
    base: { init: null, activation: "tanh,sine", batch: "8", steps: 0, relative: true },
    grid: { seed: [0, 1, 2], layers: ["5,4", "3", "7"], epsilons: [[1e-3, 1e-6], [1e-2], [1e-4, 1e-5]] },
    trials: [{ width: 5 }, {}],
  });
  assert.deepEqual(Object.keys((await check({ grid })).grid), ["seed", "layers", "epsilons"]);
  assert.deepEqual(await check({}), { base: {}, grid: {}, trials: [] });
});

Deno.test("checkPlan: a mistake is a line with the path of its place", async () => {
  const cases: [plan: unknown, message: RegExp][] = [
    [null, /^plan\.json: must be an object: give \{"base"/],
    [[], /^plan\.json: must be an object/],
    [3, /^plan\.json: must be an object/],
    [{ grd: {} }, /^plan\.json: grd: is no part of a plan; did you mean "grid"\?/],
    [{ grid: [] }, /^plan\.json: grid: must be an object of options/],
    [{ grid: { width: 3 } }, /grid\.width: must be a list of values, or a text as "0\.\.9"$/],
    [{ grid: { width: [] } }, /grid\.width: is an empty list/],
    [{ grid: { width: "" } }, /grid\.width: "": a value is missing/],
    [{ grid: { learningRate: [0.1, -3] } }, /grid\.learningRate\[1\]: must be a number above 0, not -3$/],
    [{ grid: { learningRate: ["0.1"] } }, /grid\.learningRate\[0\]: must be a number above 0, not "0\.1"$/],
    [{ grid: { seed: [0.5] } }, /grid\.seed\[0\]: must be a whole number from 0 to/],
    [{ grid: { seed: [null] } }, /grid\.seed\[0\]: must be a whole number/],
    [{ grid: { precision: ["singel"] } }, /grid\.precision\[0\]: .* did you mean "single"\?/],
    [{ grid: { "learning-rate": [1] } }, /grid\.learning-rate: .* did you mean "learningRate"\?/],
    [{ base: { learnRate: 1 } }, /base\.learnRate: is no option of a trial; did you mean "learningRate"\?/],
    [{ base: { replicas: 3 } }, /base\.replicas: .* sweep the seed instead, as in seed=0\.\.7/],
    [{ base: { epsilons: [] } }, /base\.epsilons: is an empty list/],
    [{ base: { epsilons: [1e-3, "x"] } }, /base\.epsilons: must be a list of numbers, each a number above 0/],
    [{ base: { relative: "yes" } }, /base\.relative: must be true or false, not "yes"/],
    [{ base: { init: "" } }, /base\.init: must be a text, not ""/],
    [JSON.parse('{"base":{"__proto__":3}}'), /base\.__proto__: is no option of a trial/],
    [JSON.parse('{"grid":{"constructor":[3]}}'), /grid\.constructor: is no option/],
    [{ grid: { ["1".repeat(500)]: [1] } }, /^plan\.json: grid\.1+…1+: is no option of a trial; .{1,250}$/],
    [{ grid: { seed: `${"1".repeat(500)}..2` } }, /^plan\.json: grid\.seed: "1+…1+\.\.2": .{1,200}$/],
    [{ grid: { "a\nb": [1] } }, /^plan\.json: grid\."a\\nb": is no option of a trial/],
    [{ trials: {} }, /trials: must be a list of objects/],
    [{ trials: [{}, 3] }, /trials\[1\]: must be an object of options/],
    [
      { trials: [{ width: 2 }, { width: "x" }] },
      /trials\[1\]\.width: must be a whole number from 1 to 1048576/,
    ],
    [
      { grid: { seed: Array.from({ length: 100_001 }, (_, i) => i) } },
      /grid\.seed: has more than 100000 values/,
    ],
  ];
  for (const [plan, message] of cases) {
    await assert.rejects(check(plan), inputError(message), JSON.stringify(plan)?.slice(0, 80));
  }
});

Deno.test("checkPlan: any JSON is a plan or refused with a line", async () => {
  const part = fc.dictionary(fc.constantFrom(...trialKeys, "x"), fc.jsonValue({ maxDepth: 2 }));
  const plan = fc.record({ base: part, grid: part, trials: fc.array(part) }, { requiredKeys: [] });
  await fc.assert(fc.asyncProperty(fc.oneof(fc.jsonValue(), plan), async (json) => {
    try {
      await check(json);
    } catch (error) {
      inputError(/^plan\.json: /)(error);
    }
  }));
});
