import { expect, it } from "vitest";
import type { StudyDeployment } from "../../../types";
import { ordered } from "./order";

const one = (name: string, trapNights: number | null): StudyDeployment => ({
  id: name,
  name,
  latitude: null,
  longitude: null,
  start: null,
  end: null,
  photos: 1,
  species: 1,
  trapNights,
});
const all = [one("CAM10", 5), one("CAM2", null), one("CAM1", 30)];
const names = (list: StudyDeployment[]) => list.map((each) => each.name);

it("orders names by their numbers", () => {
  expect(names(ordered(all, "name", false))).toEqual(["CAM1", "CAM2", "CAM10"]);
});

it("puts what is not known last both ways", () => {
  expect(names(ordered(all, "nights", false))).toEqual(["CAM10", "CAM1", "CAM2"]);
  expect(names(ordered(all, "nights", true))).toEqual(["CAM1", "CAM10", "CAM2"]);
});
