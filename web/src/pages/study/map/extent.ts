// Which part of the world the map shows at first, and how long its scale bar is.

export interface Place {
  latitude: number;
  longitude: number;
}

/** Corners of a map, in degrees: the north-west and the south-east one. */
export type Corners = [[west: number, north: number], [east: number, south: number]];

/** The name under which the outlines are known to the drawing. */
export const world = "world";

const least = 0.04;
const kilometresPerDegree = 111.32;

/** The places with room around them; never narrower than a few kilometres. */
export function cornersOf(places: readonly Place[]): Corners {
  const latitudes = places.map((place) => place.latitude);
  const longitudes = places.map((place) => place.longitude);
  const [west, east] = widened(Math.min(...longitudes), Math.max(...longitudes), 180);
  const [south, north] = widened(Math.min(...latitudes), Math.max(...latitudes), 85);
  return [
    [west, north],
    [east, south],
  ];
}

function widened(from: number, to: number, limit: number): [number, number] {
  const room = Math.max((to - from) * 0.25, (least - (to - from)) / 2, least / 4);
  return [Math.max(-limit, from - room), Math.min(limit, to + room)];
}

/** The ratio of a degree's width to its height at the middle of the map. */
export function aspectOf([[, north], [, south]]: Corners): number {
  return Math.max(0.1, Math.cos((((north + south) / 2) * Math.PI) / 180));
}

/** A round length for a scale bar of at most `most` pixels, where `degrees` of longitude are `pixels` long. */
export function scaleBar(degrees: number, pixels: number, latitude: number, most: number): { kilometres: number; pixels: number } | null {
  const perPixel = (Math.abs(degrees) * kilometresPerDegree * Math.cos((latitude * Math.PI) / 180)) / pixels;
  if (!Number.isFinite(perPixel) || perPixel <= 0) return null;
  const longest = perPixel * most;
  const power = 10 ** Math.floor(Math.log10(longest));
  const step = [5, 2, 1].find((each) => each * power <= longest) ?? 1;
  return { kilometres: step * power, pixels: (step * power) / perPixel };
}

/** The radius of a circle whose area stands for a rate; a rate of 0 keeps a small one. */
export function radiusOf(rate: number, highest: number, largest: number): number {
  return highest > 0 ? Math.max(4, largest * Math.sqrt(Math.max(0, rate) / highest)) : 4;
}
