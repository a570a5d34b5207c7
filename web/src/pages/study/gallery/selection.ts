// Which media are chosen, as file managers do it: a click with Ctrl adds or takes away, a click with Shift takes everything from the
// anchor to here. A choice holds ids, so it outlives filters and pages.

export interface Selection {
  ids: ReadonlySet<string>;
  /** The item from which Shift counts; an index into the list. */
  anchor: number | null;
}

export const nothing: Selection = { ids: new Set(), anchor: null };

/** Adds or takes away one. */
export function toggled(selection: Selection, id: string, at: number): Selection {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, anchor: at };
}

/** Adds a run of items; the anchor stays where it is. */
export function extended(selection: Selection, run: readonly string[], at: number): Selection {
  return { ids: new Set([...selection.ids, ...run]), anchor: selection.anchor ?? at };
}

/** The indices from the anchor to `at`, both included. */
export function reach(selection: Selection, at: number): { first: number; end: number } {
  const anchor = selection.anchor ?? at;
  return { first: Math.min(anchor, at), end: Math.max(anchor, at) + 1 };
}
