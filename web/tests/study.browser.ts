// A study as an ecologist goes through it: the gallery and its filters, the review by keys alone, undo, plots, the map, an export.

import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { addBrokenPhoto, fillWithScenes } from "./photos.ts";
import { installDemo, runIs, startRun } from "./ready.ts";
import { expect, test } from "./test.ts";
import type { Medium, Page as Part } from "../src/types.ts";
import type { Program } from "./program.ts";

test.describe.configure({ mode: "serial" });

let id = "";
let photos = 0;

test.beforeAll(async ({ program }) => {
  const folder = join(program.home, "season");
  mkdirSync(folder);
  photos = fillWithScenes(folder, 2);
  addBrokenPhoto(join(folder, "ridge-02"));
  await installDemo(program);
  const run = await startRun(program, folder, "Ridges");
  await runIs(program, run.id, "completed");
  id = run.study.id;
});

const address = (program: Program, rest: string) => `${program.origin}/studies/${encodeURIComponent(id)}/${rest}`;
const media = (program: Program, query = "") => program.ask<Part<Medium>>("GET", `/studies/${encodeURIComponent(id)}/media?limit=1000&${query}`);
const reviewed = async (program: Program) => (await media(program, "reviewed=true")).total;
const position = (page: Page) => page.getByText(/^[\d,]+ of [\d,]+$/);

test("the overview says what is in the study and leads on", async ({ page, program }) => {
  await page.goto(address(program, "overview"));
  await expect(page.getByRole("heading", { level: 1, name: "Ridges" })).toBeVisible();
  await expect(page.getByText(`0 of ${photos + 1} by a person`)).toBeVisible();
  await page.getByRole("table").first().getByRole("link").first().click();
  await expect(page).toHaveURL(/gallery\?species=/);
  await expect(page.getByRole("list", { name: "Photos and videos of the study" }).getByRole("link").first()).toBeVisible();
});

test("filters narrow the gallery, stand in the address and survive a reload", async ({ page, program }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(address(program, "gallery"));
  await expect(page.getByText(`${photos + 1} files`)).toBeVisible();
  await page.getByRole("checkbox", { name: "Error" }).check();
  await expect(page.getByText("1 file", { exact: true })).toBeVisible();
  await expect(page).toHaveURL(/kind=failed/);
  await page.reload();
  await expect(page.getByRole("checkbox", { name: "Error" })).toBeChecked();
  await page.getByRole("button", { name: "Remove the filter Error" }).click();
  await page.getByLabel("File name").fill("lynx");
  const lynxes = (await media(program, "search=lynx")).total;
  await expect(page.getByText(`${lynxes} files`)).toBeVisible();
  await page.getByLabel("File name").fill("no such file");
  await expect(page.getByRole("heading", { name: "Nothing fits these filters" })).toBeVisible();
  await page.getByRole("button", { name: "Clear all" }).last().click();
  await expect(page.getByText(`${photos + 1} files`)).toBeVisible();
});

test("many files are chosen with Shift, relabelled at once, and that is undone by keys", async ({ page, program }) => {
  await page.goto(address(program, "gallery?kind=animal"));
  const boxes = page.getByRole("checkbox", { name: /^Select / });
  await boxes.nth(0).click();
  await boxes.nth(3).click({ modifiers: ["Shift"] });
  await expect(page.getByText("4 files selected").first()).toBeVisible();
  await page.getByRole("button", { name: "Relabel" }).click();
  const dialog = page.getByRole("dialog", { name: "Relabel" });
  await dialog.getByRole("combobox", { name: "Species" }).fill("meles");
  await expect(dialog.getByRole("option").first()).toContainText(/badger|meles/i);
  await page.keyboard.press("Enter");
  await expect(dialog).toHaveCount(0);
  await expect.poll(() => reviewed(program)).toBe(4);
  await page.keyboard.press("Control+z");
  await expect.poll(() => reviewed(program)).toBe(0);
  await page.keyboard.press("Control+Shift+Z");
  await expect.poll(() => reviewed(program)).toBe(4);
  await page.keyboard.press("Control+z");
  await expect.poll(() => reviewed(program)).toBe(0);
});

test("a whole review goes by keys alone, and all of it can be undone", async ({ page, program }) => {
  await page.goto(address(program, "review?kind=animal"));
  await expect(position(page)).toBeVisible();
  const first = await position(page).innerText();

  await page.keyboard.press("Enter");
  await expect.poll(() => reviewed(program)).toBe(1);
  await expect(position(page)).not.toHaveText(first);

  await page.keyboard.press("b");
  await expect.poll(async () => (await media(program, "kind=blank&method=human")).total).toBe(1);

  const lynxes = async () => (await media(program, `species=${encodeURIComponent("lynx lynx")}&method=human`)).total;
  const before = await lynxes();
  await page.keyboard.press("r");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("combobox", { name: "Species" })).toBeFocused();
  await page.keyboard.type("lynx");
  await expect(dialog.getByRole("option").first()).toContainText(/lynx/i);
  await page.keyboard.press("Enter");
  await expect.poll(lynxes).toBe(before + 1);
  await expect(dialog).toHaveCount(0);

  // The label just given keeps a number: it is given to the next one, too.
  const label = page.getByRole("region", { name: "Quick labels" }).getByRole("button", { name: /lynx/i });
  await page.keyboard.press((await label.getAttribute("aria-keyshortcuts")) ?? "");
  await expect.poll(() => reviewed(program)).toBe(4);

  await page.keyboard.press("f");
  await expect.poll(async () => (await media(program, "favourite=true")).total).toBe(1);

  await page.keyboard.press("a");
  await page.keyboard.type("vulpes");
  await expect(page.getByRole("dialog").getByRole("option").first()).toContainText(/vulpes|fox/i);
  await page.keyboard.press("Enter");
  await expect.poll(() => reviewed(program)).toBe(5);
  await page.keyboard.press(".");
  await expect(page.getByRole("group", { name: /How many/ }).last().locator("output")).toHaveText("2");

  for (let step = 0; step < 7; step += 1) {
    await page.keyboard.press("Control+z");
    await expect(page.getByText("Undone").first()).toBeVisible();
  }
  await expect.poll(() => reviewed(program)).toBe(0);
  await expect.poll(async () => (await media(program, "favourite=true")).total).toBe(0);
});

test("a reload in the middle shows the same file, and Escape leads back to it", async ({ page, program }) => {
  await page.goto(address(program, "review?sort=name"));
  await expect(position(page)).toBeVisible();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  const file = await page.locator(".bar strong").innerText();
  await page.reload();
  await expect(page.locator(".bar strong")).toHaveText(file);
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/gallery\?sort=name/);
  await expect(page.getByRole("link", { name: new RegExp(`^${file.replaceAll(".", "\\.")}`) }).first()).toBeFocused();
});

test("the picture is looked at closely by keys, and people are blurred on demand", async ({ page, program }) => {
  await page.goto(address(program, "review"));
  const picture = page.getByRole("group", { name: "Picture" }).getByRole("img");
  await expect(picture).toBeVisible();
  const width = async () => (await picture.boundingBox())?.width ?? 0;
  const before = await width();
  await page.keyboard.press("+");
  await expect.poll(width).toBeGreaterThan(before * 1.2);
  await page.keyboard.press("0");
  await expect.poll(width).toBeCloseTo(before, 0);
  await page.keyboard.press("]");
  await expect(picture).toHaveCSS("filter", /brightness\(1\.15\)/);
  await page.keyboard.press("\\");
  await expect(picture).toHaveCSS("filter", "none");
  await page.keyboard.press("p");
  await expect(picture).toHaveAttribute("src", /blurPeople=true/);
  await page.keyboard.press("p");
  await page.keyboard.press("d");
  await expect(page.getByRole("heading", { name: "What the model said" })).toBeVisible();
  await page.keyboard.press("d");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys of the review" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("plots are drawn, told as a table, and taken away", async ({ page, program }) => {
  await page.goto(address(program, "plots"));
  await expect(page.getByRole("img", { name: /^Species\./ }).locator("svg")).toBeVisible();
  await expect(page.getByRole("img", { name: /^Activity by hour\./ }).locator("svg")).toBeVisible();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Species as SVG" }).click();
  expect(readFileSync(await (await saved).path(), "utf8")).toContain("<svg");
  const csv = page.waitForEvent("download");
  await page.getByRole("link", { name: "Species as CSV" }).click();
  expect(readFileSync(await (await csv).path(), "utf8")).toContain("scientificName");
  await page.getByRole("button", { name: "Show as a table" }).first().click();
  await expect(page.getByRole("columnheader", { name: "Scientific name" })).toBeVisible();
});

test("the map shows where the deployments are, or says why it cannot", async ({ page, program }) => {
  await page.goto(address(program, "map"));
  const map = page.getByRole("img", { name: /^Map of the deployments/ }).locator("svg");
  await expect(map.or(page.getByRole("heading", { name: "No deployment has a place yet" }))).toBeVisible();
});

test("what failed is told with its reason", async ({ page, program }) => {
  await page.goto(address(program, "errors"));
  await expect(page.getByRole("row", { name: /broken-off\.jpg/ })).toBeVisible();
});

test("an export is made, checked and downloaded", async ({ page, program }) => {
  const folder = join(program.home, "export");
  mkdirSync(folder);
  await page.goto(address(program, "exports"));
  await page.getByRole("button", { name: "Export: Camtrap DP 1.0.2" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Folder on this machine").fill(folder);
  await dialog.getByRole("button", { name: "Start the export" }).click();
  await expect(page.getByText("Check passed")).toBeVisible();
  expect(readdirSync(folder)).toHaveLength(1);
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download" }).click();
  expect((await download).suggestedFilename()).toMatch(/\.zip$/);
});

test("a study gets another name", async ({ page, program }) => {
  await page.goto(address(program, "settings"));
  await page.getByLabel("Name", { exact: true }).fill("Ridges, 2026");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Ridges, 2026" })).toBeVisible();
});

for (const scheme of ["light", "dark"] as const) {
  for (const [name, width] of [["wide", 1440], ["phone", 390]] as const) {
    test(`the pages of a study can be read by anyone: ${scheme}, ${name}`, async ({ page, program }) => {
      await page.emulateMedia({ colorScheme: scheme });
      await page.setViewportSize({ width, height: 850 });
      for (const tab of ["overview", "gallery", "gallery?view=sequences", "review", "plots", "map", "deployments", "errors", "exports", "settings"]) {
        await page.goto(address(program, tab));
        await expect(page.locator("h1")).toHaveCount(1);
        await expect(page.locator(".skeleton")).toHaveCount(0);
        const { violations } = await new AxeBuilder({ page }).analyze();
        const serious = violations.filter((fault) => fault.impact === "serious" || fault.impact === "critical");
        expect(serious.flatMap((fault) => fault.nodes.map((node) => `${fault.id}: ${node.html}`)), tab).toEqual([]);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), `${tab} scrolls sideways`).toBeLessThanOrEqual(0);
      }
    });
  }
}
