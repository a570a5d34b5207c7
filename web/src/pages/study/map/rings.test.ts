import { expect, it } from "vitest";
import { unwrapped } from "./rings";

it("leaves a ring alone that crosses nothing", () => {
  const ring = [[0, 0], [10, 0], [10, 10], [0, 0]];
  expect(unwrapped(ring)).toEqual(ring);
});

it("lets a ring run on beyond the meridian and come back", () => {
  expect(unwrapped([[170, 60], [-170, 60], [-170, 70], [170, 70], [170, 60]])).toEqual([[170, 60], [190, 60], [190, 70], [170, 70], [170, 60]]);
});

it("closes a ring around a pole along the edge", () => {
  const made = unwrapped([[-180, -70], [-60, -75], [60, -70], [179, -72], [-180, -70]]);
  expect(made.at(-4)).toEqual([180, -70]);
  expect(made.slice(-3)).toEqual([[180, -90], [-180, -90], [-180, -70]]);
});
