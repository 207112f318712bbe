/**
 * Singular values of the shapes of jax-js's own benchmark, beside its `svdvals` on the same
 * adapter, and LAPACK.
 *
 * Matrices are random, normally distributed; times are from the host's matrix to the host's
 * numbers, but jax-js has its matrix on the GPU already. Errors are against float64, as shares of
 * σ₁.
 *
 * @module
 */
import { svdvals } from "../../src/linalg/svd/svdvals.ts";
import { normals } from "../reference/random.ts";
import { singularValues } from "../reference/singular_values.ts";
import { openJax } from "./jax.ts";
import { atMost, type Bench, type Section, speedUps } from "./section.ts";
import { clocked, timeInTurns } from "./timing.ts";
import { upperFactor } from "./upper_factor.ts";

const SHAPES = [[128, 128], [1024, 128], [32768, 256]] as const;
/** Rows that a quick run takes. */
const QUICK_ROWS = 1024;
/** How many times as fast as jax-js. */
const BAR = 2;

/** Singular values of three shapes. */
export async function singularValueBench(bench: Bench): Promise<Section[]> {
  const sections: Section[] = [];
  for (const [rows, columns] of SHAPES) {
    if (bench.quick && rows > QUICK_ROWS) {
      bench.skip(`--quick: no singular values of ${rows} × ${columns}`);
    } else sections.push(await section(bench, rows, columns));
  }
  return sections;
}

async function section(
  bench: Bench,
  rows: number,
  columns: number,
): Promise<Section> {
  const { gpu, python, window } = bench;
  const np = await openJax();
  const data = Float32Array.from(normals(rows * columns, rows));
  const exact = singularValues(
    upperFactor(data, rows, columns),
    columns,
    columns,
  );
  const onGpu = np.array(data).reshape([rows, columns]);
  let ours: Float64Array = new Float64Array(), theirs: Float32Array = new Float32Array();
  const times = await timeInTurns([
    {
      name: "Staircase svdvals",
      measure: clocked(async () => ours = (await svdvals(gpu, [{ rows, columns, data }]))[0]),
    },
    {
      name: "jax-js svdvals",
      measure: clocked(async () => {
        const values = await np.linalg.svdvals(onGpu.ref)
          .data() as Float32Array;
        theirs = values.slice().sort().reverse();
      }),
    },
    ...(python?.versions.scipy
      ? [{
        name: "SciPy svdvals, f64, CPU",
        measure: () => python.time({ job: "svdvals", window, rows, columns }),
      }]
      : []),
  ], bench);
  onGpu.dispose();
  const error = (found: ArrayLike<number>) =>
    Math.max(...exact.map((value, i) => Math.abs(found[i] - value))) / exact[0];
  const verdict = atMost(error(ours) / error(theirs), 1);
  return {
    title: `singular values, ${rows} × ${columns}, ms`,
    lines: [
      ...speedUps(times, { "jax-js": BAR }),
      { name: "largest error, of jax-js's", times: null, verdict },
    ],
    facts: { errors: { staircase: error(ours), jax: error(theirs) } },
    notes: [],
  };
}
