// deno-lint-ignore-file no-control-regex
/**
 * The start of `staircase` on a terminal: from the command to the first sign of life, to the loss
 * of the first step and to its ranks, as multiples of the time that `--help` takes.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { lowerMedian } from "../../src/stats/median.ts";
import { atMost, type Bench, type Section } from "./section.ts";
import { ratio, timeInTurns, type Times } from "./timing.ts";

const PROGRAM = fileURLToPath(
  new URL("../../examples/staircase.ts", import.meta.url),
);
/** Most multiples of `--help` that each may take: with kernels of earlier runs, and without. */
const WARM_BAR = 6, COLD_BAR = 15;
/** Most milliseconds to the first sign of life. */
const SIGN_BAR = 500;
/** What a terminal shows with the loss of the first step, and with its ranks. */
const LOSS = /loss \d/, RANKS = /rank \d/;

/** Milliseconds from the command to what it shows. */
interface Start {
  readonly sign: number;
  readonly loss: number;
  readonly ranks: number;
}

/** Runs a short training on a terminal of its own. Mesa keeps its kernels in the folder `cache`. */
async function start(cache: string | null): Promise<Start> {
  const folder = await Deno.makeTempDir({ prefix: "staircase-bench-" });
  try {
    const out = `${folder}/run`, begun = performance.now();
    const line = `${Deno.execPath()} run -A ${PROGRAM} --steps 20 --out ${out}`;
    const { stdout } = new Deno.Command("script", {
      args: ["--quiet", "--flush", "--return", "--command", line, "/dev/null"],
      env: {
        TERM: "xterm-256color",
        ...cache !== null && { MESA_SHADER_CACHE_DIR: cache },
      },
      stdin: "null",
      stdout: "piped",
    }).spawn();
    let text = "", sign = NaN, loss = NaN, ranks = NaN;
    for await (const piece of stdout.pipeThrough(new TextDecoderStream())) {
      text += piece;
      const now = performance.now() - begun;
      // Deno itself clears the line before a program starts.
      if (
        Number.isNaN(sign) &&
        /[^\s\x1b]/.test(text.replaceAll(/\x1b\[[?\d;]*[A-Za-z]/g, ""))
      ) sign = now;
      if (Number.isNaN(loss) && LOSS.test(text)) loss = now;
      if (Number.isNaN(ranks) && RANKS.test(text)) ranks = now;
    }
    if (Number.isNaN(ranks)) {
      throw new Error(`staircase has not begun: ${text}`);
    }
    return { sign, loss, ranks };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Milliseconds that `--help` takes. */
async function help(): Promise<number> {
  const begun = performance.now();
  const args = ["run", "-A", PROGRAM, "--help"];
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    stdout: "null",
  }).output();
  if (!success) throw new Error("staircase --help fails");
  return performance.now() - begun;
}

/** Whether programs can be run on a terminal of their own, by `script` of util-linux. */
async function hasScript(): Promise<boolean> {
  if (Deno.build.os !== "linux") return false;
  const command = new Deno.Command("script", {
    args: ["--version"],
    stdout: "null",
  });
  return await command.output().then(({ success }) => success, () => false);
}

/** The start with and without the kernels that the driver has kept of earlier runs. */
export async function startBench(
  { repeats, gpu, skip }: Bench,
): Promise<Section[]> {
  if (!await hasScript()) {
    skip("the start is not timed: install util-linux, for its script");
    return [];
  }
  const signs: number[] = [],
    ranks: Record<"warm" | "cold", number[]> = { warm: [], cold: [] };
  const measure = async (kind: "warm" | "cold") => {
    const cache = kind === "cold" ? await Deno.makeTempDir({ prefix: "staircase-bench-" }) : null;
    try {
      const begun = await start(cache);
      signs.push(begun.sign);
      ranks[kind].push(begun.ranks);
      return begun.loss;
    } finally {
      if (cache !== null) await Deno.remove(cache, { recursive: true });
    }
  };
  const [helped, warm, cold] = await timeInTurns([
    { name: "--help", measure: help },
    { name: "loss of the first step", measure: () => measure("warm") },
    {
      name: "loss of the first step, the driver's cache empty",
      measure: () => measure("cold"),
    },
  ], { repeats });
  const timesOf = (name: string, all: readonly number[]): Times => ({
    name,
    median: lowerMedian(all),
    least: Math.min(...all),
    most: Math.max(...all),
    all,
  });
  // Those of the turn that does not count are left out.
  const sign = timesOf("first sign of life, warm or cold", signs.slice(2));
  const line = (times: Times, bar: number) => ({
    name: times.name,
    times,
    verdict: atMost(ratio(times, helped), bar),
  });
  return [{
    title: "from the command staircase to what it shows on a terminal, ms; as multiples of --help",
    lines: [
      { name: helped.name, times: helped, verdict: null },
      line(warm, WARM_BAR),
      line(cold, COLD_BAR),
      ...(["warm", "cold"] as const).map((kind) => {
        const times = timesOf(
          `ranks of the first step, ${kind}`,
          ranks[kind].slice(1),
        );
        return { name: times.name, times, verdict: null };
      }),
      {
        name: sign.name,
        times: sign,
        verdict: atMost(sign.median, SIGN_BAR, " ms"),
      },
    ],
    facts: {},
    notes: [
      gpu.software
        ? "The cache of Mesa's kernels is emptied by MESA_SHADER_CACHE_DIR; Deno's own is left as it is."
        : "Only Mesa's drivers can be given an empty cache; others start warm both times.",
    ],
  }];
}
