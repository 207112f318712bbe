/**
 * What a second compiler of shaders changes: the same kernels by wgpu, whose compiler is naga, and
 * by Dawn, whose compiler is Tint, on the same driver. Dawn refuses Mesa's lavapipe, so where there
 * is no GPU the driver of both is SwiftShader, and wgpu on lavapipe stands beside them.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { lowerMedian } from "../../src/stats/median.ts";
import { SWIFTSHADER } from "../support/dawn_files.ts";
import { atLeast, type Bench, digits, type Section } from "./section.ts";
import { ratio, type Times } from "./timing.ts";

/** What `compiler_peer.ts` prints. */
export interface CompilerTimes {
  /** Name of the adapter. */
  readonly adapter: string;
  /** Its best. */
  readonly peak: {
    readonly flopsPerSecond: number;
    readonly bytesPerSecond: number;
    readonly dispatchMilliseconds: number;
    readonly waitMilliseconds: number;
  };
  /** Each work: time of the first measurement, which compiles, and of the others. */
  readonly works: { readonly title: string; readonly first: number; readonly all: readonly number[] }[];
}

/** An implementation, and the driver that it runs on; `null` for that of the machine. */
interface Contestant {
  readonly name: string;
  readonly implementation: "dawn" | "wgpu";
  readonly driver: string | null;
}

/** On a GPU both have its driver. */
const ON_GPU: readonly Contestant[] = [
  { name: "Dawn", implementation: "dawn", driver: null },
  { name: "wgpu", implementation: "wgpu", driver: null },
];

const ON_CPU: readonly Contestant[] = [
  { name: "Dawn, SwiftShader", implementation: "dawn", driver: SWIFTSHADER },
  { name: "wgpu, SwiftShader", implementation: "wgpu", driver: SWIFTSHADER },
  { name: "wgpu, own adapter", implementation: "wgpu", driver: null },
];

/** The same kernels, each implementation in a process of its own. */
export async function compilerBench({ gpu, window, repeats, skip }: Bench): Promise<Section[]> {
  const hasSwiftShader = await Deno.stat(SWIFTSHADER).then(() => true, () => false);
  if (gpu.software && !hasSwiftShader) {
    skip("compilers are left out: no SwiftShader; install chromium");
    return [];
  }
  const found: (CompilerTimes & { readonly name: string })[] = [];
  for (const { name, implementation, driver } of gpu.software ? ON_CPU : ON_GPU) {
    const program = fileURLToPath(new URL("compiler_peer.ts", import.meta.url));
    const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", program, implementation, `${window}`, `${repeats}`],
      env: driver === null ? {} : { VK_ICD_FILENAMES: driver },
    }).output();
    const text = new TextDecoder().decode(success ? stdout : stderr).trim();
    if (success) found.push({ name, ...JSON.parse(text.split("\n").at(-1)!) });
    else skip(`${name} is left out: ${text.split("\n").at(-1)}`);
  }
  const titles = found[0]?.works.map(({ title }) => title) ?? [];
  return titles.map((title, work) => {
    const all = found.map((one) => timesOf(one.name, one.works[work].all));
    return {
      title: `${title}, by compiler, ms`,
      lines: all.map((times, i) => ({
        name: times.name,
        times,
        verdict: i === 0 ? null : atLeast(ratio(times, all[0]), null),
      })),
      facts: { first: Object.fromEntries(found.map((one) => [one.name, one.works[work].first])) },
      notes: [
        `the first, which compiles, takes ${
          found.map((one) => `${digits(one.works[work].first / 1000)} s (${one.name})`).join(", ")
        }`,
        ...(work > 0
          ? []
          : found.map(({ name, adapter, peak }) =>
            `${name}: ${adapter}, fma ${digits(peak.flopsPerSecond / 1e9)} GFLOP/s, copy ` +
            `${digits(peak.bytesPerSecond / 1e9)} GB/s, a dispatch ${
              digits(1000 * peak.dispatchMilliseconds)
            } µs, ` +
            `a wait ${digits(peak.waitMilliseconds)} ms`
          )),
      ],
    };
  });
}

function timesOf(name: string, all: readonly number[]): Times {
  return { name, median: lowerMedian(all), least: Math.min(...all), most: Math.max(...all), all };
}
