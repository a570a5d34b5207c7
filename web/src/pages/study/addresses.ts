// The addresses of a study's pages.

import { searchOf } from "./filters/query";
import type { Filters } from "../../types";

export type StudyTab = "overview" | "gallery" | "review" | "plots" | "map" | "deployments" | "errors" | "exports" | "settings";

export function studyHref(id: string, tab: StudyTab = "overview", filters: Filters = {}, more: Record<string, string> = {}): string {
  const path = `/studies/${encodeURIComponent(id)}/${tab}`;
  return path + searchOf(filters, more);
}
