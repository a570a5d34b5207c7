// A plot's table as the API gives it: columns by name. A column is asked for by every name that it may have.

import type { PlotTable } from "../../../types";

type Cell = string | number | null;

/** The place of the first column that has one of these names, whatever its case and its separators; `null` when none has. */
export function columnOf(table: PlotTable, ...names: string[]): number | null {
  const plain = table.columns.map(simple);
  for (const name of names) {
    const at = plain.indexOf(simple(name));
    if (at >= 0) return at;
  }
  return null;
}

/** The values of a column, one for each row; all `null` when there is no such column. */
export function values(table: PlotTable, ...names: string[]): Cell[] {
  const at = columnOf(table, ...names);
  return table.rows.map((row) => (at === null ? null : (row[at] ?? null)));
}

/** A cell as a number; what is none becomes 0. */
export function count(cell: Cell | undefined): number {
  const value = Number(cell ?? 0);
  return Number.isFinite(value) ? value : 0;
}

/** A cell as a number, or `null`. */
export function measure(cell: Cell | undefined): number | null {
  if (cell === null || cell === undefined || cell === "") return null;
  const value = Number(cell);
  return Number.isFinite(value) ? value : null;
}

function simple(name: string): string {
  return name.replace(/[^a-z0-9]/gi, "").toLowerCase();
}

/** A column's name for people: `trapNights` becomes `Trap nights`. */
export function heading(column: string): string {
  const words = column
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[_-]+/g, " ")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
