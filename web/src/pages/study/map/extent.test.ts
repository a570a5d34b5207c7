import { describe, expect, it } from "vitest";
import { aspectOf, cornersOf, radiusOf, scaleBar } from "./extent";

describe("the map's extent", () => {
  it("holds every place with room, and is not a point", () => {
    const [[west, north], [east, south]] = cornersOf([{ latitude: 46, longitude: 14 }]);
    expect(east - west).toBeCloseTo(0.04, 6);
    expect(north).toBeGreaterThan(46);
    expect(south).toBeLessThan(46);
    const wide = cornersOf([
      { latitude: -40, longitude: -170 },
      { latitude: 80, longitude: 175 },
    ]);
    expect(wide).toEqual([
      [-180, 85],
      [180, -70],
    ]);
  });

  it("narrows degrees towards the poles", () => {
    expect(aspectOf(cornersOf([{ latitude: 60, longitude: 0 }]))).toBeCloseTo(0.5, 2);
  });

  it("has a scale bar of a round length", () => {
    const bar = scaleBar(1, 800, 0, 120);
    expect(bar?.kilometres).toBe(10);
    expect(bar?.pixels).toBeCloseTo(71.9, 1);
    expect(scaleBar(0, 800, 0, 120)).toBeNull();
  });

  it("draws rates by area", () => {
    expect(radiusOf(100, 100, 30)).toBe(30);
    expect(radiusOf(25, 100, 30)).toBe(15);
    expect(radiusOf(0, 100, 30)).toBe(4);
    expect(radiusOf(0, 0, 30)).toBe(4);
  });
});
