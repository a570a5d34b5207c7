// A list that can only be read from its beginning, page after page.

import { type Problem, toProblem, wasAborted } from "../../../ask";
import type { Page } from "../../../types";
import type { Range } from "./rows";

export class CursorList<T extends { id: string }> {
  /** How many there are in all, once known. */
  total = $state<number | null>(null);
  problem = $state.raw<Problem | null>(null);
  #items = $state.raw<T[]>([]);
  readonly #fetch: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>;
  readonly #request = new AbortController();
  #next: string | null | undefined = undefined;
  #busy = false;

  constructor(fetch: (cursor: string | undefined, signal: AbortSignal) => Promise<Page<T>>) {
    this.#fetch = fetch;
  }

  /** How many are here. */
  get length(): number {
    return this.#items.length;
  }

  at(index: number): T | undefined {
    return this.#items[index];
  }

  /** Fetches on while the window comes near the end of what is here. */
  want(shown: Range): void {
    if (this.#busy || this.#next === null || this.#request.signal.aborted) return;
    if (this.#next !== undefined && shown.end + 60 < this.#items.length) return;
    this.#busy = true;
    this.#fetch(this.#next ?? undefined, this.#request.signal)
      .then((page) => {
        this.#items = [...this.#items, ...page.items];
        this.#next = page.items.length === 0 ? null : page.next;
        this.total = page.total;
        this.problem = null;
      })
      .catch((thrown: unknown) => {
        if (!wasAborted(thrown)) this.problem = toProblem(thrown);
      })
      .finally(() => (this.#busy = false));
  }

  close(): void {
    this.#request.abort();
  }
}
