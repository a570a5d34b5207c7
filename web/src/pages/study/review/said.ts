// One side of a change in the history, in words.

import { t } from "../../../texts";
import type { Category } from "../../../types";
import { nameOf } from "../naming";

/** A list of observations, one observation, a name, or nothing, as the history holds it. */
export function said(side: unknown): string {
  if (Array.isArray(side)) {
    const names = new Set(side.map(said));
    return names.size > 0 ? [...names].join(", ") : t.parts.category.blank;
  }
  if (typeof side === "boolean") return side ? t.study.gallery.favourite : "–";
  if (typeof side === "string" && side) return nameOf({ scientificName: side, commonName: null });
  if (typeof side !== "object" || side === null) return t.parts.category.blank;
  const row = side as Record<string, unknown>;
  if (Array.isArray(row["observations"])) return said(row["observations"]);
  if (typeof row["favourite"] === "boolean" && !("scientificName" in row)) return said(row["favourite"]);
  const text = (name: string) => (typeof row[name] === "string" && row[name] ? (row[name] as string) : null);
  const type = text("type") ?? text("observationType");
  const known = type !== null && type in t.parts.category ? (type as Category) : "blank";
  return nameOf({ scientificName: text("scientificName"), commonName: text("commonName"), type: known });
}
