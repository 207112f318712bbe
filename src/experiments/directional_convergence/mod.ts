/**
 * Early directional convergence: from small weights a homogeneous network first turns, to a KKT point of the neural correlation
 * function, and only then grows (Kumar, Haupt, arXiv:2403.08121).
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { directionalFigure } from "./figure.ts";
import { directionalFigureData } from "./figure_data.ts";
import {
  type CompleteDirectionalOptions,
  completeDirectionalOptions,
  directionalCases,
  type DirectionalOptions,
} from "./options.ts";
import { type CaseResult, studyCase } from "./study_case.ts";
import { alignmentTable, flowTable, ratioTable } from "./tables.ts";
import { directionalVerdicts } from "./verdicts.ts";
import type { Divergence, ExperimentResult } from "../core/record.ts";

/** A finished study: its cases, its verdicts, its tables and its picture. */
export interface DirectionalResult extends ExperimentResult<CompleteDirectionalOptions> {
  /** The cases that came to their end. */
  readonly cases: readonly CaseResult[];
  /** The table of all records, as CSV. */
  readonly table: string;
  /** The table of what is measured before the loss moves, as CSV. */
  readonly alignment: string;
  /** The table of σ₂/σ₁ there, as CSV. */
  readonly ratios: string;
  /** The figure, as SVG. */
  readonly figure: string;
}

/**
 * Follows the gradient flow of networks without biases from weights δ·ŵ₀ for a ladder of δ, and compares their direction, while the
 * loss is within 1 % of its start, with the KKT point of the neural correlation function that projected ascent reaches from ŵ₀.
 *
 * With û = w/‖w‖ and ds = ‖w‖^(L−2) dt the early flow is dû/ds = (I − ûûᵀ)∇N(û), d log‖w‖/ds = L·N(û): the direction moves as far as
 * the logarithm of the norm grows, so that a smaller δ leaves it more room before the loss moves. All flows of a seed take the path
 * of the ascent and leave it one after the other. Steps are a share of the norm of the weights, in polar coordinates, which costs a
 * small δ no digits (`shaders/nn/optim/polar_flow.wgsl`).
 *
 * The theory asks for gradients without jumps, which powers from 2 of (leaky) ReLU have; networks with kinks are studied beside them.
 * A seed has its own samples and its own ŵ₀: confidence intervals are over both. An ascent that lingers at a saddle of N, or whose
 * rates lie close to each other, needs a δ that is exponentially small.
 *
 * @param gpu Device.
 * @param options Networks, losses, ladder.
 * @param onProgress Called now and then, with the number of steps made in all cases.
 * @returns The study. One that the signal stopped has the cases that were done by then.
 * @throws {InputError} Where an option is out of range, or a network not homogeneous of an order above 2.
 */
export async function directionalConvergence(
  gpu: Gpu,
  options: DirectionalOptions = {},
  onProgress: (steps: number) => void = () => {},
): Promise<DirectionalResult> {
  const complete = completeDirectionalOptions(options), { deltas, replicas, steps } = complete;
  const kinds = directionalCases(complete);
  const cases: CaseResult[] = [], diverged: Divergence[] = [];
  const stepsOfCase = steps / kinds.length;
  const start = performance.now();
  for (const [index, kind] of kinds.entries()) {
    const before = index * stepsOfCase;
    const result = await studyCase(gpu, complete, kind, options.signal, (made) => onProgress(before + made));
    if (!result.isWhole) break;
    onProgress(before + stepsOfCase);
    cases.push(result);
    for (const { replica, step, delta, seed } of result.lost) {
      const description = `${kind.name}, δ = ${delta}, seed ${seed} diverged at step ${step}`;
      diverged.push({ replica: index * replicas + replica, step, description });
    }
  }
  return {
    options: complete,
    isStopped: cases.length < kinds.length,
    cases,
    verdicts: cases.flatMap((result) => directionalVerdicts(result, deltas)),
    diverged,
    table: flowTable(cases),
    alignment: alignmentTable(cases),
    ratios: ratioTable(cases),
    figure: directionalFigure(directionalFigureData(complete, cases)),
    timing: { steps: cases.length * stepsOfCase, milliseconds: performance.now() - start },
  };
}
