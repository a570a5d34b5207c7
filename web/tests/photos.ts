// Folders of photos for the tests: rendered scenes, as often as wanted, no two files alike.

import { appendFileSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scenes } from "./program.ts";

const names = readdirSync(scenes).filter((name) => name.endsWith(".jpg"));

/** Fills `folder` with `deployments` folders of all 24 scenes; returns how many photos that is. */
export function fillWithScenes(folder: string, deployments: number): number {
  for (let at = 1; at <= deployments; at += 1) {
    const place = join(folder, `ridge-${String(at).padStart(2, "0")}`);
    mkdirSync(place, { recursive: true });
    for (const name of names) {
      const to = join(place, name);
      copyFileSync(join(scenes, name), to);
      // Bytes after the end of a JPEG change nothing but its fingerprint.
      appendFileSync(to, `${at}`);
    }
  }
  return names.length * deployments;
}

/** Writes a JPEG that breaks off before its pixels begin: one that breaks off later is still a picture. Returns its name. */
export function addBrokenPhoto(folder: string): string {
  const name = "broken-off.jpg";
  const whole = readFileSync(join(scenes, names[0] ?? ""));
  writeFileSync(join(folder, name), whole.subarray(0, 160));
  return name;
}
