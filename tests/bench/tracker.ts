/**
 * What it costs a training in PyTorch to write features, and to have their ranks counted beside it.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { lowerMedian } from "../../src/stats/median.ts";
import { atMost, type Bench, digits, type Line, type Section } from "./section.ts";
import { ratio, type Times } from "./timing.ts";

/** Most that a training may take longer, in percent, by the steps between two probes. */
const BARS: Readonly<Record<number, number>> = { 100: 3, 10: 15 };
/** Steps of a turn, and of a quick one. */
const STEPS = 500, QUICK_STEPS = 100;

/** A turn of `torch_tracker.py`. */
interface Turn {
  /** Steps from one probe to the next; 0 without a tracker. */
  readonly every: number;
  /** Time of a step, and processor time of the training's process, in milliseconds. */
  readonly wall: number;
  readonly cpu: number;
  /** Processor time of the watcher for all steps and its start, in seconds. */
  readonly watcher?: number;
  /** Probes that were dropped. */
  readonly dropped?: number;
}

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** A convolutional network on digits: without a tracker, with one every 100 and every 10 steps. */
export async function trackerBench({ quick, repeats, skip }: Bench): Promise<Section[]> {
  const python = await torchPython();
  if (python === null || Deno.build.os !== "linux") {
    skip("tracker is left out: it needs PyTorch, on Linux");
    return [];
  }
  const steps = quick ? QUICK_STEPS : STEPS;
  const folder = await Deno.makeTempDir({ prefix: "staircase-bench-" });
  try {
    const data = `${folder}/digits.npz`;
    await run(Deno.execPath(), [
      "run",
      "-A",
      "--no-check",
      path("../../examples/python/digits.ts"),
      data,
    ]);
    const args = [
      path("torch_tracker.py"),
      data,
      folder,
      `${repeats}`,
      `${steps}`,
      Deno.execPath(),
    ];
    const turns: Turn[] = (await run(python, args)).trimEnd().split(
      "\n",
    ).map((line) => JSON.parse(line));
    const of = (every: number) => turns.filter((turn) => turn.every === every);
    const sections = (["wall", "cpu"] as const).map((clock) => {
      const [bare, ...tracked] = [0, 100, 10].map((every) =>
        timesOf(every, of(every).map((turn) => turn[clock]))
      );
      const lines: Line[] = [
        { name: bare.name, times: bare, verdict: null },
        ...tracked.map((times, i) => {
          const bar = quick || clock === "cpu" ? null : BARS[[100, 10][i]];
          return {
            name: times.name,
            times,
            verdict: atMost(100 * (ratio(times, bare) - 1), bar, " %"),
          };
        }),
      ];
      const what = clock === "wall" ? "time" : "processor time of its process";
      const facts = { steps, turns };
      return {
        title: `a step of a training in PyTorch, ${steps} in a turn, ${what}, ms`,
        lines,
        facts,
        notes: [],
      };
    });
    const notes = [100, 10].map((every) => {
      const watcher = lowerMedian(
        of(every).map(({ watcher = NaN }) => watcher),
      );
      const dropped = of(every).reduce(
        (sum, { dropped = 0 }) => sum + dropped,
        0,
      );
      return `every ${every} steps, the watcher takes ${digits(watcher)} s of a processor with its start; ` +
        `${dropped} probes are dropped`;
    });
    return [sections[0], { ...sections[1], notes }];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function timesOf(every: number, all: readonly number[]): Times {
  const name = every === 0 ? "without a tracker" : `features and ranks every ${every} steps`;
  return {
    name,
    all,
    median: lowerMedian(all),
    least: Math.min(...all),
    most: Math.max(...all),
  };
}

/** Finds a Python that has PyTorch, which need not be the one with the most packages. */
async function torchPython(): Promise<string | null> {
  for (const command of ["python3", "/usr/bin/python3"]) {
    const isThere = new Deno.Command(command, { args: ["-c", "import torch"], stderr: "null" }).output();
    if (await isThere.then(({ success }) => success, () => false)) return command;
  }
  return null;
}

/** Runs a program to its end, and returns what it prints. */
async function run(command: string, args: readonly string[]): Promise<string> {
  const { success, stdout } = await new Deno.Command(command, {
    args: [...args],
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`${command} ${args.join(" ")} failed`);
  return new TextDecoder().decode(stdout);
}
