// Where a picture and its boxes lie on the screen, in CSS pixels, at any zoom. A box is given in shares of the picture's sides.

import type { Box } from "../../../types";

export interface Size {
  width: number;
  height: number;
}

export interface Rect extends Size {
  x: number;
  y: number;
}

/** How the picture is looked at: 1 is the whole picture; the middle of the frame shows the point (`x`, `y`) of it, in shares. */
export interface View {
  zoom: number;
  x: number;
  y: number;
}

export const whole: View = { zoom: 1, x: 0.5, y: 0.5 };
export const mostZoom = 16;

/** The largest rectangle of the picture's shape that fits into the frame, in its middle. */
export function contained(frame: Size, picture: Size): Rect {
  if (picture.width <= 0 || picture.height <= 0 || frame.width <= 0 || frame.height <= 0) return { x: 0, y: 0, width: 0, height: 0 };
  const scale = Math.min(frame.width / picture.width, frame.height / picture.height);
  const width = picture.width * scale;
  const height = picture.height * scale;
  return { x: (frame.width - width) / 2, y: (frame.height - height) / 2, width, height };
}

/** Where the picture lies in the frame under a view. */
export function placed(frame: Size, picture: Size, view: View): Rect {
  const fit = contained(frame, picture);
  const width = fit.width * view.zoom;
  const height = fit.height * view.zoom;
  return { x: frame.width / 2 - view.x * width, y: frame.height / 2 - view.y * height, width, height };
}

/** The view kept such that no side of the frame shows ground that the picture could fill. */
export function bounded(frame: Size, picture: Size, view: View): View {
  const zoom = Math.min(mostZoom, Math.max(1, view.zoom));
  const fit = contained(frame, picture);
  return { zoom, x: middle(view.x, frame.width, fit.width * zoom), y: middle(view.y, frame.height, fit.height * zoom) };
}

function middle(at: number, frame: number, length: number): number {
  if (length <= frame) return 0.5;
  const half = frame / 2 / length;
  return Math.min(1 - half, Math.max(half, at));
}

/** Zooms by `factor` so that the point of the frame under the pointer stays where it is. */
export function zoomed(frame: Size, picture: Size, view: View, factor: number, point: { x: number; y: number }): View {
  const before = placed(frame, picture, view);
  const zoom = Math.min(mostZoom, Math.max(1, view.zoom * factor));
  if (before.width === 0 || before.height === 0) return { ...view, zoom };
  const u = (point.x - before.x) / before.width;
  const v = (point.y - before.y) / before.height;
  const width = (before.width / view.zoom) * zoom;
  const height = (before.height / view.zoom) * zoom;
  return bounded(frame, picture, { zoom, x: u - (point.x - frame.width / 2) / width, y: v - (point.y - frame.height / 2) / height });
}

/** Moves the picture by pixels. */
export function dragged(frame: Size, picture: Size, view: View, by: { x: number; y: number }): View {
  const now = placed(frame, picture, view);
  if (now.width === 0 || now.height === 0) return view;
  return bounded(frame, picture, { ...view, x: view.x - by.x / now.width, y: view.y - by.y / now.height });
}

/** A view on one box with room around it. */
export function closeUp(frame: Size, picture: Size, box: Box): View {
  const fit = contained(frame, picture);
  const [x, y, width, height] = box;
  const zoom = 0.6 * Math.min(frame.width / Math.max(1, fit.width * width), frame.height / Math.max(1, fit.height * height));
  return bounded(frame, picture, { zoom, x: x + width / 2, y: y + height / 2 });
}

/** A box on the screen. What a model says may stick out of the picture; what is drawn does not. */
export function boxOn(rect: Rect, box: Box): Rect {
  const left = Math.min(1, Math.max(0, box[0]));
  const top = Math.min(1, Math.max(0, box[1]));
  const right = Math.min(1, Math.max(left, box[0] + box[2]));
  const bottom = Math.min(1, Math.max(top, box[1] + box[3]));
  return {
    x: rect.x + left * rect.width,
    y: rect.y + top * rect.height,
    width: (right - left) * rect.width,
    height: (bottom - top) * rect.height,
  };
}

/**
 * Where the labels of boxes stand, in their order: above the box, below it, or inside at its top. A label that would cover an earlier
 * one everywhere is left out (`null`): its words also stand beside the picture.
 */
export function labelsAt(boxes: readonly Rect[], frame: Size, labels: readonly Size[]): ({ x: number; y: number } | null)[] {
  const taken: Rect[] = [];
  return boxes.map((box, index) => {
    const label = labels[index] ?? { width: 0, height: 0 };
    const first = labelAt(box, frame, label);
    const places = [first, { x: first.x, y: box.y + box.height }, { x: first.x, y: box.y }];
    const free = places.find(({ x, y }) => y >= 0 && y + label.height <= frame.height && !taken.some((other) => overlap(other, { x, y, ...label })));
    if (!free) return null;
    taken.push({ ...free, ...label });
    return free;
  });
}

function overlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Where the label of a box stands: above it, or inside when there is no room; never out of the frame on the left or the right. */
export function labelAt(box: Rect, frame: Size, label: Size): { x: number; y: number } {
  const x = Math.min(Math.max(0, box.x), Math.max(0, frame.width - label.width));
  const above = box.y - label.height;
  const y = above >= 0 ? above : Math.min(Math.max(0, box.y), Math.max(0, frame.height - label.height));
  return { x, y };
}
