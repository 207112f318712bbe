/**
 * Trains a small network for very many steps, with probes, and holds memory and the time of a step
 * against their bars: what grows with every step or probe is seen here and in no test.
 *
 *     deno task soak
 *     deno task soak --steps 100000 --retain
 *
 * @module
 */
import process from "node:process";
import {
  createProgress,
  type Flag,
  machineFlags,
  openGpu,
  quietFlag,
  runProgram,
  textTable,
} from "../src/cli/mod.ts";
import { durationText } from "../src/cli/time_left.ts";
import { StaircaseError } from "../src/errors.ts";
import { compactJson } from "../src/io/mod.ts";
import { lowerMedian } from "../src/stats/median.ts";
import { loadTask } from "../src/tasks/mod.ts";
import { Training } from "../src/train/mod.ts";
import { countBuffers } from "./support/buffers.ts";

/** Growth of memory in bytes for 10⁵ steps, and of the time of a step from the start to the end. */
const MOST_GROWTH = 1e6, MOST_DRIFT = 0.05;
/** Blocks of steps that are compared, and the share of them that warms up. */
const BLOCKS = 100, WARM_UP = 0.1;

/** What a process holds and has used. */
interface Sample {
  /** Steps made. */
  readonly step: number;
  /** Resident memory of the process, in bytes. */
  readonly resident: number;
  /** Heap of JavaScript, in bytes. */
  readonly heap: number;
  /** Buffers that are allocated on the GPU, in bytes. */
  readonly gpu: number;
  /** Wall time since the start, in milliseconds. */
  readonly wall: number;
  /** Processor time that the process has used, in milliseconds. */
  readonly processor: number;
}

/** Kinds of memory, and what they are called. */
const memories = {
  resident: "resident memory",
  heap: "heap of JavaScript",
  gpu: "buffers of the GPU",
} as const;
/** Kinds of time. */
const times = { wall: "wall time", processor: "processor time" } as const;

/** Slope of a line through points by least squares, for 10⁵ steps. */
function slopeOf(samples: readonly Sample[], key: keyof typeof memories): number {
  const mean = (of: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const x = mean(({ step }) => step), y = mean((sample) => sample[key]);
  const square = mean(({ step }) => (step - x) ** 2);
  return 1e5 * mean((sample) => (sample.step - x) * (sample[key] - y)) / square;
}

/** Median time of a step, in milliseconds, of the steps between neighbouring samples. */
function stepTime(samples: readonly Sample[], key: keyof typeof times): number {
  return lowerMedian(
    samples.slice(1).map((sample, i) => (sample[key] - samples[i][key]) / (sample.step - samples[i].step)),
  );
}

/** The least of each kind of memory among samples: garbage that waits is no leak. */
function leastOf(samples: readonly Sample[]): Sample {
  const least = (key: keyof typeof memories) => Math.min(...samples.map((sample) => sample[key]));
  return {
    ...samples[samples.length - 1],
    resident: least("resident"),
    heap: least("heap"),
    gpu: least("gpu"),
  };
}

const flags = [
  {
    name: "steps",
    kind: "integer",
    default: 1_000_000,
    min: 1000,
    group: "experiment",
    help: "updates to make",
  },
  {
    name: "probe-every",
    kind: "integer",
    default: 100,
    min: 1,
    group: "experiment",
    help: "updates from one probe to the next",
  },
  {
    name: "replicas",
    kind: "integer",
    default: 1,
    min: 1,
    max: 1000,
    group: "experiment",
    help: "networks that train at once",
  },
  {
    name: "retain",
    kind: "boolean",
    default: false,
    group: "experiment",
    help: "keep the trace in memory, which then grows with the run",
  },
  ...machineFlags,
  {
    name: "json",
    group: "output",
    kind: "boolean",
    default: false,
    help: "print the figures as one JSON object",
  },
  quietFlag,
] as const satisfies readonly Flag[];

await runProgram({
  name: "soak",
  summary: "train for very many steps, and see that memory and the time of a step stay as they are",
  flags,
  examples: [
    { args: "", help: "makes a million steps, which takes some minutes" },
    { args: "--steps 20000", help: "tries the program" },
  ],
}, async ({ flags: { steps, probeEvery, replicas, retain, json, quiet, ...machine }, signal }) => {
  using gpu = await openGpu(machine);
  using buffers = countBuffers(gpu);
  const task = await loadTask("cosines", { samples: 64 });
  using training = await Training.create(gpu, {
    task,
    hidden: [8, 8],
    steps,
    probeEvery,
    spectraEvery: 5,
    replicas,
    retain,
    signal,
  });
  using progress = createProgress({ total: steps, label: "soak", heading: gpu.adapterName, quiet });
  const start = performance.now(), blocks: Sample[] = [];
  let block: Sample[] = [], probes = 0;
  for await (const chunk of training.chunks()) {
    const { rss: resident, heapUsed: heap } = Deno.memoryUsage();
    const { user, system } = process.cpuUsage();
    block.push({
      step: chunk.first + chunk.count,
      resident,
      heap,
      gpu: buffers.bytes,
      wall: performance.now() - start,
      processor: (user + system) / 1000,
    });
    probes += chunk.probes.length;
    progress.update(training.updates, `${(resident / 2 ** 20).toFixed(0)} MiB`);
    if (block[block.length - 1].step < (blocks.length + 1) * steps / BLOCKS) continue;
    blocks.push(leastOf(block));
    block = [];
  }
  progress.finish();
  signal.throwIfAborted();

  const warm = blocks.slice(Math.floor(WARM_UP * blocks.length)), tenth = Math.ceil(warm.length / 9);
  const grown = Object.entries(memories).map(([key, name]) => {
    const from = (sample: Sample) => sample[key as keyof typeof memories];
    const slope = slopeOf(warm, key as keyof typeof memories);
    return {
      key,
      name,
      first: from(warm[0]),
      last: from(warm[warm.length - 1]),
      slope,
      holds: slope < MOST_GROWTH,
    };
  });
  const drifted = Object.entries(times).map(([key, name]) => {
    const [first, last] = [warm.slice(0, tenth + 1), warm.slice(-tenth - 1)].map((part) =>
      stepTime(part, key as keyof typeof times)
    );
    return { key, name, first, last, drift: last / first - 1, holds: last / first - 1 <= MOST_DRIFT };
  });
  const mib = (bytes: number) => (bytes / 2 ** 20).toFixed(2);
  if (!quiet) {
    console.log([
      `${steps} steps and ${probes} probes in ${durationText(blocks[blocks.length - 1].wall)}; ` +
      "the first tenth warms up",
      ...textTable([
        ["memory, in MiB", "after warm-up", "at the end", "for 10⁵ steps", "bar < 0.95"],
        ...grown.map(({ name, first, last, slope, holds }) => [
          name,
          mib(first),
          mib(last),
          mib(slope),
          holds ? "holds" : "exceeded",
        ]),
      ], 1),
      ...textTable([
        ["time of a step, in ms", "first tenth", "last tenth", "drift", "bar ≤ 5 %"],
        ...drifted.map(({ name, first, last, drift, holds }) => [
          name,
          first.toFixed(3),
          last.toFixed(3),
          `${(100 * drift).toFixed(1)} %`,
          holds ? "holds" : "exceeded",
        ]),
      ], 1),
    ].join("\n"));
  }
  if (json) console.log(compactJson({ steps, probes, memory: grown, time: drifted, samples: blocks }));
  // Other work on the machine slows wall time down; processor time is the run's own.
  const failed = [...grown, ...drifted.filter(({ key }) => key === "processor")].filter(({ holds }) =>
    !holds
  );
  if (failed.length > 0) {
    throw new StaircaseError(`${failed.map(({ name }) => name).join(", ")}: beyond the bar`);
  }
});
