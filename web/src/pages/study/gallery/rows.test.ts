import { describe, expect, it } from "vitest";
import { gridOf, heightOf, moved, pagesOf, scrollFor, visible } from "./rows";

const grid = { columns: 5, tileWidth: 200, rowHeight: 200 };

describe("the grid", () => {
  it("fills its width", () => {
    const wide = gridOf(1200, 220, 48, 12);
    expect(wide.columns).toBe(5);
    expect(wide.columns * wide.tileWidth + 4 * 12).toBeLessThanOrEqual(1200);
    expect(gridOf(358, 220, 48, 12).columns).toBe(2);
    expect(gridOf(0, 220, 48, 12)).toMatchObject({ columns: 1, tileWidth: 1 });
  });

  it("stays below what browsers can scroll at 100,000 items", () => {
    expect(heightOf(100_000, gridOf(358, 170, 48, 12))).toBeLessThan(17_000_000);
    expect(heightOf(11, grid)).toBe(600);
  });
});

describe("what is on the screen", () => {
  it("is a few rows and never beyond the ends", () => {
    expect(visible(0, 800, 100_000, grid, 2)).toEqual({ first: 0, end: 30 });
    expect(visible(2000, 800, 100_000, grid, 2)).toEqual({ first: 40, end: 80 });
    expect(visible(-500, 800, 12, grid, 2)).toEqual({ first: 0, end: 12 });
    expect(visible(9e9, 800, 12, grid, 0)).toEqual({ first: 12, end: 12 });
    expect(visible(0, 800, 0, grid, 2)).toEqual({ first: 0, end: 0 });
  });

  it("lies in whole pages", () => {
    expect(pagesOf({ first: 95, end: 201 }, 100)).toEqual([0, 1, 2]);
    expect(pagesOf({ first: 100, end: 200 }, 100)).toEqual([1]);
    expect(pagesOf({ first: 5, end: 5 }, 100)).toEqual([]);
  });
});

describe("keys", () => {
  it("move by one, by a row, by a screen and to the ends", () => {
    const go = (at: number, key: string) => moved(at, key, 23, 5, 3);
    expect(go(3, "ArrowRight")).toBe(4);
    expect(go(0, "ArrowLeft")).toBe(0);
    expect(go(3, "ArrowDown")).toBe(8);
    expect(go(19, "ArrowDown")).toBe(22);
    expect(go(22, "ArrowDown")).toBe(22);
    expect(go(3, "ArrowUp")).toBe(3);
    expect(go(3, "PageDown")).toBe(13);
    expect(go(3, "End")).toBe(22);
    expect(go(3, "a")).toBeNull();
    expect(moved(0, "End", 0, 5, 3)).toBeNull();
  });

  it("scroll only as far as needed", () => {
    expect(scrollFor(7, 0, 800, grid, 0, 0)).toBe(0);
    expect(scrollFor(22, 0, 800, grid, 0, 0)).toBe(200);
    expect(scrollFor(22, 0, 800, grid, 0, 50)).toBe(250);
    expect(scrollFor(0, 500, 800, grid, 60, 0)).toBe(-560);
  });
});
