/**
 * Data of the figure of a phase diagram.
 *
 * @module
 */
import { scientific } from "../../plot/core/format.ts";
import { phaseCells, type PhaseNetwork } from "./cells.ts";
import { phaseFigure } from "./figure.ts";
import type { PhasePlan } from "./plan.ts";

/**
 * Draws the maps of a phase diagram, at its first threshold.
 *
 * @param plan The diagram.
 * @param networks Its networks.
 * @returns A standalone SVG document.
 */
export function drawPhases(plan: PhasePlan, networks: readonly PhaseNetwork[]): string {
  const { task, depth, activation, initializer, optimizer, momentum, batch, steps, seed } = plan;
  const { epsilons: [epsilon], threshold, widths, initScales, learningRates, replicasOfEach } = plan;
  const cells = phaseCells(networks, 0);
  const hasMomentum = optimizer === "momentum" || optimizer === "nesterov";
  const shape = [task.inputs, ...new Array<string>(depth).fill("w"), task.outputs].join("-");
  return phaseFigure({
    title: `Phases of training: ${task.description}`,
    subtitle: `${shape} ${activation}, ${initializer} · ${optimizer}${hasMomentum ? ` ${momentum}` : ""}, ` +
      `${steps} steps, ${
        batch ?? task.train.count
      } samples · ${replicasOfEach} networks a cell, seed ${seed} · ` +
      `λ > ${scientific(epsilon)}${threshold === "relative" ? " λ₁" : ""}`,
    initScales,
    learningRates,
    maps: widths.map((width) => ({ width, cells: cells.filter((cell) => cell.width === width) })),
    highestLoss: plan.constantLoss,
  });
}
