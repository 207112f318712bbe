/**
 * Data of the figure of early directional convergence.
 *
 * @module
 */
import type { DirectionalFigureData } from "./figure.ts";
import type { DirectionalPlan } from "./plan.ts";
import type { CaseResult, FlowPath } from "./study_case.ts";
import { ALIGNED, RANK_ONE } from "./claims.ts";

/**
 * Sorts the results of the cases into the panels of the figure.
 *
 * @param plan The study.
 * @param results The cases.
 * @returns Data of the figure. A flow begins where that of the next larger δ ends, and ends where
 * its loss has fallen by 1 %.
 */
export function directionalFigureData(
  plan: DirectionalPlan,
  results: readonly CaseResult[],
): DirectionalFigureData {
  const { deltas, directions, seed, samples, inputs, targets, learningRate } = plan;
  const what = targets === "neuron" ? "targets of a planted neuron" : "random targets";
  return {
    title: "Early directional convergence from small weights",
    subtitle:
      `${samples} samples on a sphere in ${inputs} dimensions, ${what} · learning rate ${learningRate} · ` +
      `${directions} directions of seed ${seed}`,
    deltas,
    replicas: directions,
    aligned: 1 - ALIGNED,
    rankOne: RANK_ONE,
    rows: results.map(({ name, order, hidden, paths, kkt }) => ({
      label: `${name}, L = ${order}`,
      paths: paths.map((path) => {
        const rung = deltas.indexOf(path.delta);
        const above = paths.find((other) =>
          other.replica === path.replica && other.delta === deltas[rung - 1]
        );
        return { rung, hasLeft: path.hasLeft, ...seriesOf(path, above?.early.step ?? 0) };
      }),
      ratios: hidden.map((_, l) =>
        Array.from({ length: directions }, (_, replica) => {
          const own = [
            kkt.find((point) => point.replica === replica),
            ...deltas.toReversed().map((delta) =>
              paths.find((path) => path.replica === replica && path.delta === delta)?.early
            ),
          ];
          return own.map((point) => point?.ratios[l] ?? NaN);
        })
      ),
    })),
  };
}

/** Leaves out records before the step `from`: they would repeat the path of a larger δ. */
function seriesOf({ points, early }: FlowPath, from: number) {
  const first = Math.max(0, points.findLastIndex(({ step }) => step <= from));
  const shown = points.slice(first, points.indexOf(early) + 1);
  return {
    time: shown.map(({ time }) => time),
    earlyTime: shown.map(({ earlyTime }) => earlyTime),
    distance: shown.map(({ cosine }) => 1 - cosine),
    growth: shown.map(({ growth }) => Math.exp(growth)),
    residual: shown.map(({ residual }) => residual),
  };
}
