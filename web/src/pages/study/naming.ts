// How things are called on the pages: common names first, scientific names where there is none.

import { percent } from "../../format";
import { t } from "../../texts";
import type { Category } from "../../types";

interface Named {
  scientificName: string | null;
  commonName: string | null;
  type?: Category;
}

export function nameOf(thing: Named): string {
  const name = thing.commonName || thing.scientificName;
  if (name) return capital(name);
  return thing.type ? t.parts.category[thing.type] : t.parts.category.unknown;
}

/** The scientific name, when `nameOf` is another one. */
export function otherName(thing: Named): string | null {
  return thing.commonName && thing.scientificName && thing.commonName.toLowerCase() !== thing.scientificName.toLowerCase()
    ? capital(thing.scientificName)
    : null;
}

/** A name with how sure it is, when that is known. */
export function sureName(thing: Named, probability: number | null): string {
  return probability === null ? nameOf(thing) : `${nameOf(thing)} ${percent(probability)}`;
}

export function capital(word: string): string {
  return word.charAt(0).toLocaleUpperCase() + word.slice(1);
}
