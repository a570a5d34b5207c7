import { describe, expect, it } from "vitest";
import type { PlotTable } from "../../../types";
import { heading } from "./columns";
import { accumulation, byHour, effort, overTime, speciesCounts, spots } from "./series";

const table = (columns: string[], ...rows: (string | number | null)[][]): PlotTable => ({ columns, rows, notes: [] });

describe("numbers for the plots", () => {
  it("order species by how often they were seen", () => {
    const made = speciesCounts(table(["scientificName", "commonName", "type", "media"], ["sus scrofa", null, "animal", 2], ["vulpes vulpes", "red fox", "animal", 9], ["homo sapiens", "human", "human", 99], [null, null, "blank", 5]));
    expect(made).toEqual([
      { name: "Red fox", count: 9 },
      { name: "Sus scrofa", count: 2 },
    ]);
  });

  it("put detections into their hours", () => {
    const one = byHour(table(["hour", "detections"], [0, 3], [23, 1], [23, 1]), 8, "Others");
    expect(one).toHaveLength(1);
    expect(one[0]?.values[23]).toBe(2);
    expect(one[0]?.values).toHaveLength(24);
  });

  it("join rare species into one series", () => {
    const rows = Array.from({ length: 12 }, (_, at) => [at, `species ${at}`, 12 - at]);
    const many = byHour(table(["hour", "species", "count"], ...rows), 5, "Others");
    expect(many.map((each) => each.name)).toEqual(["Species 0", "Species 1", "Species 2", "Species 3", "Others"]);
    const all = many.flatMap((each) => each.values).reduce((total, value) => total + value, 0);
    expect(all).toBe((12 * 13) / 2);
  });

  it("keep time in order", () => {
    const made = overTime(table(["from", "events"], ["2024-03-01", 2], ["2024-01-01", 1], [null, 9]), 8, "Others", "month");
    expect(made.steps).toEqual(["2024-01-01", "2024-02-01", "2024-03-01"]);
    expect(made.series[0]?.values).toEqual([1, 0, 2]);
  });

  it("show effort on the camera's clock, with its gaps", () => {
    const made = effort(
      table(
        ["deployment", "start", "end", "gaps"],
        ["B", "2024-05-01T00:00:00+02:00", "2024-06-01T00:00:00+02:00", "2024-05-10/2024-05-12"],
        ["A", "2024-04-01", "2024-04-02", null],
        ["C", null, null, null],
      ),
    );
    expect(made.deployments).toEqual(["A", "B"]);
    expect(made.stretches.filter((each) => each.gap)).toHaveLength(1);
    expect(made.stretches.find((each) => each.deployment === "B" && !each.gap)?.from).toBe(Date.parse("2024-05-01T00:00:00Z"));
  });

  it("read an accumulation in the order of effort", () => {
    const made = accumulation(table(["trapDays", "observed", "expected"], [20, 5, 4.5], [10, 3, 2.5]));
    expect(made).toEqual({ effort: [10, 20], observed: [3, 5], expected: [2.5, 4.5], low: [null, null], high: [null, null] });
  });

  it("give rates, and count what has no place", () => {
    const made = spots(table(["deploymentId", "deployment", "latitude", "longitude", "trapNights", "scientificName", "events"], ["a", "A", 46, 14, 50, "x", 3], ["a", "A", 46, 14, 50, "y", 2], ["b", "B", null, null, 2, "x", 1], ["b", "B", null, null, 2, "y", 1], ["c", "C", 46, 15, 0, "x", 5]));
    expect(made.placeless).toBe(1);
    expect(made.spots.map((each) => each.rate)).toEqual([10, 0]);
  });

  it("write columns for people", () => {
    expect(heading("trapNights")).toBe("Trap nights");
    expect(heading("scientific_name")).toBe("Scientific name");
  });
});
