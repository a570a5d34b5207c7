import { describe, expect, it } from "vitest";
import type { Observation } from "../../../types";
import { boxesAt, momentsOf, stay } from "./moments";

const seen = (id: string, time: number | null): Observation => ({
  id,
  scientificName: "vulpes vulpes",
  commonName: "red fox",
  type: "animal",
  count: 1,
  probability: 0.9,
  confidence: 0.8,
  bbox: [0.1, 0.1, 0.2, 0.2],
  method: "machine",
  by: null,
  at: null,
  frame: null,
  time,
});
const ids = (list: Observation[]) => list.map((each) => each.id);

describe("boxes of a video", () => {
  const all = [seen("a", 0), seen("b", 1), seen("c", 1), seen("d", 2)];

  it("follow the frames that were looked at", () => {
    expect(momentsOf(all)).toEqual([0, 1, 2]);
    expect(ids(boxesAt(all, 0.5))).toEqual(["a"]);
    expect(ids(boxesAt(all, 0.99))).toEqual(["b", "c"]);
    expect(ids(boxesAt(all, 1.5))).toEqual(["b", "c"]);
  });

  it("go when the next frame is due and nothing was in it", () => {
    expect(ids(boxesAt(all, 2.9))).toEqual(["d"]);
    expect(ids(boxesAt(all, 5))).toEqual([]);
    expect(stay([0, 10])).toBe(2);
  });

  it("without a time belong to the whole video", () => {
    expect(ids(boxesAt([seen("x", null)], 9))).toEqual(["x"]);
    expect(boxesAt([{ ...seen("y", null), bbox: null }], 0)).toEqual([]);
  });
});
