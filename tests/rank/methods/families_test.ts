/**
 * Every rank method against whole numbers, on all families of the kernel study: LAPACK's test
 * matrices, those of the galleries, and discretised integral equations.
 *
 * @module
 */
import { generatedNames, generateFeatures } from "../../../src/experiments/kernel_study/families/mod.ts";
import { rankInterval } from "../../../src/rank/certificates/rank_interval.ts";
import { countFeatures } from "../../../src/rank/methods/count_features.ts";
import { featureRanks } from "../../../src/rank/methods/feature_ranks.ts";
import {
  type CountMethod,
  countMethodNames,
  type MethodPrecision,
  rankMethods,
  type SpectrumMethodName,
} from "../../../src/rank/methods/rank_methods.ts";
import { assert } from "../../deps.ts";
import { exactCount, exactGramMatrix, type ExactMatrix } from "../../reference/exact_inertia.ts";
import { singularValues } from "../../reference/singular_values.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** Thresholds as shares of λ₁. That of 1 lies on λ₁ where float64 has it exactly. */
const SHARES = [1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-6, 1e-8, 1e-9, 1e-10, 1e-11, 1e-13] as const;

/** Features of a family with thresholds and the exact numbers of eigenvalues above them. */
interface Case {
  readonly name: string;
  readonly data: Float32Array | Float64Array;
  readonly exact: ExactMatrix;
  readonly epsilons: readonly number[];
  readonly counts: readonly number[];
}

function makeCase(name: string, data: Float32Array | Float64Array, rows: number, columns: number): Case {
  const exact = exactGramMatrix(data, rows, columns);
  // The reference squares, so entries are brought near 1 first.
  const size = Array.from(data).reduce((most, x) => Math.max(most, Math.abs(x)), 0) || 1;
  const largest = (singularValues(data.map((x) => x / size), rows, columns)[0] * size) ** 2 / rows;
  const epsilons = SHARES.map((share) => largest > 0 ? share * largest : share);
  return { name, data, exact, epsilons, counts: epsilons.map((epsilon) => exactCount(exact, epsilon).above) };
}

function assertHolds({ name, epsilons, counts }: Case, k: number, low: number, high: number, what: string) {
  const says = `${what}, ${name}: [${low}, ${high}] at ε = ${epsilons[k]}, exactly ${counts[k]}`;
  assert(low <= counts[k] && counts[k] <= high, says);
}

for (const format of ["single", "double"] as const) {
  const [rows, columns] = format === "single" ? [16, 8] : [7, 7];
  const cases = generatedNames.map((name, seed) => {
    const phi = generateFeatures(name, { rows, columns, seed, format });
    return makeCase(name, format === "single" ? Float32Array.from(phi) : phi, rows, columns);
  });
  const features = cases.map(({ data }) => ({ rows, columns, data }));
  const title = `features in ${format} precision, ${rows} × ${columns}`;

  for (const name of countMethodNames) {
    Deno.test(`${name}: intervals hold the exact ranks of all families, ${title}`, async () => {
      const method: CountMethod = rankMethods[name];
      for (const precision of Object.keys(method.mostColumns) as MethodPrecision[]) {
        const epsilons = cases.map((each) => each.epsilons);
        const counted = await countFeatures(gpu, features, { method, precision, epsilons });
        counted.forEach(({ ranks }, i) =>
          ranks.forEach(({ low, high }, k) => assertHolds(cases[i], k, low, high, `${name} ${precision}`))
        );
      }
    });
  }

  for (const name of ["gram-jacobi", "one-sided-jacobi"] satisfies SpectrumMethodName[]) {
    Deno.test(`${name}: bounds hold the exact eigenvalues of all families, ${title}`, async () => {
      for (const precision of ["single", "double", "auto"] as const) {
        const options = { precision, epsilons: SHARES.slice(1), threshold: "relative" } as const;
        const spectra = await rankMethods[name].solve(gpu, features, options);
        let certain = 0;
        spectra.forEach(({ eigenvalues, bounds }, i) => {
          cases[i].epsilons.forEach((epsilon, k) => {
            const { low, high } = rankInterval(eigenvalues, bounds, epsilon);
            assertHolds(cases[i], k, low, high, `${name} ${precision}`);
            if (low === high) certain++;
          });
          // λ_j ≥ a where j eigenvalues are at least a; the ends are moved by their own rounding.
          eigenvalues.forEach((value, j) => {
            const least = (value - bounds[j]) * (1 - 2 ** -50), most = (value + bounds[j]) * (1 + 2 ** -50);
            const what = `${name} ${precision}, ${cases[i].name}: λ_${j + 1} in ${value} ± ${bounds[j]}`;
            if (least > 0) {
              const { above, on } = exactCount(cases[i].exact, least);
              assert(above + on >= j + 1, what);
            }
            assert(exactCount(cases[i].exact, most).above <= j, what);
          });
        });
        // Thresholds on an eigenvalue stay in doubt.
        const share = certain / (cases.length * SHARES.length);
        assert(share > (precision === "single" ? 0.85 : 0.9), `${name} ${precision}: ${share} certain`);
      }
    });
  }

  Deno.test(`featureRanks: auto is certain of exact ranks, ${title}`, async () => {
    for (const name of ["symmetric-17", "bidiagonal-16", "prolate", "rosser", "shaw", "ilaplace"]) {
      const found = cases.find((each) => each.name === name)!;
      const { data, epsilons } = found;
      const { ranks } = await featureRanks(gpu, { rows, columns, data }, { epsilons: epsilons.slice(1) });
      ranks.forEach(({ low, high }, k) => {
        assertHolds(found, k + 1, low, high, "auto");
        assert.equal(low, high, `${name} at ${epsilons[k + 1]}`);
      });
    }
  });
}
