/**
 * Makes every figure of the documentation anew: the first figure of each experiment at its default
 * size, in `.figures`. Takes about ten minutes on two CPU cores.
 *
 *     deno task figures
 *     deno task figures sgd-rank loss-floor
 *
 * @module
 */
import { checkName } from "../src/check.ts";
import { runExperiment } from "../src/experiments/core/run.ts";
import { experiments } from "../src/experiments/mod.ts";
import { Gpu } from "../src/gpu/device.ts";

const names = experiments.map(({ name }) => name);
const wanted = Deno.args.length > 0 ? Deno.args.map((name) => checkName("experiment", name, names)) : names;
using gpu = await Gpu.open();
for (const experiment of experiments.filter(({ name }) => wanted.includes(name))) {
  const start = performance.now();
  const result = await runExperiment(gpu, experiment);
  const [draw] = Object.values(experiment.figures);
  const file = `.figures/${experiment.name.replaceAll("-", "_")}.svg`;
  await Deno.writeTextFile(new URL(`../${file}`, import.meta.url), await draw(result));
  console.log(`${file}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
}
