/**
 * Reports of made-up runs.
 *
 * @module
 */
import type { NetworkSnapshot } from "../../src/cockpit/data/networks.ts";
import type { RunFacts } from "../../src/cockpit/data/run_file.ts";
import { parameterLayout } from "../../src/nn/layout.ts";
import { rankInterval, type Threshold } from "../../src/rank/certificates/rank_interval.ts";
import { reportPage } from "../../src/report/report_page.ts";
import { runReport } from "../../src/report/run_report.ts";
import { uniform } from "../../src/stats/random.ts";
import { summarize } from "../../src/train/summary.ts";
import type { Probe, Trace } from "../../src/train/trace.ts";

/** Size of a made-up run. */
export interface RunShape {
  /** Number of replicas. Default: 1. */
  readonly replicas?: number;
  /** Number of probes of each. Default: 40. */
  readonly probes?: number;
  /** Neurons of the hidden layers. Default: 9 and 7. */
  readonly widths?: readonly number[];
  /** Thresholds. Default: 10⁻² and 10⁻⁶. */
  readonly epsilons?: readonly number[];
  /** Probes from one with spectra to the next. Default: 3. */
  readonly every?: number;
  /** Whether some values are NaN or infinite. Default: no. */
  readonly isWild?: boolean;
}

/**
 * Makes up a trace: eigenvalues that rise with the steps, some at a threshold itself, with bounds
 * of many sizes.
 *
 * @param shape Its size.
 * @returns The trace. Replica 1 ends halfway.
 */
export function madeUpTrace(shape: RunShape = {}): Trace {
  const { replicas = 1, probes: count = 40, widths = [9, 7], epsilons = [1e-2, 1e-6], every = 3 } = shape;
  const random = uniform(5), rare = () => shape.isWild === true && random() < 0.02;
  const probes: Probe[] = [];
  for (let p = 0; p < count; p++) {
    for (let replica = 0; replica < replicas; replica++) {
      if (replica === 1 && 2 * p > count) continue;
      const layers = widths.map((width, l) => {
        const eigenvalues = Float64Array.from(
          { length: width },
          (_, i) => rare() ? NaN : random() < 0.02 ? 1e-6 : 10 ** (1 - i * (6 - 4 * p / count) + random()),
        )
          .sort().reverse();
        const bounds = eigenvalues.map((value) =>
          rare() ? Infinity : random() < 0.5 ? 0 : value * 10 ** -(8 * random())
        );
        const ranks = epsilons.map((epsilon) => rankInterval(eigenvalues, bounds, epsilon));
        return { layer: l + 1, eigenvalues, bounds, ranks, precision: "single" as const };
      });
      const loss = rare() ? NaN : 2 * Math.exp(-4 * p / count) * (1 + 0.1 * random());
      const base = { step: 10 * p, replica, loss, accuracy: null };
      probes.push(
        p % every === 0
          ? {
            ...base,
            kind: "spectrum",
            floors: epsilons.map((epsilon) => loss / (2 + epsilon)),
            layers: layers.map((layer) => ({ ...layer, kind: "spectrum" })),
          }
          : {
            ...base,
            kind: "count",
            layers: layers.map(({ layer, ranks }) => ({ kind: "count", layer, ranks, precision: "double" })),
          },
      );
    }
  }
  return { replicas, epsilons, losses: [], probes };
}

/**
 * Makes up networks of a run, some of whose parameters are NaN if it is wild.
 *
 * @param shape Size of the run.
 * @param inputs Number of inputs. Default: 1.
 * @returns Snapshots at three steps.
 */
export function madeUpNetworks(shape: RunShape = {}, inputs = 1): NetworkSnapshot[] {
  const { replicas = 1, widths: hidden = [9, 7], isWild = false } = shape, random = uniform(3);
  const widths = [inputs, ...hidden, 1], samples = 25;
  const numbers = (length: number, of = () => 2 * random() - 1) => Float32Array.from({ length }, of);
  const x = numbers(samples * inputs), targetY = numbers(samples);
  return [0, 70, 300].map((step) => ({
    step,
    widths,
    activations: hidden.map(() => "tanh"),
    replicas,
    arrays: {
      parameters: numbers(
        4 * parameterLayout(widths).size * replicas,
        () => isWild && random() < 0.01 ? NaN : 4 * random() - 2,
      ),
      x,
      weights: numbers(samples, () => 1 / samples),
      targetX: x,
      targetY,
    },
  }));
}

/** Facts of a made-up run. */
export const madeUpFacts: RunFacts = {
  title: "A made-up run",
  subtitle: "1-9-7-1 tanh",
  lossName: "mean squared error",
  replicaNames: [],
  command: "deno task staircase --seed 3",
  sections: [{ title: "Configuration", rows: [["seed", "3"]] }],
};

/**
 * Writes the report of a trace into a file.
 *
 * @param trace The trace.
 * @param facts Facts that differ from the made-up ones.
 * @param snapshots Its networks. Default: none.
 * @returns Path, address, and size of the page; the file is deleted with it.
 */
export async function reportFile(
  trace: Trace,
  facts: Partial<RunFacts> = {},
  snapshots: readonly NetworkSnapshot[] = [],
): Promise<{ readonly path: string; readonly url: string; readonly bytes: number } & Disposable> {
  const input = { trace, summary: summarize(trace), threshold: "absolute" as Threshold };
  const pieces = await reportPage(runReport({ ...input, snapshots, facts: { ...madeUpFacts, ...facts } }));
  const path = await Deno.makeTempFile({ suffix: ".html" });
  await Deno.writeTextFile(path, pieces.join(""));
  const bytes = (await Deno.stat(path)).size;
  return { path, url: `file://${path}`, bytes, [Symbol.dispose]: () => Deno.removeSync(path) };
}
