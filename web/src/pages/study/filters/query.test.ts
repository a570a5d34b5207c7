import { describe, expect, it } from "vitest";
import type { Filters } from "../../../types";
import { countOf, filtersOf, keyOf, queryOf, searchOf, without } from "./query";

const all: Filters = {
  species: ["cervus elaphus", "sus scrofa"],
  deployment: ["d1"],
  kind: ["animal", "failed"],
  from: "2024-01-02",
  to: "2024-03-04",
  hourFrom: 22,
  hourTo: 4,
  minConfidence: 0.2,
  maxConfidence: 0.9,
  method: "machine",
  reviewed: false,
  favourite: true,
  video: false,
  search: "IMG 1&2",
  sort: "-confidence",
};

describe("filters and the address", () => {
  it("come back as they went", () => {
    expect(filtersOf(new URLSearchParams(searchOf(all)))).toEqual(all);
    expect(filtersOf(new URLSearchParams(searchOf({})))).toEqual({});
  });

  it("leave out what is no filter", () => {
    const query = new URLSearchParams(
      "kind=dragon&from=2024-13-40&to=yesterday&hourFrom=25&hourTo=x&minConfidence=7&method=oracle&reviewed=maybe&sort=random&species=&search=",
    );
    expect(filtersOf(query)).toEqual({});
  });

  it("take out of the query what is not set", () => {
    expect(queryOf({ reviewed: false })).toMatchObject({ reviewed: "false", species: null, sort: null });
  });

  it("count without the order", () => {
    expect(countOf({ sort: "name" })).toBe(0);
    expect(countOf(all)).toBe(14);
  });

  it("have one key whatever the order of their names", () => {
    expect(keyOf({ video: true, search: "a" })).toBe(keyOf({ search: "a", video: true }));
  });

  it("lose one value, or the whole filter with its last", () => {
    expect(without({ species: ["a", "b"] }, "species", "a")).toEqual({ species: ["b"] });
    expect(without({ species: ["b"], video: true }, "species", "b")).toEqual({ video: true });
    expect(without({ from: "2024-01-01" }, "from")).toEqual({});
  });

  it("carry what else the address says", () => {
    expect(searchOf({ video: true }, { media: "a b", at: "3" })).toBe("?video=true&media=a+b&at=3");
  });
});
