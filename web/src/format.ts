// Numbers, sizes and times in the reader's own way of writing. A medium's time is what the camera's clock showed: it is never moved into
// the reader's time zone. Moments of this program (when a run started) are shown in the reader's zone.

import { settings } from "./settings.svelte";

const cached = new Map<string, Intl.NumberFormat>();

function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = settings.locale + JSON.stringify(options);
  let format = cached.get(key);
  if (!format) cached.set(key, (format = new Intl.NumberFormat(settings.locale, options)));
  return format;
}

export function number(value: number, digits = 0): string {
  return numbers({ maximumFractionDigits: digits }).format(value);
}

/** A share of 1 as a percentage. */
export function percent(share: number, digits = 0): string {
  return numbers({ style: "percent", maximumFractionDigits: digits }).format(share);
}

const sizes = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

export function bytes(value: number): string {
  let at = 0;
  let rest = value;
  while (rest >= 1000 && at < sizes.length - 1) {
    rest /= 1000;
    at += 1;
  }
  const digits = at === 0 || rest >= 100 ? 0 : 1;
  return numbers({ style: "unit", unit: sizes[at] ?? "byte", unitDisplay: at === 0 ? "long" : "short", maximumFractionDigits: digits }).format(rest);
}

export function bytesPerSecond(value: number): string {
  return `${bytes(value)}/s`;
}

/** Files in a second, or in a minute when that reads better. */
export function rate(perSecond: number): { value: string; per: "second" | "minute" } {
  if (perSecond >= 1) return { value: number(perSecond, perSecond < 10 ? 1 : 0), per: "second" };
  return { value: number(perSecond * 60, perSecond * 60 < 10 ? 1 : 0), per: "minute" };
}

/** A length of time by its two largest units. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const unit = (value: number, name: string) =>
    numbers({ style: "unit", unit: name, unitDisplay: "narrow" }).format(value);
  const days = Math.floor(whole / 86_400);
  const hours = Math.floor((whole % 86_400) / 3_600);
  const minutes = Math.floor((whole % 3_600) / 60);
  if (days > 0) return `${unit(days, "day")} ${unit(hours, "hour")}`;
  if (hours > 0) return `${unit(hours, "hour")} ${unit(minutes, "minute")}`;
  if (minutes > 0) return `${unit(minutes, "minute")} ${unit(whole % 60, "second")}`;
  return unit(whole, "second");
}

const dateParts: Intl.DateTimeFormatOptions = { year: "numeric", month: "short", day: "numeric" };
const timeParts: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };

/** A moment of this program, in the reader's zone. */
export function moment(time: string): string {
  const at = new Date(time);
  if (Number.isNaN(at.getTime())) return time;
  return new Intl.DateTimeFormat(settings.locale, { ...dateParts, ...timeParts }).format(at);
}

/** The camera's date. */
export function cameraDate(time: string): string {
  return camera(time, dateParts);
}

/** The camera's date and time to the second. */
export function cameraTime(time: string): string {
  return camera(time, { ...dateParts, ...timeParts, second: "2-digit" });
}

/** First and last date of a range, as one text. */
export function cameraDates(first: string, last: string): string {
  const from = wallClock(first);
  const to = wallClock(last);
  if (!from || !to) return `${first} – ${last}`;
  return new Intl.DateTimeFormat(settings.locale, { ...dateParts, timeZone: "UTC" }).formatRange(from, to);
}

function camera(time: string, parts: Intl.DateTimeFormatOptions): string {
  const at = wallClock(time);
  return at ? new Intl.DateTimeFormat(settings.locale, { ...parts, timeZone: "UTC" }).format(at) : time;
}

/** What the clock on the wall showed, as if it were UTC; the offset is dropped. */
function wallClock(time: string): Date | null {
  const parts = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?/.exec(time);
  if (!parts) return null;
  const at = new Date(`${parts[1]}T${parts[2] ?? "00:00"}Z`);
  return Number.isNaN(at.getTime()) ? null : at;
}

/** Degrees with hemisphere, to about ten metres. */
export function coordinates(latitude: number, longitude: number): string {
  const part = (value: number, letters: string) =>
    `${numbers({ minimumFractionDigits: 4, maximumFractionDigits: 4 }).format(Math.abs(value))}° ${letters[value < 0 ? 1 : 0]}`;
  return `${part(latitude, "NS")}, ${part(longitude, "EW")}`;
}
