import { describe, expect, it } from "vitest";
import { extended, nothing, reach, toggled } from "./selection";

describe("a selection", () => {
  it("adds and takes away", () => {
    const one = toggled(nothing, "a", 4);
    expect([...one.ids]).toEqual(["a"]);
    expect(toggled(one, "a", 4).ids.size).toBe(0);
    expect(nothing.ids.size).toBe(0);
  });

  it("reaches from the anchor both ways and keeps it", () => {
    const one = toggled(nothing, "e", 4);
    expect(reach(one, 7)).toEqual({ first: 4, end: 8 });
    expect(reach(one, 1)).toEqual({ first: 1, end: 5 });
    const more = extended(one, ["b", "c", "d", "e"], 1);
    expect(more.ids.size).toBe(4);
    expect(more.anchor).toBe(4);
    expect(reach(nothing, 3)).toEqual({ first: 3, end: 4 });
  });
});
