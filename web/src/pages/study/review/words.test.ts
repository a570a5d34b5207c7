import { describe, expect, it } from "vitest";
import type { Observation } from "../../../types";
import { added, asItIs, counted, dropped, entriesOf, isReviewed, renamed } from "./words";

const row = (id: string, scientificName: string | null, more: Partial<Observation> = {}): Observation => ({
  id,
  scientificName,
  commonName: null,
  type: scientificName ? "animal" : "blank",
  count: 1,
  probability: 0.5,
  confidence: 0.5,
  bbox: [0.1, 0.1, 0.2, 0.2],
  method: "machine",
  by: null,
  at: null,
  frame: null,
  time: null,
  ...more,
});

const boars = [row("a", "sus scrofa", { probability: 0.7 }), row("b", "Sus scrofa", { probability: 0.9 }), row("c", "vulpes vulpes")];

describe("what is in a picture", () => {
  it("is one entry a species, with the number of its rows", () => {
    const entries = entriesOf(boars);
    expect(entries.map((entry) => [entry.key, entry.count, entry.probability])).toEqual([
      ["sus scrofa", 2, 0.9],
      ["vulpes vulpes", 1, 0.5],
    ]);
  });

  it("counts a video by its fullest moment", () => {
    const video = [row("a", "x", { time: 0 }), row("b", "x", { time: 1 }), row("c", "x", { time: 1 })];
    expect(entriesOf(video)[0]?.count).toBe(2);
  });

  it("is reviewed once a person spoke", () => {
    expect(isReviewed({ observations: boars })).toBe(false);
    expect(isReviewed({ observations: [row("a", null, { method: "human" })] })).toBe(true);
  });
});

describe("the word that goes back", () => {
  const entries = entriesOf(boars);

  it("names every row it keeps", () => {
    expect(asItIs(entries).map((word) => word.id)).toEqual(["a", "b", "c"]);
  });

  it("renames one entry with its boxes", () => {
    const word = renamed(entries, "sus scrofa", { scientificName: "meles meles", commonName: "badger" });
    expect(word.map((each) => each.scientificName)).toEqual(["meles meles", "meles meles", "vulpes vulpes"]);
    expect(word[0]).toMatchObject({ id: "a", bbox: [0.1, 0.1, 0.2, 0.2] });
  });

  it("adds a species once, and makes a blank picture no longer blank", () => {
    expect(added(entries, { scientificName: "Vulpes vulpes", commonName: null })).toHaveLength(3);
    expect(added(entriesOf([row("z", null)]), { scientificName: "lynx lynx", commonName: null })).toEqual([
      { scientificName: "lynx lynx", commonName: null, count: 1 },
    ]);
  });

  it("drops an entry, down to nothing", () => {
    expect(dropped(entries, "sus scrofa").map((word) => word.id)).toEqual(["c"]);
    expect(dropped(entriesOf([row("a", "x")]), "x")).toEqual([]);
  });

  it("counts up on the first row, and down by rows", () => {
    expect(counted(entries, "sus scrofa", 5).map((word) => word.count)).toEqual([4, 1, 1]);
    expect(counted(entries, "sus scrofa", 1).map((word) => word.id)).toEqual(["a", "c"]);
    expect(counted(entries, "sus scrofa", -4).map((word) => word.count)).toEqual([1, 1]);
  });
});
