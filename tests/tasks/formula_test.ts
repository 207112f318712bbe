import { InputError } from "../../src/errors.ts";
import { parseFormula } from "../../src/tasks/formula.ts";
import { formulaTask } from "../../src/tasks/formula_task.ts";
import { pointsTask } from "../../src/tasks/points_task.ts";
import { loadTask } from "../../src/tasks/registry.ts";
import { assert, fc } from "../deps.ts";

/** Asserts that a call is refused with a message. */
function refused(action: () => unknown, message: RegExp): void {
  assert.throws(action, (error) => {
    assert.ok(error instanceof InputError);
    assert.match(error.message, message);
    return true;
  });
}

Deno.test("parseFormula: formulas have the values that they have in print", () => {
  const cases: readonly (readonly [formula: string, value: (x: number, y: number) => number])[] = [
    [
      "cos(πx) + cos(3πx)",
      (x) => Math.cos(Math.PI * x) + Math.cos(3 * Math.PI * x),
    ],
    ["-x^2", (x) => -(x * x)],
    ["2^-x", (x) => 2 ** -x],
    ["2^x^2", (x) => 2 ** (x ** 2)],
    ["x - y - 1", (x, y) => x - y - 1],
    ["1/2x", (x) => x / 2],
    ["2 pi x y", (x, y) => 2 * Math.PI * x * y],
    ["3(x+1)(y-1)", (x, y) => 3 * (x + 1) * (y - 1)],
    ["2|x|", (x) => 2 * Math.abs(x)],
    ["||x| - |y||", (x, y) => Math.abs(Math.abs(x) - Math.abs(y))],
    ["|2(|x| - 1)|y", (x, y) => Math.abs(2 * (Math.abs(x) - 1)) * y],
    ["max(x, min(y, 0))", (x, y) => Math.max(x, Math.min(y, 0))],
    ["1e-3x + .5 + 2.", (x) => 1e-3 * x + 2.5],
    ["x ÷ 2 × y · 3 − 1", (x, y) => x / 2 * y * 3 - 1],
    ["x**3", (x) => x ** 3],
    ["- - x", (x) => x],
    ["e^-(x^2)", (x) => Math.E ** -(x * x)],
  ];
  for (const [formula, value] of cases) {
    const f = parseFormula(formula, ["x", "y"]);
    for (const [x, y] of [[0.3, -1.2], [-2, 0.5], [0, 0]]) {
      assert.ok(
        Math.abs(f(x, y) - value(x, y)) <= 1e-14 * (1 + Math.abs(value(x, y))),
        `${formula} at ${x}, ${y}`,
      );
    }
  }
});

Deno.test("parseFormula: what is no formula is refused, with the place", () => {
  refused(() => parseFormula("2 +", ["x"]), /something is missing \(character 4\)/);
  refused(() => parseFormula("2 + z", ["x"]), /no name "z"; there are x, pi/);
  refused(() => parseFormula("sin x", ["x"]), /a "\(" is missing \(character 5\)/);
  refused(() => parseFormula("(x", ["x"]), /a "\)" is missing/);
  refused(() => parseFormula("x)", ["x"]), /cannot read "\)" here \(character 2\)/);
  refused(() => parseFormula("x; alert(1)", ["x"]), /cannot read "; alert\(1\)"/);
  refused(() => parseFormula("x.constructor", ["x"]), /cannot read "\.constru/);
  for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
    refused(() => parseFormula(name, ["x"]), /no name/);
  }
  refused(() => parseFormula("max(x)", ["x"]), /a "," is missing/);
  refused(() => parseFormula("(".repeat(500), ["x"]), /nested more than 60 deep/);
  refused(() => parseFormula("-".repeat(500) + "x", ["x"]), /nested more than 60 deep/);
  refused(() => parseFormula("x".repeat(2000), ["x"]), /2000 characters: give at most 1000/);
});

Deno.test("parseFormula: any text is a formula or an InputError", () => {
  const piece = fc.constantFrom(
    "x",
    "2",
    "sin",
    "(",
    ")",
    "|",
    "+",
    "-",
    "^",
    ",",
    " ",
    "pi",
    "é",
    "\n",
    ".",
    "e",
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 30 }), fc.double(), (pieces, x) => {
    try {
      assert.equal(typeof parseFormula(pieces.join(""), ["x"])(x), "number");
    } catch (error) {
      assert.ok(error instanceof InputError, String(error));
    }
  }));
});

Deno.test("formulaTask: variables, interval and name; wrong ones are refused", async () => {
  const { name, description, inputs, train } = formulaTask(" f(u, v) = u - v on [0, 2] ", { samples: 5 });
  assert.deepEqual([name, inputs, train.count], ["f(u, v) = u - v on [0, 2]", 2, 5]);
  assert.equal(description, "f(u, v) = u − v on [0, 2]²");
  assert.deepEqual(await loadTask(name, { samples: 5 }), formulaTask(name, { samples: 5 }));
  assert.equal(formulaTask("f(x)=x").description, "x on [−1, 1]");
  refused(() => formulaTask("f(x) = "), /something is missing/);
  refused(() => formulaTask("f(x) x"), /is no formula: give one as/);
  refused(() => formulaTask("f() = 1"), /give one to 3 names/);
  refused(() => formulaTask("f(x, x) = 1"), /give one to 3 names/);
  refused(() => formulaTask("f(x) = x on [1, 1]"), /interval \[1, 1\] is empty/);
  refused(() => formulaTask("f(x) = x on [0, 1e39]"), /is empty/);
  refused(() => formulaTask("f(x) = 1/x", { samples: 3 }), /f\(0\) is Infinity/);
  refused(() => formulaTask("f(x) = log(x)"), /is NaN; choose a domain/);
});

Deno.test("pointsTask: points as text; wrong ones are refused", async () => {
  const task = pointsTask("points 0.5 1,-1 2e-3");
  assert.deepEqual([[...task.train.x], [...task.train.y]], [[0.5, -1], [1, Math.fround(2e-3)]]);
  assert.equal(task.description, "2 points on [−1, 0.5]");
  assert.deepEqual(await loadTask(task.name), task);
  assert.equal((await loadTask("points 0 1")).train.count, 1);
  refused(() => pointsTask("points"), /"" is no point/);
  refused(() => pointsTask("points 1 2, 3"), /"3" is no point/);
  refused(() => pointsTask("points 1 x"), /"1 x" is no point/);
  refused(() => pointsTask("points 1 1e39"), /is no point/);
  await assert.rejects(loadTask("points 0 1", { samples: 7 }), /1 point given, but 7 samples asked for/);
});
