// Which rows of a long list are on the screen. Rows have one fixed height, so nothing is measured and nothing jumps.

/** A grid of tiles: how many stand beside each other and how large each is, in CSS pixels. */
export interface Grid {
  columns: number;
  tileWidth: number;
  rowHeight: number;
}

/** Indices of items, the last one excluded. */
export interface Range {
  first: number;
  end: number;
}

/** A grid that fills `width` with tiles of about `wish` pixels; a tile is a 4:3 picture over a caption. */
export function gridOf(width: number, wish: number, caption: number, gap: number): Grid {
  const columns = Math.max(width < 300 ? 1 : 2, Math.floor((width + gap) / (wish + gap)));
  const tileWidth = Math.max(1, Math.floor((width - gap * (columns - 1)) / columns));
  return { columns, tileWidth, rowHeight: Math.round(tileWidth * 0.75) + caption + gap };
}

/** The height of the whole list. */
export function heightOf(total: number, grid: Grid): number {
  return Math.ceil(total / grid.columns) * grid.rowHeight;
}

/** The items that the window shows, with `spare` rows above and below. `top` is the distance scrolled into the list, negative before it. */
export function visible(top: number, height: number, total: number, grid: Grid, spare: number): Range {
  const rows = Math.ceil(total / grid.columns);
  const firstRow = Math.min(rows, Math.max(0, Math.floor(top / grid.rowHeight) - spare));
  const endRow = Math.min(rows, Math.max(firstRow, Math.ceil((top + height) / grid.rowHeight) + spare));
  return { first: Math.min(total, firstRow * grid.columns), end: Math.min(total, endRow * grid.columns) };
}

/** The numbers of the pages of `size` items that hold a range. */
export function pagesOf(range: Range, size: number): number[] {
  if (range.end <= range.first) return [];
  const pages: number[] = [];
  for (let page = Math.floor(range.first / size); page <= Math.floor((range.end - 1) / size); page += 1) pages.push(page);
  return pages;
}

/** Where a key moves the focus from item `at`; `null` when the key is none of the list's. */
export function moved(at: number, key: string, total: number, columns: number, rowsOnScreen: number): number | null {
  const last = total - 1;
  if (last < 0) return null;
  const to = (next: number) => Math.min(last, Math.max(0, next));
  switch (key) {
    case "ArrowRight":
      return to(at + 1);
    case "ArrowLeft":
      return to(at - 1);
    case "ArrowDown":
      return at + columns > last ? (Math.floor(at / columns) < Math.floor(last / columns) ? last : at) : at + columns;
    case "ArrowUp":
      return at - columns < 0 ? at : at - columns;
    case "PageDown":
      return to(at + columns * Math.max(1, rowsOnScreen - 1));
    case "PageUp":
      return to(at - columns * Math.max(1, rowsOnScreen - 1));
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
}

/** How far to scroll so that the row of item `at` is whole on the screen; 0 when it is. `head` is covered at the top, `foot` at the bottom. */
export function scrollFor(at: number, top: number, height: number, grid: Grid, head: number, foot: number): number {
  const rowTop = Math.floor(at / grid.columns) * grid.rowHeight;
  if (rowTop < top + head) return rowTop - top - head;
  const below = rowTop + grid.rowHeight - (top + height - foot);
  return below > 0 ? below : 0;
}
