// What each plot shows, as plain numbers made out of the API's tables. No drawing here.

import type { PlotTable } from "../../../types";
import { capital } from "../naming";
import { columnOf, count, measure, values } from "./columns";

/** One line or one set of bars. */
export interface Series {
  name: string;
  values: number[];
}

const species = ["commonName", "species", "scientificName", "taxon"];
const counts = ["detections", "count", "observations", "events", "media", "individuals", "value"];

/** The name of a row's species; the common one where there is one. */
function names(table: PlotTable): (string | null)[] {
  const common = values(table, "commonName");
  const scientific = values(table, "scientificName", "species", "taxon");
  return table.rows.map((_, at) => {
    const name = common[at] || scientific[at];
    return typeof name === "string" && name ? capital(name) : null;
  });
}

/** Animals and in how many files each was seen, the most frequent first. */
export function speciesCounts(table: PlotTable): { name: string; count: number }[] {
  const amounts = values(table, "media", "detections", "observations", "count", "events");
  const types = values(table, "type");
  return names(table)
    .map((name, at) => ({ name, count: count(amounts[at]), animal: types[at] === null || types[at] === "animal" }))
    .filter((row): row is { name: string; count: number; animal: boolean } => row.animal && row.name !== null)
    .map(({ name, count }) => ({ name, count }))
    .sort((a, b) => b.count - a.count);
}

/** Detections in each hour, 0 to 23, a series a species; the most frequent first, the rest of them as one. */
export function byHour(table: PlotTable, most: number, others: string): Series[] {
  return grouped(table, values(table, "hour", "hourOfDay", "sunHour", "bin").map((hour) => (measure(hour) === null ? -1 : Math.floor(count(hour)) % 24)), 24, most, others);
}

/** Detections in each step of time. */
export function overTime(table: PlotTable, most: number, others: string, by: Step): { steps: string[]; series: Series[] } {
  const when = values(table, "from", "start", "date", "day", "week", "month", "period", "time").map((step) => String(step ?? ""));
  const steps = withEmpty([...new Set(when.filter(Boolean))].sort(), by);
  const places = new Map(steps.map((step, at) => [step, at]));
  return {
    steps,
    series: grouped(table, when.map((step) => places.get(step) ?? -1), steps.length, most, others),
  };
}

export type Step = "day" | "week" | "month";
const mostSteps = 4_000;

/** The steps with those between them in which nothing was seen: time is drawn as it ran. */
export function withEmpty(steps: string[], by: Step): string[] {
  const first = clock(steps[0]);
  const last = clock(steps.at(-1));
  if (first === null || last === null) return steps;
  const all = new Set(steps);
  const at = new Date(first);
  for (let made = 0; at.getTime() <= last && made < mostSteps; made += 1) {
    all.add(at.toISOString().slice(0, steps[0]?.length === 7 ? 7 : 10));
    if (by === "month") at.setUTCMonth(at.getUTCMonth() + 1);
    else at.setUTCDate(at.getUTCDate() + (by === "week" ? 7 : 1));
  }
  return [...all].sort();
}

function grouped(table: PlotTable, places: number[], length: number, most: number, others: string): Series[] {
  const amounts = values(table, ...counts);
  const hasSpecies = columnOf(table, ...species) !== null;
  const all = new Map<string, number[]>();
  const labels = names(table);
  for (const [row, at] of places.entries()) {
    if (at < 0 || at >= length) continue;
    const name = hasSpecies ? (labels[row] ?? others) : "";
    let line = all.get(name);
    if (!line) all.set(name, (line = new Array<number>(length).fill(0)));
    line[at] = (line[at] ?? 0) + count(amounts[row]);
  }
  const sum = (line: number[]) => line.reduce((total, value) => total + value, 0);
  const series = [...all].map(([name, line]) => ({ name, values: line })).sort((a, b) => sum(b.values) - sum(a.values));
  if (series.length <= most) return series;
  const rest = series.slice(most - 1);
  const joined = Array.from({ length }, (_, at) => rest.reduce((total, each) => total + (each.values[at] ?? 0), 0));
  return [...series.slice(0, most - 1), { name: others, values: joined }];
}

/** Camera time, or a gap in it: milliseconds on the camera's own clock. */
export interface Stretch {
  deployment: string;
  from: number;
  to: number;
  gap: boolean;
}

/** When each camera stood and its gaps; deployments in the order of their beginnings. */
export function effort(table: PlotTable): { deployments: string[]; stretches: Stretch[] } {
  const name = values(table, "deployment", "deploymentName", "name", "location", "deploymentID");
  const start = values(table, "start", "from", "deploymentStart");
  const end = values(table, "end", "to", "until", "deploymentEnd");
  const kind = values(table, "kind", "type", "state");
  const gaps = values(table, "gaps");
  const stretches: Stretch[] = [];
  for (const [at, raw] of name.entries()) {
    const from = clock(start[at]);
    const to = until(end[at]);
    if (from === null || to === null) continue;
    const deployment = String(raw ?? "–");
    stretches.push({ deployment, from, to: Math.max(from, to), gap: kind[at] === "gap" });
    for (const [gapFrom, gapTo] of gapsOf(gaps[at])) stretches.push({ deployment, from: gapFrom, to: gapTo, gap: true });
  }
  stretches.sort((a, b) => Number(a.gap) - Number(b.gap) || a.from - b.from);
  return { deployments: [...new Set(stretches.map((each) => each.deployment))], stretches };
}

/** The end of a stretch; a day without a time counts to its end. */
function until(cell: string | number | null | undefined): number | null {
  const time = clock(cell);
  return time !== null && String(cell).length <= 10 ? time + 86_400_000 : time;
}

/** Gaps written as `start/end` pairs, one after the other. */
function gapsOf(cell: string | number | null | undefined): [number, number][] {
  if (typeof cell !== "string") return [];
  return cell.split(/[;,\s]+/).flatMap((pair): [number, number][] => {
    const [from, to] = pair.split("/").map((part) => clock(part));
    return typeof from === "number" && typeof to === "number" ? [[from, to]] : [];
  });
}

/** What the camera's clock showed, as milliseconds; its zone is dropped. */
export function clock(cell: string | number | null | undefined): number | null {
  const parts = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?/.exec(String(cell ?? ""));
  if (!parts) return null;
  const time = Date.parse(`${parts[1]}T${parts[2] ?? "00:00"}Z`);
  return Number.isNaN(time) ? null : time;
}

/** How many species were found after how much effort. */
export interface Accumulation {
  effort: number[];
  /** In the order in which they were found. */
  observed: (number | null)[];
  /** The mean over every order. */
  expected: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
}

export function accumulation(table: PlotTable): Accumulation {
  const effort = values(table, "trapDays", "trapNights", "nights", "effort", "samples");
  const rows = effort
    .map((cell, at) => ({ at, effort: measure(cell) }))
    .filter((row): row is { at: number; effort: number } => row.effort !== null)
    .sort((a, b) => a.effort - b.effort);
  const pick = (...names: string[]) => {
    const cells = values(table, ...names);
    return rows.map(({ at }) => measure(cells[at]));
  };
  return {
    effort: rows.map((row) => row.effort),
    observed: pick("observed"),
    expected: pick("expected", "species", "mean"),
    low: pick("low", "lower", "lower95"),
    high: pick("high", "upper", "upper95"),
  };
}

/** A deployment on the map. */
export interface Spot {
  id: string;
  name: string;
  latitude: number;
  longitude: number;
  detections: number;
  nights: number;
  /** Detections per 100 trap-nights. */
  rate: number;
}

/** The deployments that have a place, and how many have none. */
export function spots(table: PlotTable): { spots: Spot[]; placeless: number } {
  const name = values(table, "deployment", "deploymentName", "name", "location", "deploymentID");
  const latitude = values(table, "latitude");
  const longitude = values(table, "longitude");
  const detections = values(table, ...counts);
  const nights = values(table, "trapNights", "nights", "effort");
  const ids = values(table, "deploymentId", "deployment", "name");
  const found = new Map<string, Spot>();
  const placeless = new Set<string>();
  // A deployment has a row for each species.
  for (const [at, raw] of name.entries()) {
    const id = String(ids[at] ?? raw ?? at);
    const lat = measure(latitude[at]);
    const lon = measure(longitude[at]);
    if (lat === null || lon === null) {
      placeless.add(id);
      continue;
    }
    const seen = count(detections[at]) + (found.get(id)?.detections ?? 0);
    const effort = count(nights[at]);
    found.set(id, {
      id,
      name: String(raw ?? "–"),
      latitude: lat,
      longitude: lon,
      detections: seen,
      nights: effort,
      rate: effort > 0 ? (100 * seen) / effort : 0,
    });
  }
  return { spots: [...found.values()], placeless: placeless.size };
}
