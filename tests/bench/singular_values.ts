/**
 * Singular values of the shapes of jax-js's own benchmark, beside its `svdvals` on the same adapter.
 *
 *     deno run -A tests/bench/singular_values.ts [repeats]
 *
 * Matrices are random, normally distributed; times are from the host's matrix to the host's numbers, but jax-js has its
 * matrix on the GPU already. Errors are against float64, as shares of σ₁.
 *
 * @module
 */
import { Gpu } from "../../src/gpu/device.ts";
import { svdvals } from "../../src/linalg/svdvals.ts";
import { normals } from "../reference/random.ts";
import { singularValues } from "../reference/singular_values.ts";
import { upperFactor } from "./upper_factor.ts";
import { openJax } from "./jax.ts";
import { digits, printTable } from "./table.ts";
import { timeInTurns } from "./timing.ts";

const SHAPES = [[128, 128], [1024, 128], [32768, 256]];
/** How many times as fast as jax-js. */
const BAR = 2;

const repeats = Number(Deno.args[0] ?? 5);
using gpu = await Gpu.open();
const np = await openJax();

const lines: string[][] = [];
for (const [rows, columns] of SHAPES) {
  const entries = Float32Array.from(normals(rows * columns, rows));
  const exact = singularValues(upperFactor(entries, rows, columns), columns, columns);
  const onGpu = np.array(entries).reshape([rows, columns]);
  const found = new Map<string, Float32Array>();
  const times = await timeInTurns([
    {
      name: "jax-js svdvals",
      run: async () => {
        const values = await np.linalg.svdvals(onGpu.ref).data() as Float32Array;
        found.set("jax-js svdvals", values.slice().sort().reverse());
      },
    },
    {
      name: "svdvals",
      run: async () => found.set("svdvals", (await svdvals(gpu, [{ rows, columns, entries }]))[0]),
    },
  ], repeats);
  onGpu.dispose();
  for (const { name, median, least, most } of times) {
    const error = Math.max(...exact.map((value, i) => Math.abs(found.get(name)![i] - value))) / exact[0];
    const ratio = digits(times[0].median / median);
    const bar = name === "svdvals" ? `≥ ${BAR}×` : "";
    const figures = [median, least, most].map(digits);
    lines.push([`${rows} × ${columns}  ${name}`, ...figures, `${ratio}×`, bar, error.toExponential(1)]);
  }
}
console.log(`${gpu.adapterName}: milliseconds, ${repeats} repeats\n`);
printTable(["", "median", "least", "most", "ratio", "bar", "largest error / σ₁"], lines);
Deno.exit(0);
