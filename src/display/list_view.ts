/**
 * Views of lists of records.
 *
 * @module
 */
import { ends, tableView } from "./table_view.ts";
import { type View, withView } from "./view.ts";

/** How a list of records is shown. */
export interface ListView<T> {
  /**
   * Makes the view of one record.
   *
   * @param record The record.
   */
  one(record: T): View;
  /** Gives a heading, the names of columns, and the cells of a record's row. */
  all(): {
    readonly heading: string;
    readonly header: readonly string[];
    row(record: T): readonly string[];
  };
}

/**
 * Has notebooks show a list of records and each of them. A list of one looks as its record does;
 * others have a row for each, numbered from 0.
 *
 * @param list The list.
 * @param how What to show.
 * @returns The same list.
 */
export function withListView<T extends object>(list: T[], { one, all }: ListView<T>): T[] {
  for (const record of list) withView(record, one(record));
  if (list.length === 1) return withView(list, one(list[0]));
  return withView(
    list,
    tableView(() => {
      const { heading, header, row } = all();
      const rows = ends(list).map((each) =>
        each ? [String(each[1]), ...row(each[0])] : ["…", ...header.map(() => "…")]
      );
      return { heading, tables: list.length > 0 ? [{ rows: [["", ...header], ...rows] }] : [] };
    }),
  );
}
