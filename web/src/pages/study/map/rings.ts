// Outlines that cross the 180th meridian, made drawable on a flat map: they run on beyond it instead of leaping to the other side.

type Position = number[];

/** The ring with no step wider than half the world; one that goes around a pole is closed along the map's edge. */
export function unwrapped(ring: Position[]): Position[] {
  let shift = 0;
  let before = ring[0]?.[0] ?? 0;
  const made = ring.map(([longitude = 0, latitude = 0]) => {
    if (longitude - before > 180) shift -= 360;
    else if (longitude - before < -180) shift += 360;
    before = longitude;
    return [longitude + shift, latitude];
  });
  const first = made[0];
  const last = made.at(-1);
  if (!first || !last || shift === 0) return made;
  const pole = (first[1] ?? 0) < 0 ? -90 : 90;
  return [...made, [last[0] ?? 0, pole], [first[0] ?? 0, pole], first];
}
