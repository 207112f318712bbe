/**
 * The figures of the study.
 *
 * @module
 */
import { convergenceFigure } from "./convergence.ts";
import { countErrorsFigure } from "./count_errors.ts";
import { growthFigure } from "./growth.ts";
import { methodCostsFigure } from "./method_costs.ts";
import { rooflineFigure } from "./roofline.ts";
import { spectrumErrorsFigure } from "./spectrum_errors.ts";
import { families } from "../families/mod.ts";
import { GROWTH_FEATURES, growthTime, THEORY } from "../growth.ts";
import type { CostRow, GrowthAxis, MethodKey } from "../rows.ts";
import type { KernelStudy } from "../study.ts";

/** Drawings of a study, by name. Those of accuracy show the largest matrices. */
export const kernelStudyFigures = {
  /** Errors of ranks against ε. */
  counts: drawCounts,
  /** Errors of eigenvalues, and their certificates, against λ. */
  eigenvalues: drawEigenvalues,
  /** Time against the batch, and the share of the peak. */
  cost: drawCost,
  /** Time against n and m. */
  growth: drawGrowth,
  /** Operations a second against operations a byte. */
  roofline: drawRoofline,
  /** What sweeps of rotations leave off the diagonal, and what is certified then. */
  convergence: drawConvergence,
} satisfies Readonly<Record<string, (study: KernelStudy) => string>>;

/** Groups rows by method, in the order of first appearance. */
function byMethod<Row extends MethodKey>(rows: readonly Row[]) {
  const groups = Map.groupBy(rows, ({ method, precision }) => `${method} ${precision}`);
  return [...groups.values()].map((group) => ({
    method: { name: group[0].method, precision: group[0].precision },
    rows: group,
  }));
}

/** Keeps the rows of the largest matrices, and describes these. */
function largest<Row extends { readonly columns: number; readonly rows: number }>(rows: readonly Row[]) {
  const columns = rows.reduce((most, row) => Math.max(most, row.columns), 0);
  const kept = rows.filter((row) => row.columns === columns);
  return { kept, shape: `${kept[0]?.rows ?? 0} samples × ${columns} neurons` };
}

function place({ options, adapter }: KernelStudy): string {
  return `seed ${options.seed} · ${adapter.name}`;
}

function drawCounts(study: KernelStudy): string {
  const { kept, shape } = largest(study.counts);
  return countErrorsFigure({
    title: "Who counts right: errors of the ε-rank",
    subtitle: `features in single precision, ${shape}, against float64 · ${place(study)}`,
    panels: study.options.families.map((family) => ({
      label: families[family].label,
      series: byMethod(kept.filter((row) => row.family === family)).map(({ method, rows }) => ({
        method,
        points: rows.map(({ share, error, low, high }) => ({
          share,
          error,
          certain: low === null ? null : low === high,
        })),
      })),
    })),
  });
}

function drawEigenvalues(study: KernelStudy): string {
  // The eigenvalues of `auto` are those of one of the others.
  const { kept, shape } = largest(study.eigenvalues.filter(({ precision }) => precision !== "auto"));
  return spectrumErrorsFigure({
    title: "How far eigenvalues are off, and what is certified",
    subtitle: `all families, ${shape}, against float64 · ${place(study)}`,
    panels: byMethod(kept).map(({ method, rows }) => ({ method, eigenvalues: rows })),
  });
}

function drawCost(study: KernelStudy): string {
  const { peak, cost, options } = study;
  const giga = (rate: number) => (rate / 1e9).toFixed(1);
  return methodCostsFigure({
    title: "What ranks cost: features in, three ranks out",
    subtitle: [
      "features of trained networks, ranks at 10⁻³, 10⁻⁶ and 10⁻⁹ λ₁",
      ...(peak
        ? [
          `measured peak ${giga(peak.flopsPerSecond)} GFLOP/s, a wait ${peak.waitMilliseconds.toFixed(0)} ms`,
        ]
        : []),
      "bars: the largest batch",
      place(study),
    ].join(" · "),
    panels: options.orders.map((columns) => {
      const own = cost.filter((row) => row.columns === columns);
      return {
        label: `n = ${columns}, m = ${own[0]?.rows ?? 0}`,
        series: byMethod(own).map(({ method, rows }) => {
          const last = rows[rows.length - 1];
          return {
            method,
            points: rows.map(({ batch, milliseconds, certain }) => ({
              batch,
              milliseconds: milliseconds / batch,
              certain,
            })),
            peakShare: last.peakShare,
            dispatches: last.dispatches,
          };
        }),
      };
    }),
  });
}

function drawGrowth(study: KernelStudy): string {
  const { growth, exponents } = study;
  const panel = (axis: GrowthAxis, label: string, xName: string) => ({
    label,
    xName,
    theory: THEORY[axis],
    series: byMethod(growth.filter((row) => row.axis === axis)).map(({ method, rows }) => {
      const fit = exponents.find((each) =>
        each.axis === axis && each.method === method.name && each.precision === method.precision
      );
      return {
        method,
        points: rows.map((row) => ({ size: row[axis], milliseconds: growthTime(row) })),
        fit: fit ?? null,
        model: fit?.model ?? null,
      };
    }),
  });
  const timed = growth.filter(({ gpuMilliseconds }) => gpuMilliseconds !== null).length;
  return growthFigure({
    title: "How the cost of a rank grows",
    subtitle: `random features, one matrix at a time, ranks at 10⁻³, 10⁻⁶ and 10⁻⁹ λ₁ · ${place(study)}`,
    timeName: timed === growth.length
      ? "time on the GPU, ms"
      : timed > 0
      ? "time, on the GPU where it computes, ms"
      : "time, ms",
    panels: [
      panel("columns", "neurons n, with m = 2n samples", "neurons n"),
      panel("rows", `samples m of ${GROWTH_FEATURES} neurons`, "samples m"),
    ],
  });
}

/** Most families that the figure of convergence can tell apart. */
const MOST_FAMILIES = 8;

function drawConvergence(study: KernelStudy): string {
  const { sweeps } = study;
  const groups = [...Map.groupBy(sweeps, ({ family }) => family)];
  const [{ rows, columns } = { rows: 0, columns: 0 }] = sweeps;
  const left = groups.length > MOST_FAMILIES
    ? ` · the first ${MOST_FAMILIES} of ${groups.length} families`
    : "";
  return convergenceFigure({
    title: "How two-sided rotations converge",
    subtitle: `sweeps of block rotations in single precision, Gram matrices of ${rows} samples × ` +
      `${columns} neurons · digits as shares of the norm${left} · ${place(study)}`,
    series: groups.slice(0, MOST_FAMILIES).map(([family, points]) => ({
      label: families[family].label,
      points,
    })),
  });
}

/**
 * The cost of one shape, for the roofline; nothing without a count of operations, or if it is the
 * host that computes.
 */
function rooflinePoint(row: CostRow, flopsPerSecond: number) {
  const { rows, columns, batch, flops, peakShare, dispatches } = row;
  if (flops === null || peakShare === null || dispatches === 0) return [];
  const shape = `n = ${columns}, m = ${rows}${batch > 1 ? `, ${batch} matrices` : ""}`;
  // Features in single precision, each read once.
  const intensity = flops / (4 * rows * columns * batch);
  return [{ shape, intensity, rate: peakShare * flopsPerSecond }];
}

function drawRoofline(study: KernelStudy): string {
  const { peak, cost, growth } = study;
  const series = (rows: readonly CostRow[]) =>
    byMethod(rows).map(({ method, rows }) => ({
      method,
      points: rows.flatMap((row) => rooflinePoint(row, peak!.flopsPerSecond)),
    })).filter(({ points }) => points.length > 0);
  const batch = cost.reduce((most, row) => Math.max(most, row.batch), 1);
  return rooflineFigure({
    title: "What limits a rank method: arithmetic or memory",
    subtitle: [
      "operations by the methods' formulas, on the measured time",
      "bytes: features read once, so true points lie further left",
      place(study),
    ].join(" · "),
    peak,
    panels: [
      { label: `batches of ${batch}`, series: series(cost.filter((row) => row.batch === batch)) },
      { label: "neurons n, m = 2n", series: series(growth.filter(({ axis }) => axis === "columns")) },
      {
        label: `samples m of ${GROWTH_FEATURES} neurons`,
        series: series(growth.filter(({ axis }) => axis === "rows")),
      },
    ],
  });
}
