// A person's word on many media at once, and taking it back. The study keeps every edit, so undoing has no end.

import { studies } from "../../../api";
import { tell, tellProblem } from "../../../parts/toasts.svelte";
import { t } from "../../../texts";
import type { EditAction, Moved } from "../../../types";
import type { StudyData } from "../data.svelte";
import { nameOf } from "../naming";

/** Does it and says so, with a button that takes it back. */
export async function edit(data: StudyData, mediaIds: string[], action: EditAction): Promise<boolean> {
  try {
    const { media } = await studies.edit(data.id, mediaIds, action);
    data.changed();
    tell(sentence(action, media), { label: t.study.gallery.undo, run: () => void undo(data) });
    return true;
  } catch (thrown) {
    tellProblem(thrown);
    return false;
  }
}

/** Takes the latest edit back. */
export async function undo(data: StudyData): Promise<boolean> {
  return step(data, studies.undo, t.study.gallery.undone, t.study.gallery.nothingToUndo);
}

/** Does again what was taken back last. */
export async function redo(data: StudyData): Promise<boolean> {
  return step(data, studies.redo, t.study.gallery.redone, t.study.gallery.nothingToRedo);
}

async function step(data: StudyData, call: (id: string) => Promise<Moved>, said: string, nothing: string): Promise<boolean> {
  try {
    const { edit } = await call(data.id);
    tell(edit === null ? nothing : said);
    if (edit !== null) data.changed();
    return edit !== null;
  } catch (thrown) {
    tellProblem(thrown);
    return false;
  }
}

function sentence(action: EditAction, media: number): string {
  const done = t.study.gallery.done;
  if ("confirm" in action) return done.confirm(media);
  if ("blank" in action) return done.blank(media);
  if ("favourite" in action) return action.favourite ? done.favour(media) : done.unfavour(media);
  return done.relabel(media, nameOf(action.relabel));
}
