// What every page must be: readable by anyone, in both themes, on a phone, without a sideways scroll.

import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { join } from "node:path";
import { fillWithScenes } from "./photos.ts";
import { installDemo, runIs, startRun } from "./ready.ts";
import { expect, test } from "./test.ts";

let run = "";

test.beforeAll(async ({ program }) => {
  const folder = join(program.home, "looks");
  fillWithScenes(folder, 1);
  await installDemo(program);
  run = (await startRun(program, folder, "Looks")).id;
  await runIs(program, run, "completed");
});

const pages = (): Record<string, string> => ({
  home: "/",
  models: "/models",
  model: "/models/demo%3A1%2E0",
  runs: "/runs",
  run: `/runs/${encodeURIComponent(run)}`,
  "new run": "/runs/new",
  studies: "/studies",
  settings: "/settings",
  "no page": "/nowhere",
});

async function settle(page: Page): Promise<void> {
  await page.waitForLoadState("load");
  await expect(page.locator("h1")).toBeVisible();
  await expect(page.locator(".skeleton")).toHaveCount(0);
}

async function seriousFaults(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter((fault) => fault.impact === "serious" || fault.impact === "critical")
    .flatMap((fault) => fault.nodes.map((node) => `${fault.id}: ${node.html}`));
}

for (const scheme of ["light", "dark"] as const) {
  for (const [name, width] of [["wide", 1280], ["phone", 390]] as const) {
    test(`every page can be read by anyone: ${scheme}, ${name}`, async ({ page, program }) => {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height: 800 });
      for (const [name, path] of Object.entries(pages())) {
        await page.goto(program.origin + path);
        await settle(page);
        expect(await seriousFaults(page), name).toEqual([]);
        const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(beyond, `${name} scrolls sideways`).toBeLessThanOrEqual(0);
      }
    });
  }
}

test("a chosen theme stands after a reload and before the first paint", async ({ page, program }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto(`${program.origin}/settings`);
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await ground();
  await page.getByLabel("Theme").selectOption("dark");
  const dark = await ground();
  expect(dark).not.toBe(light);
  await page.reload();
  expect(await page.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark");
  expect(await ground()).toBe(dark);
  await page.getByLabel("Theme").selectOption("system");
  expect(await ground()).toBe(light);
});

test("the whole of it is reached by keys", async ({ page, program }) => {
  await page.goto(program.origin);
  await settle(page);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the page" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("main")).toBeFocused();
  await page.keyboard.press("g");
  await page.keyboard.press("m");
  await expect(page.getByRole("heading", { level: 1, name: "Models" })).toBeFocused();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("n");
  await expect(page.getByRole("heading", { level: 1, name: "New run" })).toBeFocused();
});

test("who lacks the key is told where it is", async ({ browser, program }) => {
  const stranger = await browser.newPage();
  await stranger.goto(program.origin);
  await expect(stranger.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await expect(stranger.getByText("biowatch up")).toBeVisible();
  await stranger.close();
});
