import { toProblem, wasAborted } from "../ask";

export interface Toast {
  id: number;
  look: "plain" | "bad";
  text: string;
  hint: string | null;
  action: { label: string; run: () => void } | null;
}

const shortest = 6_000;
let last = 0;

class Toasts {
  items = $state<Toast[]>([]);

  drop(id: number): void {
    this.items = this.items.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();

/** Says something that needs no answer; it goes by itself. */
export function tell(text: string, action: Toast["action"] = null): void {
  last += 1;
  const id = last;
  toasts.items.push({ id, look: "plain", text, hint: null, action });
  setTimeout(() => toasts.drop(id), shortest + text.length * 40);
}

/** Says what failed; it stays until dismissed. A request that was given up is no failure. */
export function tellProblem(thrown: unknown): void {
  if (wasAborted(thrown)) return;
  const problem = toProblem(thrown);
  last += 1;
  const text = problem.detail || problem.title;
  if (toasts.items.some((toast) => toast.text === text)) return;
  toasts.items.push({ id: last, look: "bad", text, hint: problem.hint, action: null });
}
