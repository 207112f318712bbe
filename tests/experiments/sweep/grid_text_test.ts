import { parseGrid, parseValues } from "../../../src/experiments/sweep/grid_text.ts";
import { assert, fc } from "../../deps.ts";
import { inputError } from "../../support/input_error.ts";

Deno.test("parseGrid: numbers, words, texts in quotes, ranges; blanks around marks", () => {
  assert.deepEqual(parseGrid("width=20,50 learningRate=1e-3,.5 task=cosines relative=true,false"), {
    width: [20, 50],
    learningRate: [1e-3, 0.5],
    task: ["cosines"],
    relative: [true, false],
  });
  assert.deepEqual(parseGrid("a=0..3,7..7,10..25:5 b = 'x y' , \"3\"\n c=1-50-1,step:10:0.5"), {
    a: [0, 1, 2, 3, 7, 10, 15, 20, 25],
    b: ["x y", "3"],
    c: ["1-50-1", "step:10:0.5"],
  });
  assert.deepEqual(parseGrid("a=0..10:4").a, [0, 4, 8], "an end between steps is not reached");
  assert.deepEqual(parseValues("0..2", "seed"), [0, 1, 2]);
});

Deno.test("parseGrid: a mistake is a line that points at its place", () => {
  const cases: Record<string, RegExp> = {
    "": /^--grid is empty: give name=value,value/,
    "width=20,,50": /^--grid: a value is missing at character 10, after "width=20,"$/,
    "width=": /a value is missing at character 7, after "width="$/,
    "width": /width has no values: give width=value,value at character 6/,
    "=3": /a name is missing.* at its start$/,
    "width=1 width=2": /width is there twice: put its values into one list/,
    "init='x": /the quote ' is not closed at character 6/,
    "width=1 2": /2 has no values/,
    "a=1=2": /a name is missing/,
    "seed=3..1": /the range "3\.\.1" is empty: give the lower end first/,
    "seed=0..3:0": /is empty/,
    "seed=0.5..2": /no range "0\.5\.\.2": give whole numbers, as 0\.\.9/,
    "seed=a..b": /no range/,
    "seed=-2..2": /no range/,
    "seed=0..1e3": /no range/,
    "seed=0..100000": /the range "0\.\.100000" has more than 100000 values/,
    "seed=0..99999,7": /more than 100000 values/,
    "seed=0..99999999999999999999": /more than 100000 values/,
  };
  for (const [text, message] of Object.entries(cases)) {
    assert.throws(() => parseGrid(text), inputError(message), text);
  }
  assert.throws(() => parseValues("1,2 3", "grid.seed"), inputError(/^grid\.seed: a comma is missing/));
});

Deno.test("parseGrid: reads what is written, and refuses or reads any text within its size", () => {
  const word = fc.stringMatching(/^[a-z][a-z:.-]{0,6}$/).filter((text) =>
    !text.includes("..") && text !== "true" && text !== "false"
  );
  const value = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
    fc.boolean(),
    word,
  );
  const grid = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.array(value, { minLength: 1 }), {
    minKeys: 1,
    noNullPrototype: true,
  });
  fc.assert(fc.property(grid, (wanted) => {
    const text = Object.entries(wanted).map(([key, values]) => `${key}=${values.join(",")}`).join(" ");
    assert.deepEqual(parseGrid(text), wanted);
  }));
  const marks = fc.string({ unit: fc.constantFrom(..."a1=,.\"' :e-\t") });
  fc.assert(fc.property(fc.oneof(marks, fc.string()), (text) => {
    try {
      assert(Object.values(parseGrid(text)).every((values) => values.length > 0));
    } catch (error) {
      inputError(/^--grid/)(error);
    }
  }));
});
