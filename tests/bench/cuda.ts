/**
 * What a GPU is for, beside what people run there: a step of a small network, a thousand networks
 * at once, thousands of spectra. Peers are PyTorch with CUDA graphs, `torch.linalg.eigvalsh`, which
 * calls cuSOLVER, and JAX, jitted, with `scan` over steps and `vmap` over networks.
 *
 * The bars are those of a GPU of the class of an H100, and nothing here was ever measured on one.
 *
 * @module
 */
import { eigvalsh } from "../../src/linalg/eigen/eigvalsh.ts";
import { squareMatrix } from "../../src/linalg/matrix.ts";
import { tanhGram } from "../support/counting.ts";
import type { Device, Library } from "./python.ts";
import { atLeast, atMost, type Bench, type Line, type Section } from "./section.ts";
import { clocked, type Contestant, ratio, timeInTurns, type Times } from "./timing.ts";
import { trainingRate } from "./training_rate.ts";
import { SMALL, trainingOptions, type Workload, workloadName } from "./workload.ts";

/** Sizes of the work, which tests make smaller. */
export interface CudaSizes {
  /** Network of a single run. */
  readonly single: Workload;
  /** Network of many. */
  readonly many: Workload;
  /** How many. */
  readonly replicas: number;
  /** Order and number of the matrices. */
  readonly order: number;
  readonly batch: number;
}

const SIZES: CudaSizes = {
  single: SMALL,
  many: { ...SMALL, widths: [1, 16, 16, 1], samples: 64 },
  replicas: 1024,
  order: 64,
  batch: 4096,
};
/** Speed relative to PyTorch with CUDA graphs, at least. */
const STEP_BAR = 1;
/** Time of all networks, as a multiple of that of one, at most. */
const REPLICAS_BAR = 10;
/** Time of the spectra, as a multiple of cuSOLVER's, at most. */
const SPECTRA_BAR = 2;
/** Steps that JAX makes in a call. */
const SCANNED = 100;

/** Names of the peers. */
const NAMES: Readonly<Record<Library, string>> = {
  torch: "PyTorch",
  jax: "JAX, scan and vmap",
};
const LIBRARIES: readonly Library[] = ["torch", "jax"];

/**
 * Small networks and small matrices on a GPU.
 *
 * @param bench What every benchmark is given.
 * @param device Where the peers compute; tests take the CPU. Default: `cuda`.
 * @param sizes Sizes of the work.
 * @returns A section for a step, one for many networks, one for spectra.
 */
export async function cudaBench(
  bench: Bench,
  device: Device = "cuda",
  sizes: CudaSizes = SIZES,
): Promise<Section[]> {
  const { gpu, python, skip } = bench;
  if (gpu.software && device === "cuda") {
    skip(`cuda is left out: ${gpu.adapterName} is no GPU`);
    return [];
  }
  const peers: Library[] = [], facts: Record<string, string> = {};
  for (const library of LIBRARIES) {
    const found = await python?.reach(library, device) ??
      { missing: "there is no Python" };
    if ("name" in found) {
      peers.push(library);
      facts[library] = found.name;
    } else skip(`${NAMES[library]} on ${device} is left out: ${found.missing}`);
  }
  const hasBars = device === "cuda";
  const time = (
    library: Library,
    work: string,
    shape: Readonly<Record<string, unknown>>,
  ) =>
  () =>
    python!.time({
      job: "on_device",
      window: bench.window,
      library,
      work,
      device,
      ...shape,
    });
  const made: Section[] = [];
  for (const make of [stepSection, replicaSection, spectraSection]) {
    const section = await make(bench, sizes, { peers, time, hasBars });
    made.push({ ...section, facts: { ...section.facts, device, ...facts } });
  }
  return made;
}

/** The peers that are here. */
interface Peers {
  readonly peers: readonly Library[];
  readonly time: (
    library: Library,
    work: string,
    shape: Readonly<Record<string, unknown>>,
  ) => () => Promise<number>;
  /** Whether ours are judged. */
  readonly hasBars: boolean;
}

/** Contestants that train; JAX in whole calls. */
function trainers(
  { peers, time, hasBars }: Peers,
  { widths, samples }: Workload,
  replicas: number,
): Contestant[] {
  return peers.map((library) => ({
    name: NAMES[library] + (library === "torch" && hasBars ? ", CUDA graph" : ""),
    measure: time(library, "steps", {
      widths,
      samples,
      replicas,
      least: library === "jax" ? SCANNED : 1,
    }),
  }));
}

/** Lines of peers: how many times as fast we are; judged is the one whose name starts so. */
function beside(
  ours: Times,
  others: readonly Times[],
  judged: string,
  bar: number | null,
): Line[] {
  return others.map((times) => ({
    name: times.name,
    times,
    verdict: atLeast(
      ratio(times, ours),
      times.name.startsWith(judged) ? bar : null,
    ),
  }));
}

async function stepSection(
  bench: Bench,
  { single }: CudaSizes,
  peers: Peers,
): Promise<Section> {
  const options = await trainingOptions(single);
  const measure = async () => (await trainingRate(bench.gpu, options, bench.window)).milliseconds;
  const [ours, ...others] = await timeInTurns(
    [{ name: "Staircase", measure }, ...trainers(peers, single, 1)],
    bench,
  );
  return {
    title: `${workloadName(single)}, beside ${place(peers)}, ms`,
    lines: [
      { name: ours.name, times: ours, verdict: null },
      ...beside(ours, others, NAMES.torch, peers.hasBars ? STEP_BAR : null),
    ],
    facts: {},
    notes: [],
  };
}

async function replicaSection(
  bench: Bench,
  { many, replicas }: CudaSizes,
  peers: Peers,
): Promise<Section> {
  const options = await trainingOptions(many);
  const [all, one, ...others] = await timeInTurns([
    ...[replicas, 1].map((replicas) => ({
      name: `${replicas} of Staircase`,
      measure: async () =>
        (await trainingRate(bench.gpu, { ...options, replicas }, bench.window))
          .milliseconds,
    })),
    ...trainers(peers, many, replicas),
  ], bench);
  return {
    title: `${replicas} replicas, ${workloadName(many)}, beside ${place(peers)}, ms a step of all`,
    lines: [
      {
        name: all.name,
        times: all,
        verdict: atMost(
          ratio(all, one),
          peers.hasBars ? REPLICAS_BAR : null,
          "× one",
        ),
      },
      { name: one.name, times: one, verdict: null },
      ...beside(all, others, "", null),
    ],
    facts: { replicas },
    notes: [],
  };
}

async function spectraSection(
  bench: Bench,
  { order, batch }: CudaSizes,
  { peers, time, hasBars }: Peers,
): Promise<Section> {
  // Times hardly depend on the matrices, and a few are made fast.
  const some = Array.from(
    { length: Math.min(batch, 64) },
    (_, seed) => tanhGram(order, seed, 2 * order),
  );
  const matrices = Array.from(
    { length: batch },
    (_, i) => squareMatrix(some[i % some.length]),
  );
  const [ours, ...others] = await timeInTurns([
    { name: "eigvalsh", measure: clocked(() => eigvalsh(bench.gpu, matrices)) },
    ...peers.flatMap((library) =>
      [false, true].map((resident) => ({
        name: `${library}.linalg.eigvalsh${resident ? ", on the device" : ""}`,
        measure: time(library, "eigvalsh", { order, batch, resident }),
      }))
    ),
  ], bench);
  const cuSolver = others.find(({ name }) => name === "torch.linalg.eigvalsh");
  return {
    title: `eigenvalues of ${batch} matrices of order ${order}, beside ${place({ peers, hasBars })}, ms`,
    lines: [
      {
        name: ours.name,
        times: ours,
        verdict: cuSolver
          ? atMost(
            ratio(ours, cuSolver),
            hasBars ? SPECTRA_BAR : null,
            "× torch",
          )
          : null,
      },
      ...beside(ours, others, "", null),
    ],
    facts: { order, batch },
    notes: [
      "from the host's matrices to the host's numbers, but where it says on the device",
    ],
  };
}

function place({ peers, hasBars }: Pick<Peers, "peers" | "hasBars">): string {
  return peers.length === 0 ? "none" : hasBars ? "CUDA" : "the CPU";
}
