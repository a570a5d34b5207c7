// The colours of the page now, as values: a drawing cannot name a CSS variable.

import { speciesColour, speciesColours, valueOf } from "../../../look/colours";
import { look } from "../../../look/theme.svelte";

export interface Palette {
  ink: string;
  soft: string;
  line: string;
  surface: string;
  accent: string;
  land: string;
  sea: string;
  series: string[];
  others: string;
}

/** Reading it makes a drawing follow the theme. */
export function palette(): Palette {
  void look.dark;
  return {
    ink: valueOf("var(--ink)"),
    soft: valueOf("var(--ink-soft)"),
    line: valueOf("var(--line)"),
    surface: valueOf("var(--surface)"),
    accent: valueOf("var(--accent)"),
    land: valueOf("var(--hover)"),
    sea: valueOf("var(--sunken)"),
    series: Array.from({ length: speciesColours }, (_, at) => valueOf(speciesColour(at))),
    others: valueOf("var(--species-other)"),
  };
}
