/**
 * The default run of the program `staircase`, as a process from its start to its end, beside the
 * same experiment in PyTorch.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { atLeast, atMost, type Bench, type Section } from "./section.ts";
import { clocked, ratio, timeInTurns } from "./timing.ts";

/** Most seconds of the process, and least speed relative to PyTorch's. */
const SECONDS_BAR = 15, TORCH_BAR = 1 / 1.5;
/** Most runs of each, which take long, and steps of a quick run. */
const MOST_REPEATS = 3, QUICK_STEPS = 1000;

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Whole processes. */
export async function staircaseBench(bench: Bench): Promise<Section[]> {
  const { python, quick } = bench;
  const steps = quick ? QUICK_STEPS : 10_000;
  const folder = await Deno.makeTempDir({ prefix: "staircase-bench-" });
  try {
    const args = ["--quiet", "--steps", `${steps}`, "--out", folder, "--overwrite"];
    const program = [
      "run",
      "-A",
      "--no-check",
      path("../../examples/staircase.ts"),
      ...args,
    ];
    const times = await timeInTurns([
      {
        name: "Staircase",
        measure: clocked(() => run(Deno.execPath(), program)),
      },
      ...(python?.versions.torch
        ? [{
          name: "PyTorch and LAPACK, CPU",
          measure: clocked(() =>
            run(python.commandOf("torch"), [
              path("torch_staircase.py"),
              `${steps}`,
              folder,
            ])
          ),
        }]
        : []),
    ], {
      repeats: quick ? 1 : Math.min(MOST_REPEATS, bench.repeats),
      warmUp: false,
    });
    const [ours, torch] = times;
    const verdict = quick ? null : atMost(ours.median / 1000, SECONDS_BAR, " s");
    return [{
      title: `staircase, ${steps} steps, a probe every 10, the whole process, ms`,
      lines: [
        { name: ours.name, times: ours, verdict },
        ...(torch
          ? [{
            name: torch.name,
            times: torch,
            verdict: atLeast(ratio(torch, ours), quick ? null : TORCH_BAR),
          }]
          : []),
      ],
      facts: { steps },
      notes: [
        "PyTorch's process computes losses and uncertified ranks, and writes them; no loss floor, no figure",
      ],
    }];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(command, {
    args: [...args],
    stdout: "null",
    stderr: "piped",
  })
    .output();
  if (!success) {
    throw new Error(
      `${command} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`,
    );
  }
}
