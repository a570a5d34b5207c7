import { describe, expect, it } from "vitest";
import type { Page } from "../../../types";
import { PagedList } from "./pages.svelte";

interface Item {
  id: string;
  turn: number;
}

/** A server that answers when told to, and remembers what it was asked. */
function server(total: number) {
  const asked: { offset: number; signal: AbortSignal; answer: () => void }[] = [];
  let turn = 0;
  const fetch = (offset: number, limit: number, signal: AbortSignal) =>
    new Promise<Page<Item>>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
      asked.push({
        offset,
        signal,
        answer: () => {
          const items = Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, at) => ({ id: `m${offset + at}`, turn }));
          resolve({ items, next: null, total });
        },
      });
    });
  return { asked, fetch, nextTurn: () => (turn += 1) };
}

const rest = (ms = 0) => new Promise((done) => setTimeout(done, ms));
const none = { first: 0, end: 0 };

describe("a long list in pages", () => {
  it("fetches what is shown and what comes next, once", async () => {
    const { asked, fetch } = server(1000);
    const list = new PagedList(fetch, 100);
    list.want(none, none);
    asked[0]?.answer();
    await rest();
    expect(list.total).toBe(1000);
    expect(list.at(99)?.id).toBe("m99");
    list.want({ first: 250, end: 320 }, { first: 320, end: 420 });
    list.want({ first: 250, end: 320 }, { first: 320, end: 420 });
    await rest(120);
    expect(asked.map((each) => each.offset)).toEqual([0, 200, 300, 400]);
    list.close();
  });

  it("gives up what went by", async () => {
    const { asked, fetch } = server(100_000);
    const list = new PagedList(fetch, 100);
    list.want(none, none);
    asked[0]?.answer();
    await rest();
    list.want({ first: 5_000, end: 5_050 }, none);
    await rest(120);
    list.want({ first: 90_000, end: 90_050 }, none);
    expect(asked[1]?.signal.aborted).toBe(true);
    await rest(120);
    asked[2]?.answer();
    await rest();
    expect(list.at(90_000)?.id).toBe("m90000");
    expect(list.at(5_000)).toBeUndefined();
    expect(list.problem).toBeNull();
    list.close();
  });

  it("shows the old until the new is there", async () => {
    const { asked, fetch, nextTurn } = server(100);
    const list = new PagedList(fetch, 100);
    list.want(none, none);
    asked[0]?.answer();
    await rest();
    list.want({ first: 0, end: 20 }, none);
    nextTurn();
    list.refresh();
    expect(list.at(0)?.turn).toBe(0);
    asked[1]?.answer();
    await rest();
    expect(list.at(0)?.turn).toBe(1);
    list.close();
  });

  it("brings a run of items for a selection across pages", async () => {
    const { asked, fetch } = server(300);
    const list = new PagedList(fetch, 100);
    const run = list.range(50, 150, new AbortController().signal);
    asked[0]?.answer();
    await rest();
    asked[1]?.answer();
    expect((await run).map((item) => item.id)).toEqual(Array.from({ length: 100 }, (_, at) => `m${at + 50}`));
    list.close();
  });
});
