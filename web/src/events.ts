// The server's news, as one stream for the whole page. The browser resumes a broken stream with the number of the last event it saw;
// when that is not enough (the server was restarted, or forgot), listeners of `reset` fetch everything anew.

import { address } from "./ask";
import type { Export, Model, Run, Server, StudyRow } from "./types";

interface News {
  run: Run;
  install: Model;
  server: Server;
  study: StudyRow;
  export: Export;
  reset: null;
  connected: boolean;
}

type Kind = keyof News;
type Listener<K extends Kind> = (news: News[K]) => void;

const listeners: { [K in Kind]: Set<Listener<K>> } = {
  run: new Set(),
  install: new Set(),
  server: new Set(),
  study: new Set(),
  export: new Set(),
  reset: new Set(),
  connected: new Set(),
};

const slowest = 15_000;
let source: EventSource | null = null;
let wait = 500;
let broken = false;

/** Calls `listener` at every event of the kind, until the returned function is called. */
export function subscribe<K extends Kind>(kind: K, listener: Listener<K>): () => void {
  listeners[kind].add(listener);
  return () => listeners[kind].delete(listener);
}

function tell<K extends Kind>(kind: K, news: News[K]): void {
  for (const listener of listeners[kind]) listener(news);
}

/** Opens the stream; once open it stays so, with growing pauses between tries while the server is away. */
export function connect(): void {
  if (source) return;
  source = new EventSource(address("/events"));
  source.onopen = () => {
    wait = 500;
    tell("connected", true);
    // The server may be another one than before, whose numbers start anew: what was missed is not known.
    if (broken) tell("reset", null);
    broken = false;
  };
  source.onerror = () => {
    broken = true;
    tell("connected", false);
    if (source?.readyState !== EventSource.CLOSED) return;
    disconnect();
    setTimeout(connect, wait);
    wait = Math.min(wait * 2, slowest);
  };
  for (const kind of ["run", "install", "server", "study", "export"] as const) {
    source.addEventListener(kind, (event: MessageEvent<string>) => tell(kind, JSON.parse(event.data)));
  }
  source.addEventListener("reset", () => tell("reset", null));
}

/** Closes the stream. */
export function disconnect(): void {
  source?.close();
  source = null;
}
