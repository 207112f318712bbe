/**
 * Early directional convergence: from small weights a homogeneous network first turns, to a KKT
 * point of the neural correlation function, and only then grows (Kumar, Haupt, arXiv:2403.08121).
 *
 * @module
 */
import type { TableOf } from "../../cli/options.ts";
import { defineExperiment, type Divergence, type Experiment, type Run } from "../core/experiment.ts";
import { type Columns, table } from "../../io/table.ts";
import { directionalClaims } from "./claims.ts";
import {
  type DirectionalCase,
  directionalCases,
  type DirectionalOptions,
  directionalOptions,
  type DirectionalPlan,
  directionalPlan,
} from "./plan.ts";
import { type CaseResult, type FlowPath, type FlowPoint, studyCase } from "./study_case.ts";

/** A row of a table: a point of a flow, or a KKT point, whose δ is 0. */
interface PointRow extends Pick<FlowPath, "delta" | "replica"> {
  readonly kind: CaseResult;
  readonly point: FlowPoint;
}

/** The point at which a flow is measured, or a KKT point, which has no path. */
interface EndRow extends PointRow {
  readonly path: FlowPath | null;
}

/** Columns that name the flow of a row. */
const place: Columns<PointRow> = {
  network: { help: "widths from the input to the output", value: ({ kind }) => kind.widths.join("-") },
  activation: { help: "activation of the hidden layers", value: ({ kind }) => kind.activation },
  loss_name: { help: "square or logistic", value: ({ kind }) => kind.loss },
  delta: { help: "norm of the weights at the start; 0 for a KKT point", value: ({ delta }) => delta },
  replica: { help: "direction to start from, from 0", value: ({ replica }) => replica },
};

const residuals: Columns<PointRow> = {
  residual: { help: "KKT residual ‖(I − ûûᵀ)∇N(û)‖ / ‖∇N(û)‖", value: ({ point }) => point.residual },
  mean_residual: {
    help: "norm of the mean of that vector since the record before",
    value: ({ point }) => point.drift,
  },
};

/**
 * Follows the gradient flow of networks without biases from weights δ·ŵ₀ for a ladder of δ. While
 * the loss is within 1 % of its start, it compares their direction with the KKT point of the neural
 * correlation function that projected ascent reaches from ŵ₀.
 *
 * With û = w/‖w‖ and ds = ‖w‖^(L−2) dt the early flow is dû/ds = (I − ûûᵀ)∇N(û), d log‖w‖/ds =
 * L·N(û). The direction moves as far as the logarithm of the norm grows, so a smaller δ leaves it
 * more room before the loss moves. All flows from one direction take the path of the ascent and
 * leave it one after the other. Steps are a share of the norm of the weights, in polar coordinates,
 * so a small δ costs no digits (`shaders/nn/optim/polar_flow.wgsl`).
 *
 * The theory assumes gradients without jumps, which powers from 2 of (leaky) ReLU have. Networks
 * with kinks are studied as well. Each replica has its own samples and its own ŵ₀: confidence
 * intervals are over both. An ascent that lingers at a saddle of N, or whose rates lie close to
 * each other, needs an exponentially small δ.
 */
export const directionalConvergence: Experiment<TableOf<DirectionalOptions>, DirectionalPlan, CaseResult> =
  defineExperiment({
    name: "directional-convergence",
    summary:
      "follow networks from ever smaller weights to the KKT point of their neural correlation function",
    source: "Kumar, Haupt, arXiv:2403.08121",
    examples: [
      { args: "--networks 20,20:relu^2 --deltas 0.1,0.01", help: "study one network with two norms" },
      { args: "--targets random --samples 50 --loss square", help: "learn random targets" },
    ],
    label: "flows",
    options: directionalOptions,
    plan: directionalPlan,
    runs: (plan) => directionalCases(plan).map((kind) => caseRun(plan, kind)),
    claims: (cases, plan) => cases.flatMap((result) => directionalClaims(result, plan)),
    tables: {
      "directional_convergence.csv": ({ rows }) =>
        table(
          rows.flatMap((kind) =>
            kind.paths.flatMap(({ delta, replica, points }) =>
              points.map((point) => ({ ...point, kind, delta, replica, point, start: points[0].loss }))
            )
          ),
          {
            ...place,
            step: "steps made before the record",
            time: "time s = ∫ ‖w‖^(L−2) dt, in which all flows follow one path",
            early_time: "time δ^(L−2) t, in which early flows grow alike",
            norm: "norm ‖w‖ of the weights",
            growth: {
              help: "norm of the weights divided by that at the start, ‖w‖ / δ",
              value: ({ point }) => Math.exp(point.growth),
            },
            loss: "loss over the samples of the replica",
            relative_loss: {
              help: "loss divided by that at the start",
              value: ({ point, start }) => point.loss / start,
            },
            correlation: "neural correlation N(û)",
            gradient: "norm of the gradient of the neural correlation, ‖∇N(û)‖",
            ...residuals,
            cosine: "cosine between w and the KKT point of the replica",
          },
        ),
      "alignment.csv": ({ rows }) =>
        table(ends(rows), {
          ...place,
          has_left: {
            help: "whether the loss has fallen by 1 %; empty for a KKT point",
            value: ({ path }) => path && path.hasLeft,
          },
          step: {
            help: "last step before the loss has fallen by 1 %, or of the ascent",
            value: ({ point }) => point.step,
          },
          norm: { help: "‖w‖ there; empty for a KKT point", value: ({ path, point }) => path && point.norm },
          cosine: {
            help: "cosine between w and the KKT point there; empty for a KKT point",
            value: ({ path, point }) => path && point.cosine,
          },
          correlation: { help: "neural correlation N(û) there", value: ({ point }) => point.correlation },
          ...residuals,
        }),
      "weight_ratios.csv": ({ rows }) =>
        table(
          ends(rows).flatMap((row) => row.point.ratios.map((ratio, l) => ({ ...row, layer: l + 1, ratio }))),
          {
            ...place,
            layer: "hidden weight matrix, from 1",
            ratio: "second singular value divided by the first",
          },
        ),
    },
    figures: {
      "directional_convergence.svg": async ({ plan, rows }) => {
        const [{ directionalFigure }, { directionalFigureData }] = await Promise.all([
          import("./figure.ts"),
          import("./figure_data.ts"),
        ]);
        return directionalFigure(directionalFigureData(plan, rows));
      },
    },
  });

/** Makes a run of a case. A case that was stopped keeps nothing. */
function caseRun(plan: DirectionalPlan, kind: DirectionalCase): Run<CaseResult> {
  const steps = 2 * plan.flowSteps + plan.ascentSteps;
  return {
    label: kind.name,
    steps,
    networks: plan.replicas,
    async execute({ gpu, signal, onProgress }) {
      const start = performance.now();
      const result = await studyCase(gpu, plan, kind, signal, onProgress);
      const milliseconds = performance.now() - start;
      if (result.status === "stopped") {
        return { rows: [], diverged: [], status: "stopped", steps: 0, milliseconds };
      }
      const diverged = result.lost.map(({ index, step, delta, replica }): Divergence => ({
        replica: index,
        step,
        description: `${kind.name}, δ = ${delta}, replica ${replica} diverged at step ${step}`,
      }));
      const status = diverged.length === plan.replicas ? "diverged" : "done";
      return { rows: [result], diverged, status, steps, milliseconds };
    },
  };
}

/** Lists the points at which flows are measured, and the KKT points. */
function ends(results: readonly CaseResult[]): EndRow[] {
  return results.flatMap((kind): EndRow[] => [
    ...kind.paths.map((path) => {
      const { delta, replica, early: point } = path;
      return { kind, delta, replica, point, path };
    }),
    ...kind.kkt.map((point) => ({ kind, delta: 0, replica: point.replica, point, path: null })),
  ]);
}
