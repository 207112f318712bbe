/**
 * Spectra as tables for notebooks.
 *
 * @module
 */
import { withListView } from "../../display/list_view.ts";
import { ends, tableView, type TextRows } from "../../display/table_view.ts";
import { count } from "../../format.ts";
import type { FeatureSpectrum } from "./spectrum_options.ts";

/**
 * Has notebooks show spectra: one by its values, several by a row for each.
 *
 * @param spectra The spectra.
 * @returns The same list.
 */
export function viewSpectra(spectra: FeatureSpectrum[]): FeatureSpectrum[] {
  return withListView(spectra, {
    one: ({ eigenvalues, bounds, precision }) =>
      tableView(() => ({
        heading: `${count(eigenvalues.length, "eigenvalue")} in ${precision} precision`,
        tables: [valueTable("λ", eigenvalues, bounds)],
      })),
    all: () => ({
      heading: count(spectra.length, "spectrum", "spectra"),
      header: ["eigenvalues", "largest λ", "smallest λ", "largest bound", "precision"],
      row: ({ eigenvalues, bounds, precision }) => [
        String(eigenvalues.length),
        short(eigenvalues[0]),
        short(eigenvalues[eigenvalues.length - 1]),
        short(bounds.reduce((most, bound) => bound <= most ? most : bound, 0)),
        precision,
      ],
    }),
  });
}

/**
 * Writes values with the bounds on their errors as a table, the first and the last of many.
 *
 * @param symbol What a value is, such as λ.
 * @param values Values.
 * @param bounds Bounds on their errors.
 * @returns The table.
 */
export function valueTable(symbol: string, values: Float64Array, bounds: Float64Array): TextRows {
  const rows = ends(values).map((each) =>
    each ? [String(each[1] + 1), each[0].toExponential(6), short(bounds[each[1]])] : ["…", "…", "…"]
  );
  return { rows: [["i", symbol, "certain to ±"], ...rows] };
}

/** Writes a number with three digits. */
export function short(value: number): string {
  return value.toExponential(2);
}
