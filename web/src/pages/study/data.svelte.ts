// One study as its pages show it. It is kept while the program's page is open, so going from tab to tab shows it at once; an event of
// the study fetches it anew.

import { studies } from "../../api";
import { type Problem, toProblem } from "../../ask";
import { subscribe } from "../../events";
import type { Study } from "../../types";

export class StudyData {
  readonly id: string;
  study = $state.raw<Study | null>(null);
  problem = $state.raw<Problem | null>(null);
  /** Grows whenever the study's media or labels may have changed. */
  version = $state(0);
  #waiting: ReturnType<typeof setTimeout> | null = null;

  constructor(id: string) {
    this.id = id;
  }

  async load(): Promise<void> {
    try {
      this.study = await studies.get(this.id);
      this.problem = null;
    } catch (thrown) {
      this.problem = toProblem(thrown);
    }
  }

  /** Something changed: what is shown is fetched again soon, once for many changes. */
  changed(): void {
    if (this.#waiting) return;
    this.#waiting = setTimeout(() => {
      this.#waiting = null;
      this.version += 1;
      void this.load();
    }, 400);
  }
}

const known = new Map<string, StudyData>();

/** The study's data, fetched anew in the background. */
export function openStudy(id: string): StudyData {
  let data = known.get(id);
  if (!data) known.set(id, (data = new StudyData(id)));
  void data.load();
  return data;
}

/** Forgets a study that is no longer there. */
export function forgetStudy(id: string): void {
  known.delete(id);
}

subscribe("study", (row) => known.get(row.id)?.changed());
subscribe("reset", () => {
  for (const data of known.values()) data.changed();
});
