// Colours for marks that carry meaning, as CSS variables of `tokens.css`. They stay apart for every common kind of colour blindness, and
// no mark relies on colour alone: a word or a shape stands beside it.

import type { Category } from "../types";

/** The colour of a category's box, dot or bar. */
export function categoryColour(category: Category): string {
  return `var(--category-${category})`;
}

/** How many species have a colour of their own; the rest share the colour of "others". */
export const speciesColours = 8;

/** The colour of the species at `rank` in a list ordered by how often it was seen. */
export function speciesColour(rank: number): string {
  return rank < speciesColours ? `var(--species-${rank})` : "var(--species-other)";
}

/** The value of a CSS variable now, for drawings that cannot name one. */
export function valueOf(colour: string): string {
  const name = /^var\((--[\w-]+)\)$/.exec(colour)?.[1];
  return name ? getComputedStyle(document.documentElement).getPropertyValue(name).trim() : colour;
}
