// The nine labels under the keys 1 to 9. A label keeps its key while it is used, because fingers remember keys: a new one takes a free
// key, or the key of the one that was used longest ago.

import type { Name } from "./words";

export const keys = 9;

/** A label and when it was last used, as a count of uses. */
export interface Quick extends Name {
  used: number;
}

/** The labels after `name` was used. */
export function used(labels: readonly Quick[], name: Name): Quick[] {
  const now = 1 + Math.max(0, ...labels.map((label) => label.used));
  const at = labels.findIndex((label) => label.scientificName.toLowerCase() === name.scientificName.toLowerCase());
  if (at >= 0) return labels.map((label, index) => (index === at ? { ...label, used: now } : label));
  const fresh = { scientificName: name.scientificName, commonName: name.commonName, used: now };
  if (labels.length < keys) return [...labels, fresh];
  const oldest = labels.reduce((least, label, index) => (label.used < (labels[least]?.used ?? 0) ? index : least), 0);
  return labels.with(oldest, fresh);
}

/** Fills free keys with species of the study, which count as never used. */
export function filled(labels: readonly Quick[], species: readonly Name[]): Quick[] {
  const all = [...labels];
  for (const name of species) {
    if (all.length >= keys) break;
    if (all.some((label) => label.scientificName.toLowerCase() === name.scientificName.toLowerCase())) continue;
    all.push({ scientificName: name.scientificName, commonName: name.commonName, used: 0 });
  }
  return all;
}

/** Reads what a browser stored; anything else is no label. */
export function parsed(text: string | null): Quick[] {
  try {
    const value: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(value) ? value.filter(isQuick).slice(0, keys) : [];
  } catch {
    return [];
  }
}

function isQuick(value: unknown): value is Quick {
  const label = value as Partial<Quick> | null;
  return (
    typeof label?.scientificName === "string" &&
    (label.commonName === null || typeof label.commonName === "string") &&
    typeof label.used === "number"
  );
}
