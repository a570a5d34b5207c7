// Pictures of every page, light and dark, wide and on a phone, into `docs/screens/`. `npm run screenshots` makes them.

import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Run, StudyRow } from "./src/types.ts";
import { fillWithScenes } from "./tests/photos.ts";
import { installDemo, runIs, startRun } from "./tests/ready.ts";
import { expect, test } from "./tests/test.ts";

const into = resolve(import.meta.dirname, "../docs/screens");
const highest = 2_400;
let ended: Run;
let resting: Run;
let study: StudyRow;

test.beforeAll(async ({ program }) => {
  mkdirSync(into, { recursive: true });
  const card = join(program.home, "card-2026-spring");
  const season = join(program.home, "season-2025");
  fillWithScenes(card, 1);
  fillWithScenes(season, 8);
  await installDemo(program);
  ended = await startRun(program, card, "Velka Fatra, spring");
  ended = await runIs(program, ended.id, "completed");
  resting = await startRun(program, season, "Velka Fatra, a whole season");
  await program.until("half of the season", async () => {
    const run = await program.ask<Run>("GET", `/runs/${encodeURIComponent(resting.id)}`);
    return run.done >= 60;
  });
  await program.ask("POST", `/runs/${encodeURIComponent(resting.id)}/pause`, {});
  resting = await runIs(program, resting.id, "paused");
  const found = (await program.ask<StudyRow[]>("GET", "/studies")).find((each) => each.id === ended.study.id);
  if (!found) throw new Error("the run left no study");
  study = found;
});

const enc = encodeURIComponent;

const pages = (home: string): Record<string, string> => {
  const draft = `folder=${enc(join(home, "season-2025"))}&name=${enc("Velka Fatra, autumn")}&model=${enc("demo:1.0")}`;
  return {
    home: "/",
    models: "/models",
    model: "/models/demo%3A1%2E0",
    runs: "/runs",
    run: `/runs/${enc(resting.id)}`,
    "run-ended": `/runs/${enc(ended.id)}`,
    "new-run-1-folder": `/runs/new?${draft}`,
    "new-run-2-model": `/runs/new?step=model&${draft}`,
    "new-run-3-options": `/runs/new?step=options&${draft}`,
    "new-run-4-look": `/runs/new?step=look&${draft}`,
    studies: "/studies",
    ...Object.fromEntries(
      ["overview", "gallery", "plots", "map", "exports", "deployments", "errors"].map((tab) => [
        `study-${tab}`,
        `/studies/${enc(study.id)}/${tab}`,
      ]),
    ),
    settings: "/settings",
  };
};

for (const scheme of ["light", "dark"] as const) {
  for (const [size, width] of [["wide", 1280], ["phone", 390]] as const) {
    test(`${scheme}, ${size}`, async ({ page, program }) => {
      await page.emulateMedia({ colorScheme: scheme });
      for (const [name, path] of Object.entries(pages(program.home))) {
        await page.setViewportSize({ width, height: 800 });
        await page.goto(program.origin + path);
        await expect(page.locator("h1")).toBeVisible();
        await expect(page.locator(".skeleton")).toHaveCount(0);
        await page.waitForLoadState("networkidle", { timeout: 2_000 }).catch(() => undefined);
        // The window grows to the page, so that what is fixed to its foot does not cut the picture in two.
        const height = await page.evaluate(() => document.documentElement.scrollHeight);
        await page.setViewportSize({ width, height: Math.min(Math.max(height, 800), highest) });
        await page.screenshot({ path: join(into, `${name}-${scheme}-${size}.png`) });
      }
    });
  }
}
