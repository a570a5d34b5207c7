// What is in a picture as a person reads it, and the word that goes back to the study. A model gives a row a box; a person thinks in
// species and how many: rows of one species are one entry.

import type { Category, Medium, Observation, ObservationWord } from "../../../types";

/** One species, or one kind of thing, in a medium. */
export interface Entry {
  key: string;
  scientificName: string | null;
  commonName: string | null;
  type: Category;
  count: number;
  /** The highest probability of its rows. */
  probability: number | null;
  human: boolean;
  rows: Observation[];
}

export interface Name {
  scientificName: string;
  commonName: string | null;
}

/** The rows that say what is in the medium, one entry a species, in the order in which they first come. */
export function entriesOf(observations: readonly Observation[]): Entry[] {
  const entries = new Map<string, Entry>();
  for (const row of observations) {
    const key = row.scientificName?.toLowerCase() ?? row.type;
    let entry = entries.get(key);
    if (!entry) {
      entry = {
        key,
        scientificName: row.scientificName,
        commonName: row.commonName,
        type: row.type,
        count: 0,
        probability: null,
        human: false,
        rows: [],
      };
      entries.set(key, entry);
    }
    entry.rows.push(row);
    entry.human ||= row.method === "human";
    if (row.probability !== null) entry.probability = Math.max(entry.probability ?? 0, row.probability);
  }
  for (const entry of entries.values()) entry.count = countOf(entry.rows);
  return [...entries.values()];
}

/** How many there are: in a video the most at any one moment, else the sum. */
export function countOf(rows: readonly Observation[]): number {
  const moments = new Map<number | null, number>();
  for (const row of rows) moments.set(row.time, (moments.get(row.time) ?? 0) + Math.max(1, row.count));
  return Math.max(0, ...moments.values());
}

/** Whether a person has said something about it. */
export function isReviewed(medium: Pick<Medium, "observations" | "reviewed">): boolean {
  return medium.reviewed ?? medium.observations.some((row) => row.method === "human");
}

/** The word that keeps everything as it is. */
export function asItIs(entries: readonly Entry[]): ObservationWord[] {
  return entries.filter((entry) => entry.type !== "blank").flatMap((entry) => entry.rows.map(wordOf));
}

/** The word that calls one entry by another name; its boxes and counts stay. */
export function renamed(entries: readonly Entry[], key: string, name: Name): ObservationWord[] {
  return entries
    .filter((entry) => entry.type !== "blank" || entry.key === key)
    .flatMap((entry) => entry.rows.map((row) => (entry.key === key ? { ...wordOf(row), ...name } : wordOf(row))));
}

/** The word with one more species. A picture that was blank is so no longer. */
export function added(entries: readonly Entry[], name: Name): ObservationWord[] {
  if (entries.some((entry) => entry.key === name.scientificName.toLowerCase())) return asItIs(entries);
  return [...asItIs(entries), { ...name, count: 1 }];
}

/** The word without one entry; empty, and so blank, when it was the last. */
export function dropped(entries: readonly Entry[], key: string): ObservationWord[] {
  return asItIs(entries.filter((entry) => entry.key !== key));
}

/** The word with another count, at least 1. Rows are kept as long as the count allows; the first takes what is over. */
export function counted(entries: readonly Entry[], key: string, count: number): ObservationWord[] {
  const wanted = Math.max(1, Math.min(9_999, Math.round(count)));
  return entries
    .filter((entry) => entry.type !== "blank")
    .flatMap((entry) => {
      if (entry.key !== key) return entry.rows.map(wordOf);
      const rows = entry.rows.slice(0, wanted).map((row) => ({ ...wordOf(row), count: 1 }));
      const first = rows[0];
      if (first) first.count = wanted - rows.length + 1;
      return rows;
    });
}

function wordOf(row: Observation): ObservationWord {
  const word: ObservationWord = { scientificName: row.scientificName, commonName: row.commonName, count: Math.max(1, row.count) };
  if (row.id) word.id = row.id;
  if (row.bbox) word.bbox = row.bbox;
  return word;
}
