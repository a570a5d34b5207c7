// The files that are reviewed one after the other. It reads on by cursor, which skips nothing when a decision takes files out of the
// filter; what was read stays, so that one can go back to it.

import { studies } from "../../../api";
import type { Filters, Medium, Page } from "../../../types";
import { isReviewed } from "./words";

const step = 60;
const longStep = 500;

export class Queue {
  items = $state.raw<Medium[]>([]);
  at = $state(0);
  total = $state<number | null>(null);
  /** The place of the first item in the whole list. */
  base = $state(0);
  #next: string | null = null;
  readonly #study: string;
  readonly #filters: Filters;
  readonly #request = new AbortController();

  constructor(study: string, filters: Filters) {
    this.#study = study;
    this.#filters = filters;
  }

  get current(): Medium | null {
    return this.items[this.at] ?? null;
  }

  /** The one after this, if it was read. */
  get upcoming(): Medium | null {
    return this.items[this.at + 1] ?? null;
  }

  /** Begins at a place of the list, on the file `id` when it is there. */
  async open(place: number | null, id: string | null): Promise<void> {
    this.base = Math.max(0, (place ?? 0) - 5);
    const page = await this.#page({ offset: this.base, limit: step });
    const found = id === null ? -1 : page.items.findIndex((item) => item.id === id);
    if (found < 0 && id !== null) {
      const one = await studies.medium(this.#study, id, this.#request.signal);
      this.items = [one, ...page.items.filter((item) => item.id !== id)];
      this.at = 0;
    } else {
      this.items = page.items;
      this.at = found >= 0 ? found : Math.max(0, Math.min((place ?? 0) - this.base, page.items.length - 1));
    }
  }

  /** Holds these files only: a sequence. */
  async openOnly(ids: readonly string[]): Promise<void> {
    const items: Medium[] = [];
    for (const id of ids) items.push(await studies.medium(this.#study, id, this.#request.signal));
    this.items = items;
    this.at = 0;
    this.total = items.length;
  }

  /** Goes one on; false at the end. */
  async forward(): Promise<boolean> {
    if (this.at + 1 >= this.items.length && !(await this.#readOn(step))) return false;
    this.at += 1;
    if (this.at + 5 >= this.items.length) void this.#readOn(step).catch(() => undefined);
    return true;
  }

  /** Goes one back; false at the beginning. */
  async back(): Promise<boolean> {
    if (this.at === 0 && !(await this.#readBack())) return false;
    this.at -= 1;
    return true;
  }

  /** Goes to the first of the whole list. */
  async first(): Promise<void> {
    while (this.base > 0 && (await this.#readBack()));
    this.at = 0;
  }

  /** Goes to the next file that no person has judged, from the beginning again after the last; false when there is none. */
  async nextUnreviewed(): Promise<boolean> {
    const start = this.items[this.at]?.id;
    for (let at = this.at + 1; ; at += 1) {
      if (at >= this.items.length && !(await this.#readOn(longStep))) break;
      const item = this.items[at];
      if (item && !isReviewed(item)) {
        this.at = at;
        return true;
      }
    }
    await this.first();
    for (let at = 0; at < this.items.length; at += 1) {
      const item = this.items[at];
      if (item && item.id !== start && !isReviewed(item)) {
        this.at = at;
        return true;
      }
    }
    this.goTo(start ?? "");
    return false;
  }

  /** Goes to a file that was read; false when it was not. */
  goTo(id: string): boolean {
    const at = this.items.findIndex((item) => item.id === id);
    if (at >= 0) this.at = at;
    return at >= 0;
  }

  put(medium: Medium): void {
    const at = this.items.findIndex((item) => item.id === medium.id);
    if (at >= 0) this.items = this.items.with(at, medium);
  }

  close(): void {
    this.#request.abort();
  }

  async #page(part: { offset?: number; cursor?: string; limit: number }): Promise<Page<Medium>> {
    const page = await studies.media(this.#study, this.#filters, part, this.#request.signal);
    this.#next = page.next;
    this.total = page.total;
    return page;
  }

  async #readOn(limit: number): Promise<boolean> {
    if (this.#next === null) return false;
    const known = new Set(this.items.map((item) => item.id));
    const page = await this.#page({ cursor: this.#next, limit });
    const fresh = page.items.filter((item) => !known.has(item.id));
    this.items = [...this.items, ...fresh];
    return fresh.length > 0;
  }

  async #readBack(): Promise<boolean> {
    if (this.base === 0) return false;
    const offset = Math.max(0, this.base - longStep);
    const next = this.#next;
    const page = await this.#page({ offset, limit: this.base - offset });
    this.#next = next;
    const known = new Set(this.items.map((item) => item.id));
    const fresh = page.items.filter((item) => !known.has(item.id));
    this.items = [...fresh, ...this.items];
    this.at += fresh.length;
    this.base = offset;
    return fresh.length > 0;
  }
}
