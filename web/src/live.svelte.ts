// The lists that change by themselves: runs, servers, models, studies. Each is fetched once and then kept true by the server's events.

import * as api from "./api";
import { type Problem, toProblem } from "./ask";
import { connect, subscribe } from "./events";
import type { Model, Run, Server, StudyRow } from "./types";

/** A list of the server's, kept in step. `loaded` turns true at the first answer and stays so. */
export class LiveList<T> {
  items = $state.raw<T[]>([]);
  loaded = $state(false);
  problem = $state.raw<Problem | null>(null);
  readonly #fetch: () => Promise<T[]>;
  readonly #key: (item: T) => string;

  constructor(fetch: () => Promise<T[]>, key: (item: T) => string) {
    this.#fetch = fetch;
    this.#key = key;
  }

  async load(): Promise<void> {
    try {
      this.items = await this.#fetch();
      this.problem = null;
      this.loaded = true;
    } catch (thrown) {
      this.problem = toProblem(thrown);
    }
  }

  /** Replaces the item of the same key; a new one comes first. */
  put(item: T): void {
    const key = this.#key(item);
    const at = this.items.findIndex((each) => this.#key(each) === key);
    this.items = at < 0 ? [item, ...this.items] : this.items.with(at, item);
  }

  drop(key: string): void {
    this.items = this.items.filter((each) => this.#key(each) !== key);
  }

  find(key: string): T | undefined {
    return this.items.find((each) => this.#key(each) === key);
  }
}

export const runs = new LiveList<Run>(api.runs.list, (run) => run.id);
export const servers = new LiveList<Server>(api.servers.list, (server) => server.name);
export const models = new LiveList<Model>(api.models.list, (model) => model.reference);
export const studies = new LiveList<StudyRow>(api.studies.list, (study) => study.id);

class Connection {
  up = $state(true);
}

/** Whether the server's events reach this page. */
export const connection = new Connection();

/** Starts to listen; once, when the page opens. */
export function startLive(): void {
  subscribe("run", (run) => runs.put(run));
  subscribe("server", (server) => servers.put(server));
  subscribe("install", (model) => models.put(model));
  subscribe("study", (study) => studies.put(study));
  subscribe("connected", (up) => (connection.up = up));
  subscribe("reset", loadAll);
  loadAll();
  connect();
}

function loadAll(): void {
  for (const list of [runs, servers, models, studies]) void list.load();
}
