import { describe, expect, it } from "vitest";
import { doingOf, groups, labelOf, type Press } from "./keys";

const press = (key: string, more: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...more,
});

describe("keys of the review", () => {
  it("give no key two meanings", () => {
    const keys = groups.flatMap(({ rows }) => rows.flatMap((row) => row.keys));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.some((key) => /^[1-9]$/.test(key))).toBe(false);
  });

  it("do what the help says", () => {
    expect(doingOf(press("Enter"))).toBe("confirm");
    expect(doingOf(press("r"))).toBe("relabel");
    expect(doingOf(press("R", { shiftKey: true }))).toBe("relabel");
    expect(doingOf(press(" "))).toBe("nextUnreviewed");
    expect(doingOf(press("?", { shiftKey: true }))).toBe("help");
  });

  it("undo without end and redo", () => {
    expect(doingOf(press("z", { ctrlKey: true }))).toBe("undo");
    expect(doingOf(press("Z", { metaKey: true, shiftKey: true }))).toBe("redo");
    expect(doingOf(press("y", { ctrlKey: true }))).toBe("redo");
  });

  it("leave the browser its own", () => {
    expect(doingOf(press("r", { ctrlKey: true }))).toBeNull();
    expect(doingOf(press("ArrowLeft", { altKey: true }))).toBeNull();
    expect(doingOf(press("F5"))).toBeNull();
    expect(doingOf(press("q"))).toBeNull();
  });

  it("name nine quick labels", () => {
    expect(labelOf(doingOf(press("1")) ?? "help")).toBe(0);
    expect(labelOf(doingOf(press("9")) ?? "help")).toBe(8);
    expect(doingOf(press("0"))).toBe("whole");
    expect(labelOf("confirm")).toBeNull();
  });
});
