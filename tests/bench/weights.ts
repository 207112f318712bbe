/**
 * The program `weights` on a model of a hundred matrices of 1,024², 419 MB in float32: time and
 * memory, beside the singular values of all of them by NumPy in float32.
 *
 * The program computes in float64, with bounds, fits and files; NumPy reads the same file and gives
 * the singular values alone.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { floats, modelFile } from "../support/model_files.ts";
import { normals } from "../reference/random.ts";
import { atMost, type Bench, type Line, type Section, speedUps } from "./section.ts";
import { timeInTurns } from "./timing.ts";

const FULL = { matrices: 100, order: 1024 },
  QUICK = { matrices: 12, order: 256 };
/** Most memory of the program, in MiB. */
const MOST_MEMORY = 1024;
const program = fileURLToPath(
  new URL("../../examples/weights.ts", import.meta.url),
);

/** The program on a whole model. */
export async function weightsBench(bench: Bench): Promise<Section[]> {
  const { matrices, order } = bench.quick ? QUICK : FULL;
  const folder = await Deno.makeTempDir({ prefix: "staircase-bench-" });
  try {
    const path = `${folder}/model.safetensors`;
    await writeModel(path, matrices, order);
    const bytes = (await Deno.stat(path)).size;
    let memory = NaN;
    const times = await timeInTurns([
      {
        name: "Staircase weights, float64 with bounds",
        measure: async () => {
          const measured = await runProgram(path, folder);
          memory = measured.memory;
          return measured.milliseconds;
        },
      },
      ...bench.python?.versions.numpy
        ? [{
          name: "NumPy svd, float32, values alone",
          measure: () => bench.python!.time({ job: "model_svd", path }),
        }]
        : [],
    ], { repeats: bench.quick ? bench.repeats : 1, warmUp: false });
    const peak: Line[] = Number.isNaN(memory) ? [] : [{
      name: "peak resident memory",
      times: null,
      verdict: atMost(memory, MOST_MEMORY, " MiB"),
    }];
    return [{
      title: `weights of ${matrices} matrices of ${order}², ${Math.round(bytes / 1e6)} MB, ms`,
      lines: [...speedUps(times, {}), ...peak],
      facts: { bytes, memory, cores: navigator.hardwareConcurrency },
      notes: [],
    }];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Writes a model a matrix at a time: all have the same entries, which takes no time off. */
async function writeModel(
  path: string,
  matrices: number,
  order: number,
): Promise<void> {
  const one = floats([order, order], normals(order * order, 1)),
    none = new Uint8Array(0);
  const empty = { ...one, bytes: none };
  // The header of a file whose tensors have bytes, without them.
  const places = Array.from(
    { length: matrices },
    (_, i) => [`layers.${i}.weight`, empty] as const,
  );
  const header = JSON.parse(
    new TextDecoder().decode(modelFile(Object.fromEntries(places)).subarray(8)),
  ) as Record<string, { data_offsets: [number, number] }>;
  Object.values(header).forEach((info, i) =>
    info.data_offsets = [i, i + 1].map((k) => k * one.bytes.length) as [
      number,
      number,
    ]
  );
  const text = new TextEncoder().encode(JSON.stringify(header));
  using file = await Deno.open(path, { write: true, create: true });
  const writer = file.writable.getWriter();
  await writer.write(
    new Uint8Array(BigUint64Array.of(BigInt(text.length)).buffer),
  );
  await writer.write(text);
  for (let i = 0; i < matrices; i++) await writer.write(one.bytes);
  writer.releaseLock();
}

/** Runs the program, and reads its peak memory off the system while it runs. */
async function runProgram(
  path: string,
  folder: string,
): Promise<{ milliseconds: number; memory: number }> {
  const start = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      program,
      path,
      "--out",
      `${folder}/out`,
      "--overwrite",
      "--quiet",
    ],
    stdin: "null",
  }).spawn();
  let memory = NaN;
  const timer = setInterval(() => memory = peakOf(child.pid) ?? memory, 50);
  const { success } = await child.status;
  clearInterval(timer);
  if (!success) throw new Error("the program weights failed");
  return { milliseconds: performance.now() - start, memory };
}

/** Peak resident memory of a process in MiB; `null` where it cannot be told. */
function peakOf(pid: number): number | null {
  try {
    const [, kibibytes] = /VmHWM:\s+(\d+) kB/.exec(Deno.readTextFileSync(`/proc/${pid}/status`)) ??
      [];
    return kibibytes === undefined ? null : Number(kibibytes) / 1024;
  } catch {
    return null;
  }
}
