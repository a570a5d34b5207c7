import { describe, expect, it } from "vitest";
import { filled, keys, parsed, type Quick, used } from "./quick";

const name = (scientificName: string) => ({ scientificName, commonName: null });
const many = (count: number): Quick[] => Array.from({ length: count }, (_, at) => ({ ...name(`s${at}`), used: at + 1 }));

describe("quick labels", () => {
  it("keep their keys while they are used", () => {
    const labels = used(many(3), name("S1"));
    expect(labels.map((label) => label.scientificName)).toEqual(["s0", "s1", "s2"]);
    expect(labels[1]?.used).toBe(4);
  });

  it("give the oldest key to a new one when all are taken", () => {
    const labels = used(used(many(keys), name("s0")), name("new"));
    expect(labels).toHaveLength(keys);
    expect(labels[1]?.scientificName).toBe("new");
    expect(labels[0]?.scientificName).toBe("s0");
  });

  it("are filled with species of the study, which yield first", () => {
    const labels = filled(many(1), [name("S0"), name("a"), name("b")]);
    expect(labels.map((label) => label.scientificName)).toEqual(["s0", "a", "b"]);
    expect(filled(many(keys), [name("a")])).toHaveLength(keys);
  });

  it("are read with suspicion", () => {
    expect(parsed("{")).toEqual([]);
    expect(parsed(null)).toEqual([]);
    expect(parsed('[{"scientificName":1},null,{"scientificName":"a","commonName":null,"used":2}]')).toHaveLength(1);
  });
});
