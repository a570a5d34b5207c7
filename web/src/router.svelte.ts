// Where the reader is: the address bar is the only truth. Links are plain `<a href>`; a click on one is taken by `follow`.

import type { Component } from "svelte";

/** What the `:names` of an address stand for. */
export type Params = Record<string, string>;

/** A page takes the parameters of its address, or nothing. */
export type PageComponent = Component<{ params: Params }> | Component<Record<string, never>>;

/** A page and the addresses it answers to; `:name` in a pattern matches one segment. */
export interface Route {
  pattern: string;
  page: () => Promise<{ default: PageComponent }>;
}

class Place {
  url = $state.raw(new URL(location.href));

  get path(): string {
    return this.url.pathname;
  }

  get query(): URLSearchParams {
    return this.url.searchParams;
  }
}

/** The address now; reactive. */
export const place = new Place();

/** Goes to an address of this application. */
export function go(to: string, how: { replace?: boolean } = {}): void {
  const url = new URL(to, location.href);
  if (how.replace) history.replaceState(null, "", url);
  else history.pushState(null, "", url);
  const samePage = url.pathname === place.path;
  place.url = url;
  if (!samePage) scrollTo(0, 0);
}

/** Changes the query in place, without a step of history; `null` and empty lists take a name out. */
export function setQuery(changes: Record<string, string | string[] | null>): void {
  const url = new URL(place.url);
  for (const [name, value] of Object.entries(changes)) {
    url.searchParams.delete(name);
    for (const each of Array.isArray(value) ? value : value === null ? [] : [value]) url.searchParams.append(name, each);
  }
  go(url.href, { replace: true });
}

/** The parameters of `path` under `pattern`, or `null` when they do not match. */
export function match(pattern: string, path: string): Params | null {
  const wanted = pattern.split("/").filter(Boolean);
  const given = path.split("/").filter(Boolean);
  if (wanted.length !== given.length) return null;
  const params: Params = {};
  for (const [at, part] of wanted.entries()) {
    const value = given[at] ?? "";
    if (part.startsWith(":")) params[part.slice(1)] = decode(value);
    else if (part !== value) return null;
  }
  return params;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Turns a plain click on a link of this application into `go`. */
export function follow(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element).closest("a");
  if (!link || link.target || link.hasAttribute("download") || link.origin !== location.origin) return;
  if (link.pathname.startsWith("/api/")) return;
  event.preventDefault();
  go(link.href);
}

addEventListener("popstate", () => (place.url = new URL(location.href)));
