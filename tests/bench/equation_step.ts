/**
 * Steps on a differential equation beside PyTorch.
 *
 * @module
 */
import { loadTask } from "../../src/tasks/registry.ts";
import { atMost, type Bench, type Line, type Section } from "./section.ts";
import { ratio, timeInTurns } from "./timing.ts";
import { type TrainingRate, trainingRate } from "./training_rate.ts";

/** Network, and samples of the equation, of which a fifth lie on the boundary. */
const WIDTHS = [2, 50, 50, 1], SAMPLES = 1280;
/** How PyTorch takes second derivatives, and the largest share of its time that we may take. */
const PEERS = [
  { way: "double_backward", name: "PyTorch, double backward", bar: 1 },
  { way: "jets", name: "PyTorch, jets written by hand", bar: 1.2 },
] as const;
/** Most dispatches of a step. */
const DISPATCHES_BAR = 2;

/**
 * A step of `poisson2d` with Adam beside one of PyTorch on −Δu = 1, which takes derivatives at all
 * samples.
 *
 * @param bench What every benchmark is given.
 * @returns The section.
 */
export async function equationStep(bench: Bench): Promise<Section[]> {
  const { gpu, python, window } = bench;
  const options = {
    task: { ...await loadTask("poisson2d", { samples: SAMPLES }), test: null },
    hidden: WIDTHS.slice(1, -1),
    activation: "tanh",
    optimizer: { name: "adam", learningRate: 1e-3 },
  } as const;
  let rate: TrainingRate | null = null;
  const ours = async () => (rate = await trainingRate(gpu, options, window)).milliseconds;
  const peers = python?.versions.torch ? PEERS : [];
  const [own, ...others] = await timeInTurns([
    { name: "Staircase", measure: ours },
    ...peers.map(({ name, way }) => ({
      name,
      measure: () =>
        python!.time({
          job: "equation_step",
          window,
          widths: WIDTHS,
          samples: SAMPLES,
          way,
        }),
    })),
  ], bench);
  const lines: Line[] = others.map((times, index) => ({
    name: times.name,
    times,
    verdict: atMost(ratio(own, times), peers[index].bar),
  }));
  const { dispatchesPerStep } = rate!;
  return [{
    title: `adam step of poisson2d, ${WIDTHS.join("-")} tanh, ${SAMPLES} samples, ms`,
    lines: [
      { name: own.name, times: own, verdict: null },
      ...lines,
      {
        name: "dispatches a step",
        times: null,
        verdict: atMost(
          dispatchesPerStep,
          gpu.software ? DISPATCHES_BAR : null,
          "",
        ),
      },
    ],
    facts: { dispatchesPerStep },
    notes: [
      "ratios are our time over the other's; Staircase carries no derivatives on the boundary",
    ],
  }];
}
