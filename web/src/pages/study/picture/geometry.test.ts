import { describe, expect, it } from "vitest";
import { bounded, boxOn, closeUp, contained, dragged, labelAt, labelsAt, mostZoom, placed, whole, zoomed } from "./geometry";

const frame = { width: 1000, height: 500 };
const picture = { width: 400, height: 400 };

describe("a picture in its frame", () => {
  it("fits and stands in the middle", () => {
    expect(contained(frame, picture)).toEqual({ x: 250, y: 0, width: 500, height: 500 });
    expect(placed(frame, picture, whole)).toEqual(contained(frame, picture));
    expect(contained(frame, { width: 0, height: 0 }).width).toBe(0);
  });

  it("keeps the point under the pointer when zooming", () => {
    const point = { x: 400, y: 300 };
    const before = placed(frame, picture, whole);
    const near = zoomed(frame, picture, whole, 4, point);
    const after = placed(frame, picture, near);
    expect(near.zoom).toBe(4);
    expect((point.x - after.x) / after.width).toBeCloseTo((point.x - before.x) / before.width, 9);
    expect((point.y - after.y) / after.height).toBeCloseTo((point.y - before.y) / before.height, 9);
  });

  it("does not zoom beyond its limits, and comes back whole", () => {
    expect(zoomed(frame, picture, whole, 1000, { x: 0, y: 0 }).zoom).toBe(mostZoom);
    const near = zoomed(frame, picture, whole, 5, { x: 300, y: 20 });
    expect(zoomed(frame, picture, near, 0.001, { x: 900, y: 400 })).toEqual(whole);
  });

  it("leaves no gap at a side when dragged", () => {
    const near = bounded(frame, picture, { zoom: 4, x: 0.5, y: 0.5 });
    const far = placed(frame, picture, dragged(frame, picture, near, { x: 1e6, y: -1e6 }));
    expect(far.x).toBeCloseTo(0, 6);
    expect(far.y + far.height).toBeCloseTo(frame.height, 6);
    expect(dragged(frame, picture, whole, { x: 50, y: 50 })).toEqual(whole);
  });

  it("shows a box close up, whole", () => {
    const box: [number, number, number, number] = [0.7, 0.1, 0.1, 0.1];
    const on = boxOn(placed(frame, picture, closeUp(frame, picture, box)), box);
    expect(on.x).toBeGreaterThanOrEqual(0);
    expect(on.y).toBeGreaterThanOrEqual(0);
    expect(on.x + on.width).toBeLessThanOrEqual(frame.width);
    expect(on.height).toBeGreaterThan(200);
  });
});

describe("a box", () => {
  const rect = { x: 100, y: 50, width: 200, height: 100 };

  it("is drawn where it lies, and inside the picture", () => {
    expect(boxOn(rect, [0.25, 0.5, 0.5, 0.25])).toEqual({ x: 150, y: 100, width: 100, height: 25 });
    expect(boxOn(rect, [-0.5, -1, 3, 9])).toEqual(rect);
    expect(boxOn(rect, [2, 2, 1, 1])).toMatchObject({ width: 0, height: 0 });
  });

  it("has no label over another one", () => {
    const label = { width: 80, height: 20 };
    const boxes = [
      { x: 50, y: 60, width: 40, height: 40 },
      { x: 60, y: 62, width: 40, height: 40 },
      { x: 55, y: 61, width: 40, height: 40 },
      { x: 58, y: 60, width: 40, height: 40 },
    ];
    const placed = labelsAt(boxes, frame, boxes.map(() => label));
    expect(placed[0]).toEqual({ x: 50, y: 40 });
    expect(placed[1]).toEqual({ x: 60, y: 102 });
    expect(placed[2]).toEqual({ x: 55, y: 61 });
    expect(placed[3]).toBeNull();
  });

  it("has its label above, or inside at the top, never beyond the sides", () => {
    const label = { width: 80, height: 20 };
    const box = { x: 50, y: 60, width: 40, height: 40 };
    expect(labelAt(box, frame, label)).toEqual({ x: 50, y: 40 });
    expect(labelAt({ ...box, y: 5 }, frame, label)).toEqual({ x: 50, y: 5 });
    expect(labelAt({ ...box, x: 980 }, frame, label).x).toBe(920);
    expect(labelAt({ ...box, x: -30, y: -30 }, frame, label)).toEqual({ x: 0, y: 0 });
  });
});
