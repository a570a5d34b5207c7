// Decisions go to the study one after the other, in the order in which they were made, while the reviewer is already at the next file.

import { studies } from "../../../api";
import { tell, tellProblem } from "../../../parts/toasts.svelte";
import { t } from "../../../texts";
import type { EditAction, Medium, Moved, Observation, ObservationWord } from "../../../types";
import type { StudyData } from "../data.svelte";
import { nameOf } from "../naming";
import type { Queue } from "./queue.svelte";

export class Decisions {
  /** What was done last, for screen readers and for the line under the picture. */
  said = $state("");
  readonly #data: StudyData;
  readonly #queue: () => Queue | null;
  #chain: Promise<unknown> = Promise.resolve();
  #done: string[] = [];
  #undone: string[] = [];

  constructor(data: StudyData, queue: () => Queue | null) {
    this.#data = data;
    this.#queue = queue;
  }

  /** One of the simple actions. What it will look like is shown at once. */
  act(medium: Medium, action: EditAction): void {
    this.#queue()?.put(expected(medium, action));
    this.said = `${medium.fileName}: ${sentence(action)}`;
    this.#send(medium, () => studies.edit(this.#data.id, [medium.id], action));
  }

  /** A whole word on one medium. */
  observe(medium: Medium, word: ObservationWord[], said: string): void {
    this.said = `${medium.fileName}: ${said}`;
    this.#send(medium, () => studies.observe(this.#data.id, medium.id, word));
  }

  undo(): void {
    this.#step(studies.undo, this.#done, this.#undone, t.study.review.decided.undo);
  }

  redo(): void {
    this.#step(studies.redo, this.#undone, this.#done, t.study.review.decided.redo);
  }

  /** Resolves when everything was sent. */
  get settled(): Promise<unknown> {
    return this.#chain;
  }

  #send(medium: Medium, call: () => Promise<unknown>): void {
    this.#chain = this.#chain.then(async () => {
      try {
        await call();
        this.#done.push(medium.id);
        this.#undone = [];
        this.#data.changed();
      } catch (thrown) {
        tellProblem(thrown);
      }
      await this.#reload(medium.id);
    });
  }

  #step(call: (id: string) => Promise<Moved>, from: string[], to: string[], said: string): void {
    this.#chain = this.#chain.then(async () => {
      try {
        const { edit } = await call(this.#data.id);
        if (edit === null) {
          tell(call === studies.undo ? t.study.gallery.nothingToUndo : t.study.gallery.nothingToRedo);
          return;
        }
        const id = from.pop() ?? this.#queue()?.current?.id;
        if (!id) return;
        to.push(id);
        this.#queue()?.goTo(id);
        await this.#reload(id);
        this.#data.changed();
        this.said = said;
        tell(said);
      } catch (thrown) {
        tellProblem(thrown);
      }
    });
  }

  async #reload(id: string): Promise<void> {
    try {
      this.#queue()?.put(await studies.medium(this.#data.id, id));
    } catch (thrown) {
      tellProblem(thrown);
    }
  }
}

/** What the medium will be once the study has taken the action. */
export function expected(medium: Medium, action: EditAction): Medium {
  if ("favourite" in action) return { ...medium, favourite: action.favourite };
  const reviewed = true;
  const human = (row: Observation): Observation => ({ ...row, method: "human" });
  if ("confirm" in action) return { ...medium, reviewed, observations: medium.observations.map(human) };
  if ("relabel" in action) {
    const rows = medium.observations.length > 0 ? medium.observations : [blankRow()];
    return { ...medium, reviewed, observations: rows.map((row) => ({ ...human(row), ...action.relabel, type: "animal" as const, probability: null })) };
  }
  return { ...medium, reviewed, observations: [blankRow()] };
}

/** What the study will make a row of; it has no id yet. */
function blankRow(): Observation {
  return {
    id: "",
    scientificName: null,
    commonName: null,
    type: "blank",
    count: 1,
    probability: null,
    confidence: null,
    bbox: null,
    method: "human",
    by: null,
    at: null,
    frame: null,
    time: null,
  };
}

function sentence(action: EditAction): string {
  const words = t.study.review.decided;
  if ("confirm" in action) return words.confirm;
  if ("blank" in action) return words.blank;
  if ("favourite" in action) return action.favourite ? words.favour : words.unfavour;
  return words.relabel(nameOf(action.relabel));
}
