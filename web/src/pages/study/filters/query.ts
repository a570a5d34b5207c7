// The filters of a study's media and the query of the address: one is always the other, so that a link shows what its sender saw.
// An address is written by anybody: what does not read as a filter is left out.

import type { Category, Filters } from "../../../types";

/** What a medium can be asked to be. */
export const kinds = ["animal", "human", "vehicle", "blank", "unknown", "unprocessed", "failed"] as const;
export const sorts = ["time", "-time", "confidence", "-confidence", "name"] as const;
export type Kind = Category | "unprocessed" | "failed";
export type Sort = (typeof sorts)[number];

/** Every name that a filter has in the query. */
export const filterNames = [
  "species",
  "deployment",
  "kind",
  "from",
  "to",
  "hourFrom",
  "hourTo",
  "minConfidence",
  "maxConfidence",
  "method",
  "reviewed",
  "favourite",
  "video",
  "search",
  "sort",
] as const;

export type FilterName = (typeof filterNames)[number];

/** Reads the filters out of a query. */
export function filtersOf(query: URLSearchParams): Filters {
  const filters: Filters = {};
  const species = query.getAll("species").filter(Boolean);
  if (species.length > 0) filters.species = species;
  const deployment = query.getAll("deployment").filter(Boolean);
  if (deployment.length > 0) filters.deployment = deployment;
  const kind = query.getAll("kind").filter((word): word is Kind => (kinds as readonly string[]).includes(word));
  if (kind.length > 0) filters.kind = kind;
  const from = day(query.get("from"));
  if (from) filters.from = from;
  const to = day(query.get("to"));
  if (to) filters.to = to;
  const hourFrom = within(query.get("hourFrom"), 0, 23);
  const hourTo = within(query.get("hourTo"), 0, 24);
  if (hourFrom !== null) filters.hourFrom = Math.floor(hourFrom);
  if (hourTo !== null) filters.hourTo = Math.floor(hourTo);
  const least = within(query.get("minConfidence"), 0, 1);
  const most = within(query.get("maxConfidence"), 0, 1);
  if (least !== null && least > 0) filters.minConfidence = least;
  if (most !== null && most < 1) filters.maxConfidence = most;
  const method = query.get("method");
  if (method === "human" || method === "machine") filters.method = method;
  for (const name of ["reviewed", "favourite", "video"] as const) {
    const word = query.get(name);
    if (word === "true" || (word === "false" && name !== "favourite")) filters[name] = word === "true";
  }
  const search = query.get("search");
  if (search) filters.search = search;
  const sort = query.get("sort");
  if (sort && sort !== "time" && (sorts as readonly string[]).includes(sort)) filters.sort = sort as Sort;
  return filters;
}

/** What the query must become for these filters: every name, those to take out as `null`. */
export function queryOf(filters: Filters): Record<FilterName, string | string[] | null> {
  const query = {} as Record<FilterName, string | string[] | null>;
  for (const name of filterNames) {
    const value = filters[name];
    if (value === undefined || (Array.isArray(value) && value.length === 0)) query[name] = null;
    else query[name] = Array.isArray(value) ? value.map(String) : String(value);
  }
  return query;
}

/** The filters as the end of an address, with `more` after them; empty when there is nothing to say. */
export function searchOf(filters: Filters, more: Record<string, string> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(queryOf(filters))) {
    for (const each of Array.isArray(value) ? value : value === null ? [] : [value]) search.append(name, each);
  }
  for (const [name, value] of Object.entries(more)) search.set(name, value);
  const text = search.toString();
  return text ? `?${text}` : "";
}

/** How many filters narrow the list; the order is none. */
export function countOf(filters: Filters): number {
  return filterNames.filter((name) => name !== "sort" && queryOf(filters)[name] !== null).length;
}

/** The same filters, whatever the order of their keys, give the same text. */
export function keyOf(filters: Filters): string {
  return searchOf(filters);
}

/** Without one filter, or without one value of a filter that takes several. */
export function without(filters: Filters, name: FilterName, value?: string): Filters {
  const rest: Filters = { ...filters };
  const list = filters[name];
  if (Array.isArray(list) && value !== undefined) {
    const kept = (list as string[]).filter((each) => each !== value);
    if (kept.length > 0) {
      Object.assign(rest, { [name]: kept });
      return rest;
    }
  }
  delete rest[name];
  return rest;
}

function day(word: string | null): string | null {
  return word && /^\d{4}-\d{2}-\d{2}$/.test(word) && !Number.isNaN(Date.parse(word)) ? word : null;
}

function within(word: string | null, least: number, most: number): number | null {
  if (word === null || word.trim() === "") return null;
  const value = Number(word);
  return Number.isFinite(value) && value >= least && value <= most ? value : null;
}
