/**
 * Benchmarks: how fast the toolkit is, beside what one would use instead, on the same machine and
 * in the same run.
 *
 *     deno task bench --only steps,products
 *
 * @module
 */
import { InputError } from "../../src/errors.ts";
import { Gpu } from "../../src/gpu/device.ts";
import { measurePeak } from "../../src/gpu/measure/peak.ts";
import { compactJson } from "../../src/io/json.ts";
import { runProgram } from "../../src/cli/program.ts";
import { VERSION } from "../../src/version.ts";
import { equationStep } from "./equation_step.ts";
import { growth } from "./growth.ts";
import { appendMeasurement, comparison, FOLDER, keepMeasurement, readMeasurement, stamp } from "./history.ts";
import { cockpitBench } from "./cockpit.ts";
import { compilerBench } from "./compilers.ts";
import { cudaBench } from "./cuda.ts";
import { keptRunBench } from "./kept_run.ts";
import { kernelBench } from "./kernels.ts";
import { lbfgsBench } from "./lbfgs.ts";
import { probeCost } from "./probe_cost.ts";
import { products } from "./products.ts";
import { Python } from "./python.ts";
import type { Benchmark, Section } from "./section.ts";
import { eigenvalueBench } from "./eigenvalues.ts";
import { replicaBench } from "./replicas.ts";
import { singularValueBench } from "./singular_values.ts";
import { startBench } from "./start.ts";
import { staircaseBench } from "./staircase.ts";
import { trainingSteps } from "./step.ts";
import { benchTable } from "./table.ts";
import { tangentBench } from "./tangent.ts";
import { trackerBench } from "./tracker.ts";
import { weightsBench } from "./weights.ts";
import { trackerTfjs } from "./tracker_tfjs.ts";

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  steps: trainingSteps,
  "equation-step": equationStep,
  lbfgs: lbfgsBench,
  replicas: replicaBench,
  probes: probeCost,
  cuda: (bench) => cudaBench(bench),
  kernels: kernelBench,
  staircase: staircaseBench,
  "kept-run": keptRunBench,
  start: startBench,
  cockpit: cockpitBench,
  tracker: trackerBench,
  products,
  growth,
  eigenvalues: eigenvalueBench,
  "singular-values": singularValueBench,
  weights: weightsBench,
  tangent: tangentBench,
  "tracker-tfjs": trackerTfjs,
  compilers: compilerBench,
};
/** Left out unless asked for: they download Dawn, and SwiftShader compiles for a minute. */
const ON_REQUEST = ["compilers"];
/** Time that a measurement fills, in milliseconds, and how often it is made. */
const LONG = { window: 600, repeats: 3 }, SHORT = { window: 150, repeats: 1 };

await runProgram({
  name: "bench",
  summary: "measure how fast the toolkit is, beside what one would use instead",
  flags: [
    {
      name: "only",
      kind: "string",
      default: null,
      placeholder: "NAMES",
      help: `benchmarks to run, of ${Object.keys(BENCHMARKS).join(", ")} (all but ${ON_REQUEST.join(", ")})`,
    },
    {
      name: "repeats",
      kind: "integer",
      default: null,
      min: 1,
      help: "measurements of each (3, quick 1)",
    },
    {
      name: "quick",
      kind: "boolean",
      default: false,
      help: "measure for a shorter time, and leave out what is long",
    },
    {
      name: "json",
      kind: "boolean",
      default: false,
      help: "print everything as one JSON object on the last line",
    },
    {
      name: "append",
      kind: "string",
      default: null,
      placeholder: "FILE",
      help: "append the same object, with date and commit, as a line to a file such as .github/bench.jsonl",
    },
    {
      name: "against",
      kind: "string",
      default: null,
      placeholder: "FILE",
      help: `compare with an earlier run: a file of ${FOLDER}, where each run leaves one`,
    },
  ],
  examples: [
    { args: "--quick", help: "measures each benchmark once" },
    { args: "--only steps --against .bench/FILE.json", help: "compares with an earlier run" },
  ],
}, async ({ flags, signal }) => {
  const names = chosen(flags.only);
  const earlier = flags.against === null ? null : await readMeasurement(flags.against);
  const { window, repeats } = flags.quick ? SHORT : LONG;
  using gpu = await Gpu.open();
  await using python = await Python.open();
  const peak = await measurePeak(gpu);
  const skipped: string[] = [];
  const skip = (line: string) => {
    console.error(line);
    skipped.push(line);
  };
  for (
    const [name, label] of [["numpy", "NumPy"], ["scipy", "SciPy"], [
      "torch",
      "PyTorch",
    ]] as const
  ) {
    if (!python?.versions[name]) {
      skip(`${label} is not here: install python3-${name}, or do without`);
    }
  }
  const bench = {
    gpu,
    python,
    repeats: flags.repeats ?? repeats,
    window,
    quick: flags.quick,
    skip,
  };
  const sections: Section[] = [];
  const measured = {
    ...await stamp(),
    machine: {
      adapter: gpu.adapterName,
      implementation: gpu.implementation,
      software: gpu.software,
      cores: navigator.hardwareConcurrency,
      system: `${Deno.build.os} ${Deno.build.arch}`,
    },
    versions: { staircase: VERSION, ...Deno.version, ...python?.versions },
    peak,
    repeats: bench.repeats,
    sections,
    skipped,
  };
  let kept = "";
  for (const [index, name] of names.entries()) {
    if (signal.aborted) {
      skip(`stopped before ${names.slice(index).join(", ")}`);
      break;
    }
    console.error(`${name} …`);
    sections.push(...await BENCHMARKS[name](bench));
    // One that is killed leaves what it has by then.
    kept = await keepMeasurement(measured);
  }
  const { machine } = measured;
  const rate = (value: number, unit: string) => `${(value / 1e9).toFixed(1)} G${unit}/s`;
  console.log([
    `${machine.adapter}, ${machine.cores} cores, ${machine.system}; medians of ${bench.repeats}`,
    `peak: fma ${rate(peak.flopsPerSecond, "FLOP")}, copy ${rate(peak.bytesPerSecond, "B")}, ` +
    `a dispatch ${(1000 * peak.dispatchMilliseconds).toFixed(1)} µs, a wait ${
      peak.waitMilliseconds.toFixed(1)
    } ms`,
    "",
    ...benchTable(sections),
  ].join("\n"));
  if (earlier) console.log(["", ...comparison(measured, earlier)].join("\n"));
  if (kept !== "") console.error(kept);
  if (flags.append !== null) await appendMeasurement(flags.append, measured);
  if (flags.json) console.log(compactJson(measured));
});

/** Names of `--only`; without it all but those on request. */
function chosen(only: string | null): string[] {
  const all = Object.keys(BENCHMARKS);
  const names = only?.split(",") ?? all.filter((name) => !ON_REQUEST.includes(name));
  for (const name of names) {
    if (!all.includes(name)) {
      throw new InputError(
        `no benchmark ${JSON.stringify(name)}: give some of ${all.join(", ")}`,
      );
    }
  }
  return names;
}
