// A long list, held in pages. Only pages near the window are fetched; requests for pages that went by are given up; a page that was
// replaced keeps showing until its new one is there.

import { type Problem, toProblem, wasAborted } from "../../../ask";
import type { Page } from "../../../types";
import { pagesOf, type Range } from "./rows";

/** Fetches `limit` items from `offset`. */
export type Fetch<T> = (offset: number, limit: number, signal: AbortSignal) => Promise<Page<T>>;

const pause = 60;
const mostPages = 60;

export class PagedList<T extends { id: string }> {
  total = $state<number | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** Grows with every page that arrives: reading it makes `at` reactive. */
  arrived = $state(0);
  readonly size: number;
  readonly #fetch: Fetch<T>;
  readonly #pages = new Map<number, T[]>();
  readonly #stale = new Set<number>();
  readonly #flying = new Map<number, AbortController>();
  #wanted: number[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #closed = false;

  constructor(fetch: Fetch<T>, size = 100) {
    this.#fetch = fetch;
    this.size = size;
  }

  /** The item, if its page is here. */
  at(index: number): T | undefined {
    void this.arrived;
    return this.#pages.get(Math.floor(index / this.size))?.[index % this.size];
  }

  /** The index of an item among the pages that are here. */
  indexOf(id: string): number | null {
    for (const [page, items] of this.#pages) {
      const at = items.findIndex((item) => item.id === id);
      if (at >= 0) return page * this.size + at;
    }
    return null;
  }

  /** Says what the window shows and what it will likely show next. */
  want(shown: Range, ahead: Range): void {
    const pages = pagesOf(shown, this.size);
    for (const page of pagesOf(ahead, this.size)) if (!pages.includes(page)) pages.push(page);
    if (this.total === null && pages.length === 0) pages.push(0);
    this.#wanted = pages;
    for (const [page, request] of this.#flying) {
      if (pages.includes(page)) continue;
      request.abort();
      this.#flying.delete(page);
    }
    // The first page is fetched at once; while the window flies by, only where it rests.
    if (this.total === null) this.#start();
    else if (!this.#timer) this.#timer = setTimeout(() => this.#start(), pause);
  }

  /** Fetches what is shown again, and forgets the rest. */
  refresh(): void {
    for (const page of [...this.#pages.keys()]) {
      if (this.#wanted.includes(page)) this.#stale.add(page);
      else this.#pages.delete(page);
    }
    for (const request of this.#flying.values()) request.abort();
    this.#flying.clear();
    this.#start();
  }

  /** Puts an item in the place of the one with its id. */
  put(item: T): void {
    for (const items of this.#pages.values()) {
      const at = items.findIndex((each) => each.id === item.id);
      if (at >= 0) items[at] = item;
    }
    this.arrived += 1;
  }

  /** The items from `first` to `end`, fetched where they are missing. */
  async range(first: number, end: number, signal: AbortSignal): Promise<T[]> {
    for (const page of pagesOf({ first, end }, this.size)) {
      if (!this.#pages.has(page)) await this.#bring(page, signal);
    }
    const items: T[] = [];
    for (let index = first; index < end; index += 1) {
      const item = this.at(index);
      if (item) items.push(item);
    }
    return items;
  }

  /** Gives everything up. */
  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    for (const request of this.#flying.values()) request.abort();
    this.#flying.clear();
  }

  #start(): void {
    this.#timer = null;
    if (this.#closed) return;
    for (const page of this.#wanted) {
      if (this.#flying.has(page)) continue;
      if (this.#pages.has(page) && !this.#stale.has(page)) continue;
      const request = new AbortController();
      this.#flying.set(page, request);
      void this.#bring(page, request.signal)
        .catch((thrown: unknown) => {
          if (!wasAborted(thrown) && !this.#closed) this.problem = toProblem(thrown);
        })
        .finally(() => {
          if (this.#flying.get(page) === request) this.#flying.delete(page);
        });
    }
  }

  async #bring(page: number, signal: AbortSignal): Promise<void> {
    const answer = await this.#fetch(page * this.size, this.size, signal);
    if (this.#closed) return;
    this.#pages.set(page, answer.items);
    this.#stale.delete(page);
    this.total = answer.total;
    this.problem = null;
    this.arrived += 1;
    this.#trim();
  }

  #trim(): void {
    for (const page of this.#pages.keys()) {
      if (this.#pages.size <= mostPages) return;
      if (!this.#wanted.includes(page)) this.#pages.delete(page);
    }
  }
}
