import { equationTask } from "../../../src/tasks/equations/equation_task.ts";
import { type Equation, equations, type Face } from "../../../src/tasks/equations/equations.ts";
import { MAX_SAMPLES } from "../../../src/tasks/options.ts";
import { assert, fc } from "../../deps.ts";
import { inputError } from "../../support/input_error.ts";

const all = Object.values(equations);
const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);

Deno.test("equations: every task has its equation at points of the domain, then values on its faces", () => {
  const cases = fc.tuple(fc.constantFrom(...all), fc.integer({ min: 5, max: 300 }), fc.nat());
  fc.assert(fc.property(cases, ([equation, samples, seed]) => {
    const { train, conditions, ...task } = equationTask(equation, { samples, seed });
    const { domain, f, u, faces, penalty } = equation;
    const inputs = domain.length;
    assert.deepEqual([task.loss, task.inputs, task.outputs], ["mean-squared-residual", inputs, 1]);
    assert.deepEqual([train.count, train.x.length, train.y.length], [samples, samples * inputs, samples]);
    const slopes = faces.filter(({ slope }) => slope);
    assert.equal(conditions!.length, 2 + slopes.length);
    const [interior, ...boundary] = conditions!;
    assert.equal(interior.operator, equation.operator);
    const onFaces = boundary.reduce((all, { count }) => all + count, 0);
    assert(interior.count >= 1 && onFaces >= faces.length);
    assert.equal(interior.count + onFaces, samples);

    const hits = faces.map(() => 0);
    let face = 0;
    for (let k = 0; k < samples; k++) {
      const x = [...train.x.subarray(k * inputs, (k + 1) * inputs)];
      x.forEach((value, i) => assert(value >= domain[i][0] && value <= domain[i][1]));
      if (k < interior.count) assert.equal(train.y[k], Math.fround(f(...x)));
      if (k < interior.count) continue;
      const isSlope = k >= interior.count + boundary[0].count;
      const isOn = ({ coordinate, end, slope }: Face) =>
        x[coordinate] === domain[coordinate][end] && !!slope === isSlope;
      while (!isOn(faces[face])) {
        assert(++face < faces.length, `sample ${k} of ${equation.name} is on no face`);
      }
      hits[face]++;
      assert.equal(train.y[k], Math.fround((faces[face].slope ?? u)(...x)));
    }
    // A corner counts for the face before.
    assert(Math.max(...hits) - Math.min(...hits) <= 3, `${hits}`);
    assert(Math.abs(sum(train.weights.subarray(0, interior.count)) - 1) < 1e-5);
    assert(Math.abs(sum(train.weights.subarray(interior.count)) - penalty) < 1e-5 * penalty);
    assert(train.weights.every((weight) => weight > 0));
  }));
});

Deno.test("equations: what is prescribed on the faces is u itself, or its derivative across one", () => {
  for (const equation of all) {
    const [, { operator }, ...slopes] = equationTask(equation).conditions!;
    const { second, first, ...others } = operator;
    assert.deepEqual(others, { value: 1, cube: 0, advection: 0 });
    const none = equation.domain.map(() => 0);
    assert.deepEqual([[...second], [...first]], [none, none]);
    const across = equation.faces.filter(({ slope }) => slope);
    assert.equal(slopes.length, across.length);
    for (const [index, { coordinate, slope, end }] of across.entries()) {
      const { operator: { first, ...rest } } = slopes[index];
      assert.deepEqual({ ...rest, second: [...rest.second] }, { ...others, value: 0, second: none });
      assert.deepEqual(first, none.with(coordinate, 1));
      const at = (by: number) =>
        equation.u(...equation.domain.map((ends, i) => i === coordinate ? ends[end] + by : 0.37));
      const h = 1e-5, x = equation.domain.map((ends, i) => i === coordinate ? ends[end] : 0.37);
      assert(Math.abs((at(h) - at(-h)) / (2 * h) - slope!(...x)) < 1e-7, equation.name);
    }
  }
});

Deno.test("equations: the solution is held out on a grid, whatever samples and seed", () => {
  for (const equation of all) {
    const { test } = equationTask(equation, { samples: 9, seed: 3 });
    assert.deepEqual(test, equationTask(equation).test);
    const { count, x, y, weights } = test!;
    const inputs = equation.domain.length;
    assert.equal(count, 2500);
    assert.equal(x.length, count * inputs);
    for (let k = 0; k < count; k += 7) {
      assert.equal(y[k], Math.fround(equation.u(...x.subarray(k * inputs, (k + 1) * inputs))));
    }
    assert(Math.abs(sum(weights) - 1) < 1e-5);
    // No solution so small that an error relative to it would say nothing.
    assert(y.reduce((total, value) => total + value ** 2, 0) / count > 0.03, equation.name);
  }
});

Deno.test("equations: the table is keyed by name, with operators and faces of its dimension", () => {
  for (const [name, equation] of Object.entries(equations)) {
    const { domain, operator, faces, samples, penalty, description } = equation;
    assert.equal(equation.name, name);
    assert.deepEqual([operator.second.length, operator.first.length], [domain.length, domain.length]);
    const places = faces.map(({ coordinate, end, slope }) => `${coordinate} ${end} ${!!slope}`);
    assert.equal(new Set(places).size, faces.length);
    assert(faces.every(({ coordinate }) => coordinate < domain.length));
    assert(penalty > 0 && !description.includes("\n"));
    assert.equal(equationTask(equation).train.count, samples);
  }
});

Deno.test("equations: the seed moves the points of a rectangle and leaves those of an interval", () => {
  for (const equation of all) {
    const [zero, absent, other] = [{ seed: 0 }, {}, { seed: 1 }].map((o) => equationTask(equation, o).train);
    assert.deepEqual(zero, absent);
    if (equation.domain.length === 1) assert.deepEqual(zero, other);
    else assert.notDeepEqual(zero.x, other.x);
  }
});

Deno.test("equations: a box of three dimensions has low-discrepancy points on its faces", () => {
  const cube: Equation = {
    ...equations.poisson2d,
    domain: [[0, 2], [-1, 1], [3, 4]],
    f: () => 0,
    u: (x, y, z) => x + y + z,
    faces: [{ coordinate: 1, end: 1 }, { coordinate: 2, end: 0 }],
  };
  const { train, test, conditions } = equationTask(cube, { samples: 100 });
  assert.deepEqual(conditions!.map(({ count }) => count), [80, 20]);
  const point = (k: number) => [...train.x.subarray(3 * k, 3 * k + 3)];
  for (let k = 80; k < 100; k++) {
    const [x, y, z] = point(k);
    assert.equal(k < 90 ? y : z, k < 90 ? 1 : 3);
    assert(x > 0 && x < 2 && train.y[k] === Math.fround(x + y + z));
  }
  assert.equal(new Set(Array.from({ length: 20 }, (_, k) => point(80 + k).join())).size, 20);
  assert.equal(test!.count, 13 ** 3);
});

Deno.test("equations: options that are out of range are refused", () => {
  for (const samples of [0, 2.5, NaN, MAX_SAMPLES + 1]) {
    assert.throws(
      () => equationTask(equations.burgers, { samples }),
      inputError(/^samples must be a whole number/),
    );
  }
  for (const [name, least] of [["poisson1d", 3], ["burgers", 4], ["helmholtz2d", 5]] as const) {
    const { train } = equationTask(equations[name], { samples: least });
    assert.equal(train.count, least);
    const message =
      `task "${name}": samples must be ${least} at least, one of the domain and one of each face, not ${
        least - 1
      }`;
    assert.throws(
      () => equationTask(equations[name], { samples: least - 1 }),
      (error: Error) => error.message === message,
    );
  }
  assert.throws(
    () => equationTask(equations.burgers, { seed: -1 }),
    inputError(/^seed must be a whole number/),
  );
});
