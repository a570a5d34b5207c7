// How far an export is.

import type { Export } from "../../../types";

const over = new Set(["done", "completed", "failed", "cancelled", "interrupted"]);

/** Whether nothing more will happen to it. */
export function isOver(made: Pick<Export, "state">): boolean {
  return over.has(made.state);
}

/** Whether it can be taken away. */
export function isReady(made: Pick<Export, "state">): boolean {
  return made.state === "done" || made.state === "completed";
}

/** How much is written, as a share of 1; `null` while it is not known. */
export function shareOf(made: Pick<Export, "done" | "total">): number | null {
  return made.total > 0 ? Math.min(1, made.done / made.total) : null;
}
