import {
  families,
  familiesOf,
  familyGroups,
  familyNames,
  generatedNames,
  generateFeatures,
} from "../../src/experiments/kernel_study/families/mod.ts";
import { InputError } from "../../src/errors.ts";
import { assert } from "../deps.ts";
import { singularValues } from "../reference/singular_values.ts";

/** Singular values of a square matrix of a family, descending. */
const spectrum = (name: string, n: number, seed = 0) =>
  singularValues(generateFeatures(name, { rows: n, columns: n, seed }), n, n);

function near(found: readonly number[], wanted: readonly number[], what: string) {
  const slack = 1e-14 * found.length * Math.max(...wanted);
  assert.equal(found.length, wanted.length, what);
  const sorted = wanted.toSorted((a, b) => b - a);
  found.forEach((value, i) =>
    assert(Math.abs(value - sorted[i]) <= slack, `${what}: ${value}, ${sorted[i]}`)
  );
}

Deno.test("families: every shape and format has finite features of its range, by seed alone", () => {
  for (const name of generatedNames) {
    for (const [rows, columns] of [[1, 1], [7, 7], [23, 9]]) {
      for (const format of ["single", "double"] as const) {
        const make = () => generateFeatures(name, { rows, columns, seed: 3, format });
        const phi = make();
        const what = `${name} ${rows} × ${columns} ${format}`;
        assert.equal(phi.length, rows * columns, what);
        const kept = format === "single" ? Float32Array.from(phi) : phi;
        assert(kept.every(Number.isFinite), what);
        assert(
          families[name].mostRank?.(columns) === 0 || kept.some((value) => value !== 0) || rows === 1,
          what,
        );
        assert.deepEqual(make(), phi, what);
      }
    }
  }
  assert.deepEqual(Object.values(familyGroups).map((group) => Object.keys(group).length), [
    8,
    8,
    21,
    16,
    15,
    10,
  ]);
});

Deno.test("families: LAPACK's types have the spectra that their descriptions name", () => {
  const n = 9, ulp = 2 ** -52;
  const geometric = Array.from({ length: n }, (_, i) => ulp ** (i / (n - 1)));
  const even = Array.from({ length: n }, (_, i) => 1 - i / (n - 1) * (1 - ulp));
  const clustered = [1, ...new Array(n - 1).fill(ulp)];
  const over = Math.sqrt(Number.MAX_VALUE) * ulp, under = 2 ** -511 / ulp;
  const types: Readonly<Record<number, readonly number[]>> = {
    1: new Array(n).fill(0),
    2: new Array(n).fill(1),
    3: even,
    4: geometric,
    5: clustered,
    6: geometric.map((value) => over * value),
    7: geometric.map((value) => under * value),
    8: even,
    9: geometric,
    10: clustered,
    11: even.map((value) => over * value),
    12: even.map((value) => under * value),
    16: even,
    17: geometric,
    18: clustered,
    19: even.map((value) => over * value),
    20: even.map((value) => under * value),
  };
  const scaled = (values: readonly number[], by: number) => values.map((value) => value * by);
  for (const [type, wanted] of Object.entries(types)) {
    // Scaled to size 1, since the reference squares.
    const by = wanted[0] > 1 ? 1 / over : wanted[0] < 1 ? 1 / under : 1;
    const phi = generateFeatures(`symmetric-${type}`, { rows: n, columns: n, seed: 5 });
    near(singularValues(phi.map((x) => x * by), n, n), scaled(wanted, by), `symmetric-${type}`);
    phi.forEach((x, e) => assert.equal(x, phi[(e % n) * n + Math.floor(e / n)]));
  }
  near(
    singularValues(generateFeatures("bidiagonal-9", { rows: 15, columns: n, seed: 5 }), 15, n),
    geometric,
    "9",
  );
});

Deno.test("families: matrices of the galleries by what is known of them", () => {
  // Rosser's eigenvalues: 10 √10405 and its opposite, 1020, 510 ± 100 √26, 1000 twice, and 0.
  const root = 10 * Math.sqrt(10405), pair = 100 * Math.sqrt(26);
  near(spectrum("rosser", 8), [root, root, 1020, 510 + pair, 1000, 1000, 510 - pair, 0], "rosser");
  // W⁺₂₁: the largest eigenvalue, as Wilkinson gives it.
  assert(Math.abs(spectrum("wilkinson", 21)[0] - 10.746194182903393) < 1e-12);
  // Determinants 1: products of the singular values.
  for (const name of ["moler", "pascal", "golub"]) {
    const product = spectrum(name, 4).reduce((all, value) => all * value, 1);
    assert(Math.abs(product - 1) < 1e-6, `${name}: ${product}`);
  }
  assert(generateFeatures("golub", { rows: 30, columns: 30, seed: 1 }).every(Number.isInteger));
  assert.deepEqual([...generateFeatures("pascal", { rows: 4, columns: 3, seed: 0 })], [
    ...[1, 1, 1],
    ...[1, 2, 3],
    ...[1, 3, 6],
    ...[1, 4, 10],
  ]);
  assert.deepEqual([...generateFeatures("moler", { rows: 3, columns: 3, seed: 0 })], [
    ...[1, -1, -1],
    ...[-1, 2, 0],
    ...[-1, 0, 3],
  ]);
  // Eigenvalues of the prolate matrix are shares of energy, in (0, 1).
  const shares = spectrum("prolate", 24);
  assert(shares[0] < 1 + 1e-14 && shares[0] > 1 - 1e-9 && shares[23] < 1e-9);
  near(spectrum("oscillate", 6), Array.from({ length: 6 }, (_, i) => 2 ** (-52 * i / 5)), "oscillate");
  near(spectrum("randsvd-2", 5), [1, 1, 1, 1, 2 ** -52], "randsvd-2");
  assert.notDeepEqual(spectrum("randsvd-5", 5, 1), spectrum("randsvd-5", 5, 2));
});

Deno.test("families: discretised integral equations near the singular values of their operators", () => {
  // Green's function of d²/dt² on [0, 1]: eigenvalues 1 / (jπ)².
  spectrum("deriv2", 200).slice(0, 5).forEach((value, j) =>
    assert(Math.abs(value * (Math.PI * (j + 1)) ** 2 - 1) < 5e-3, `σ_${j + 1} = ${value}`)
  );
  // ∫ exp(s cos t) sin t dt = 2 sinh(s) / s; and the Laplace transform of e^−t is 1 / (s + 1).
  const baart = generateFeatures("baart", { rows: 5, columns: 400, seed: 0 });
  const transform = generateFeatures("ilaplace", { rows: 5, columns: 400, seed: 0 });
  for (let k = 0; k < 5; k++) {
    const s = Math.PI / 2 * (k + 0.5) / 5, p = 2 * k + 1;
    const sum = (phi: Float64Array, f: (u: number) => number) =>
      phi.subarray(k * 400, (k + 1) * 400).reduce((all, value, j) => all + value * f((j + 0.5) / 400), 0);
    assert(Math.abs(sum(baart, (u) => Math.sin(Math.PI * u)) - 2 * Math.sinh(s) / s) < 1e-4);
    assert(Math.abs(sum(transform, (u) => Math.exp(-u / (1 - u))) - 1 / (p + 1)) < 1e-4);
  }
});

Deno.test("familiesOf: names, groups, and one line for any other", () => {
  assert.deepEqual(familiesOf("kahan"), ["kahan"]);
  assert.deepEqual(familiesOf("symmetric-21"), ["symmetric-21"]);
  assert.deepEqual(familiesOf("common"), Object.keys(familyGroups.common));
  assert.deepEqual(familiesOf("all"), familyNames);
  for (const wrong of ["symmetric-22", "toString", "", 3, null]) {
    assert.throws(
      () => familiesOf(wrong),
      (error) => error instanceof InputError && !/\n/.test(error.message),
    );
  }
  assert.throws(() => familiesOf("hilberts"), /^InputError: no family "hilberts"; did you mean "hilbert"\?/);
  assert.throws(
    () => generateFeatures("trained", { rows: 1, columns: 1, seed: 0 }),
    /needs trained networks/,
  );
});
