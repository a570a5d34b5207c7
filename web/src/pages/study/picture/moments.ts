// Which boxes of a video belong to the moment on the screen. A model looks at some frames only: a box is shown from its frame until the
// next one that was looked at.

import type { Observation } from "../../../types";

/** The seconds at which there are boxes, in order. */
export function momentsOf(observations: readonly Observation[]): number[] {
  const times = new Set<number>();
  for (const each of observations) if (each.bbox && each.time !== null) times.add(each.time);
  return [...times].sort((a, b) => a - b);
}

/** How long a box stays when no later frame takes its place, in seconds: the usual distance of the frames. */
export function stay(moments: readonly number[]): number {
  const gaps = moments.slice(1).map((time, at) => time - (moments[at] ?? 0));
  gaps.sort((a, b) => a - b);
  return Math.min(2, Math.max(0.2, gaps[Math.floor(gaps.length / 2)] ?? 1));
}

/** The observations whose boxes are on the screen at `seconds`; those without a time belong to every moment. */
export function boxesAt(observations: readonly Observation[], seconds: number): Observation[] {
  const moments = momentsOf(observations);
  const reached = moments.filter((time) => time <= seconds + 0.02).at(-1);
  const fresh = reached !== undefined && seconds - reached <= stay(moments) + 0.02;
  return observations.filter((each) => each.bbox && (each.time === null || (fresh && each.time === reached)));
}
