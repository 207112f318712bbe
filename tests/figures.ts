/**
 * Makes every figure of the documentation anew: the first figure of each experiment at its default
 * size, in `.figures`. Takes about ten minutes on two CPU cores.
 *
 *     deno task figures
 *     deno task figures sgd-rank loss-floor --formats svg,png,pdf
 *
 * @module
 */
import { checkName } from "../src/check.ts";
import { parseFlags } from "../src/cli/flags.ts";
import { formatsFlag } from "../src/cli/program_flags.ts";
import { figureMakers } from "../src/convert/draw.ts";
import { parseFormats } from "../src/convert/formats.ts";
import { runExperiment } from "../src/experiments/core/run.ts";
import { experiments } from "../src/experiments/mod.ts";
import { Gpu } from "../src/gpu/device.ts";

const { flags, positionals } = parseFlags([formatsFlag], Deno.args);
const formats = parseFormats(flags.formats);
const names = experiments.map(({ name }) => name);
const wanted = positionals.length > 0
  ? positionals.map((name) => checkName("experiment", name, names))
  : names;
using gpu = await Gpu.open();
for (const experiment of experiments.filter(({ name }) => wanted.includes(name))) {
  const start = performance.now();
  const result = await runExperiment(gpu, experiment);
  const [draw] = Object.values(experiment.figures);
  const file = `${experiment.name.replaceAll("-", "_")}.svg`;
  for (const [name, make] of Object.entries(figureMakers(file, () => draw(result), formats))) {
    const content = await make();
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(new URL(`../.figures/${name}`, import.meta.url), bytes);
    console.log(`.figures/${name}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
  }
}
