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

/** Species and how often each was seen, the most frequent first. */
export function speciesCounts(table: PlotTable): { name: string; count: number }[] {
  const amounts = values(table, "media", "detections", "observations", "count", "events");
  return names(table)
    .map((name, at) => ({ name: name ?? "–", count: count(amounts[at]) }))
    .sort((a, b) => b.count - a.count);
}

/** Detections in each hour, 0 to 23, a series a species; the most frequent first, the rest of them as one. */
export function byHour(table: PlotTable, most: number, others: string): Series[] {
  return grouped(table, values(table, "hour", "hourOfDay", "sunHour", "bin").map((hour) => Math.floor(count(hour)) % 24), 24, most, others);
}

/** Detections in each step of time. */
export function overTime(table: PlotTable, most: number, others: string): { steps: string[]; series: Series[] } {
  const when = values(table, "start", "date", "day", "week", "month", "period", "time").map((step) => String(step ?? ""));
  const steps = [...new Set(when.filter(Boolean))].sort();
  const places = new Map(steps.map((step, at) => [step, at]));
  return {
    steps,
    series: grouped(table, when.map((step) => places.get(step) ?? -1), steps.length, most, others),
  };
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
    const to = clock(end[at]);
    if (from === null || to === null) continue;
    const deployment = String(raw ?? "–");
    stretches.push({ deployment, from, to: Math.max(from, to), gap: kind[at] === "gap" });
    for (const [gapFrom, gapTo] of gapsOf(gaps[at])) stretches.push({ deployment, from: gapFrom, to: gapTo, gap: true });
  }
  stretches.sort((a, b) => Number(a.gap) - Number(b.gap) || a.from - b.from);
  return { deployments: [...new Set(stretches.map((each) => each.deployment))], stretches };
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
  expected: (number | null)[];
  low: (number | null)[];
  high: (number | null)[];
}

export function accumulation(table: PlotTable): Accumulation {
  const effort = values(table, "trapNights", "nights", "effort", "deployments", "samples", "days");
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
    expected: pick("expected", "species", "mean", "observed"),
    low: pick("low", "lower", "lower95"),
    high: pick("high", "upper", "upper95"),
  };
}

/** A deployment on the map. */
export interface Spot {
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
  const rate = values(table, "rate", "per100TrapNights", "ratePer100");
  const found: Spot[] = [];
  for (const [at, raw] of name.entries()) {
    const lat = measure(latitude[at]);
    const lon = measure(longitude[at]);
    if (lat === null || lon === null) continue;
    const effort = count(nights[at]);
    const seen = count(detections[at]);
    found.push({
      name: String(raw ?? "–"),
      latitude: lat,
      longitude: lon,
      detections: seen,
      nights: effort,
      rate: measure(rate[at]) ?? (effort > 0 ? (100 * seen) / effort : 0),
    });
  }
  return { spots: found, placeless: table.rows.length - found.length };
}
