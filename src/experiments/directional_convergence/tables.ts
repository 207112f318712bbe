/**
 * The tables of flows from small weights, in tidy form.
 *
 * @module
 */
import { csv, type CsvColumn } from "../../io/csv.ts";
import type { CaseResult, FlowPath, FlowPoint } from "./study_case.ts";

/** What stands in a row: a point on the way of a flow, or a KKT point, whose δ is 0. */
interface Row extends Pick<FlowPath, "delta" | "seed"> {
  readonly kind: CaseResult;
  readonly point: FlowPoint;
}

/**
 * Writes a row for each record of each flow:
 * `network,activation,loss_name,delta,seed,step,time,early_time,norm,growth,loss,relative_loss,correlation,gradient,residual,mean_residual,cosine`.
 *
 * @param results What came of the cases.
 * @returns The table, as CSV. `time` is ∫ ‖w‖^(L−2) dt, `early_time` δ^(L−2) t, `growth` ‖w‖/δ, `correlation` N(û), `gradient`
 * ‖∇N(û)‖.
 */
export function flowTable(results: readonly CaseResult[]): string {
  const rows = results.flatMap((kind) =>
    kind.paths.flatMap(({ delta, seed, points }) =>
      points.map((point) => ({ kind, delta, seed, point, start: points[0].loss }))
    )
  );
  return csv([
    ...places(rows),
    ["step", rows.map(({ point }) => point.step)],
    ["time", rows.map(({ point }) => point.time)],
    ["early_time", rows.map(({ point }) => point.earlyTime)],
    ["norm", rows.map(({ point }) => point.norm)],
    ["growth", rows.map(({ point }) => Math.exp(point.growth))],
    ["loss", rows.map(({ point }) => point.loss)],
    ["relative_loss", rows.map(({ point, start }) => point.loss / start)],
    ["correlation", rows.map(({ point }) => point.correlation)],
    ["gradient", rows.map(({ point }) => point.gradient)],
    ["residual", rows.map(({ point }) => point.residual)],
    ["mean_residual", rows.map(({ point }) => point.drift)],
    ["cosine", rows.map(({ point }) => point.cosine)],
  ]);
}

/**
 * Writes a row for each flow and seed, where the loss is about to have fallen by 1 %, and for each KKT point, whose δ is 0:
 * `network,activation,loss_name,delta,seed,has_left,step,norm,cosine,correlation,residual,mean_residual`.
 *
 * @param results What came of the cases.
 * @returns The table, as CSV; a cell is empty where there is no number.
 */
export function alignmentTable(results: readonly CaseResult[]): string {
  const rows = ends(results);
  const flows = <T>(value: (row: Row & { readonly path: FlowPath }) => T) =>
    rows.map((row) => row.path ? value({ ...row, path: row.path }) : null);
  return csv([
    ...places(rows),
    ["has_left", flows(({ path }) => path.hasLeft)],
    ["step", rows.map(({ point }) => point.step)],
    ["norm", flows(({ point }) => point.norm)],
    ["cosine", flows(({ point }) => point.cosine)],
    ["correlation", rows.map(({ point }) => point.correlation)],
    ["residual", rows.map(({ point }) => point.residual)],
    ["mean_residual", rows.map(({ point }) => point.drift)],
  ]);
}

/**
 * Writes a row for each hidden weight matrix there: `network,activation,loss_name,delta,seed,layer,ratio`.
 *
 * @param results What came of the cases.
 * @returns The table, as CSV; `ratio` is σ₂/σ₁.
 */
export function ratioTable(results: readonly CaseResult[]): string {
  const rows = ends(results).flatMap((row) =>
    row.point.ratios.map((ratio, l) => ({ ...row, layer: l + 1, ratio }))
  );
  return csv([
    ...places(rows),
    ["layer", rows.map(({ layer }) => layer)],
    ["ratio", rows.map(({ ratio }) => ratio)],
  ]);
}

/** Where flows are measured, and the KKT points. */
function ends(results: readonly CaseResult[]): (Row & { readonly path: FlowPath | null })[] {
  return results.flatMap((kind) => [
    ...kind.paths.map((path) => ({ kind, delta: path.delta, seed: path.seed, point: path.early, path })),
    ...kind.kkt.map((point) => ({ kind, delta: 0, seed: point.seed, point, path: null })),
  ]);
}

/** The columns that say which flow it is. */
function places(rows: readonly Row[]): CsvColumn[] {
  return [
    ["network", rows.map(({ kind }) => kind.widths.join("-"))],
    ["activation", rows.map(({ kind }) => kind.activation)],
    ["loss_name", rows.map(({ kind }) => kind.loss)],
    ["delta", rows.map(({ delta }) => delta)],
    ["seed", rows.map(({ seed }) => seed)],
  ];
}
