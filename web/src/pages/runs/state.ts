import { number, rate } from "../../format";
import { t } from "../../texts";
import type { Run, RunState } from "../../types";

const waiting: RunState[] = ["queued", "searching", "running", "pausing", "paused"];

/** Not over yet: runs, waits or rests. */
export function isOpen(run: Run): boolean {
  return waiting.includes(run.state);
}

export function isMoving(run: Run): boolean {
  return run.state === "running" || run.state === "searching";
}

/** The share of files that have an answer or a failure; `null` while they are still searched for. */
export function share(run: Run): number | null {
  if (run.state === "completed") return 1;
  if (run.state === "searching" || run.queued === 0) return isOpen(run) && run.state !== "queued" ? null : 0;
  return run.done / run.queued;
}

export function rateText(run: Run): string {
  if (run.filesPerSecond === null) return t.runs.measuring;
  const { value, per } = rate(run.filesPerSecond);
  return per === "second" ? t.runs.perSecond(value) : t.runs.perMinute(value);
}

export function progressText(run: Run): string {
  if (run.state === "queued" && run.position !== null) return t.runs.position(run.position);
  if (run.state === "searching") return t.runs.filesFound(run.found);
  return t.runs.doneOf(number(run.done), number(run.queued));
}
