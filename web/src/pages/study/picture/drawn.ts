// Observations as boxes to draw.

import type { Box, Category, Observation } from "../../../types";
import { sureName } from "../naming";

export interface DrawnBox {
  id: string;
  bbox: Box;
  category: Category;
  label: string;
  /** Not of the entry that is being worked on. */
  soft: boolean;
}

/** The boxes of these rows; `key` names the species whose boxes stand out, `null` for all of them. */
export function drawn(rows: readonly Observation[], key: string | null = null): DrawnBox[] {
  return rows.flatMap((row) =>
    row.bbox
      ? [
          {
            id: row.id,
            bbox: row.bbox,
            category: row.type,
            label: sureName(row, row.method === "human" ? null : (row.probability ?? row.confidence)),
            soft: key !== null && key !== (row.scientificName?.toLowerCase() ?? row.type),
          },
        ]
      : [],
  );
}
