// A first day with the program, through the browser: a model from a file, a run that is paused, broken and resumed, and what failed.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { addBrokenPhoto, fillWithScenes } from "./photos.ts";
import { expect, test } from "./test.ts";

test.describe.configure({ mode: "serial" });

const study = "Velka Fatra";
// Enough photos that a run is still at work when it is paused and when its server is killed.
const deployments = 30;
let folder = "";
let photos = 0;

test.beforeAll(({ program }) => {
  folder = join(program.home, "cards");
  mkdirSync(folder);
  photos = fillWithScenes(folder, deployments);
  addBrokenPhoto(join(folder, "ridge-01"));
});

test("the first page says what to do first", async ({ page }) => {
  await expect(page.getByRole("heading", { name: "What to do next" })).toBeVisible();
  await page.getByRole("link", { name: "See the models" }).click();
  await expect(page).toHaveURL(/\/models$/);
});

test("a model is installed from a file", async ({ page, program }) => {
  const elsewhere = join(program.folder, "elsewhere");
  const bundle = join(program.folder, "demo.biowatch.tar");
  program.run(["models", "install", "demo"], elsewhere);
  program.run(["models", "bundle", "demo", "--out", bundle], elsewhere);

  await page.goto(`${program.origin}/models`);
  await page.getByRole("button", { name: "Install from a file" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Path").fill(join(program.folder, "not-there.tar"));
  await dialog.getByRole("button", { name: "Install", exact: true }).click();
  await expect(dialog.getByText("not-there.tar")).toBeVisible();
  await dialog.getByLabel("Path").fill(bundle);
  await dialog.getByRole("button", { name: "Install", exact: true }).click();
  const card = page.getByRole("article", { name: /demo.* 1\.0/i });
  await expect(card.getByText("Installed", { exact: true })).toBeVisible();
});

test("an installed model is verified, started, tried on a photo and stopped", async ({ page, program }) => {
  await page.goto(`${program.origin}/models`);
  await page.getByRole("article", { name: /demo.* 1\.0/i }).getByRole("link", { name: "Details" }).click();
  await page.getByRole("button", { name: "Verify the files" }).click();
  await expect(page.getByText(/is as published/)).toBeVisible();
  await page.getByRole("button", { name: "Start", exact: true }).click();
  await expect(page.getByText("Drop a photo here")).toBeVisible();
  await page.locator("input[type=file]").setInputFiles({ name: "lynx.jpg", mimeType: "image/jpeg", buffer: program.scene("03-lynx-in-snow.jpg") });
  await expect(page.getByText(/Answered in/)).toBeVisible();
  await expect(page.getByText(/lynx/i).first()).toBeVisible();
  await page.getByText("The whole answer, as JSON").click();
  await expect(page.getByText('"detections"')).toBeVisible();
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await expect(page.getByRole("button", { name: "Start", exact: true })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: /demo.* 1\.0/i })).toBeVisible();
});

test("a run is put together, survives reloads at every step, and starts", async ({ page, program }) => {
  await page.goto(`${program.origin}/runs/new`);
  await page.getByRole("button", { name: "cards" }).click();
  await expect(page.getByRole("button", { name: "ridge-01" })).toBeVisible();
  await page.getByLabel("Name of the study").fill(study);
  await page.reload();
  await expect(page.getByLabel("Name of the study")).toHaveValue(study);
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("radio", { name: /demo/i }).check();
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("button", { name: "Next" }).click();
  await expect(page.getByRole("row", { name: /ridge-06/ })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("row", { name: /ridge-06/ })).toBeVisible();
  await page.getByRole("button", { name: "Start the run" }).click();
  await expect(page.getByRole("heading", { name: study })).toBeVisible();
  await expect(page).toHaveURL(/\/runs\/(?!new)/);
});

test("the run is paused, looked at after a reload, and resumed", async ({ page, program }) => {
  await page.goto(`${program.origin}/runs`);
  await page.getByRole("link", { name: study }).first().click();
  await expect(page.getByText("Running", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Pause" }).click();
  await expect(page.getByText("Paused", { exact: true })).toBeVisible();
  await page.reload();
  await expect(page.getByText("Paused", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByText("Running", { exact: true })).toBeVisible();
});

test("the model server is killed, and the run goes on to its end", async ({ page, program }) => {
  await page.goto(`${program.origin}/runs`);
  await page.getByRole("link", { name: study }).first().click();
  await expect(page.getByText("Running", { exact: true })).toBeVisible();
  const server = await program.until("a server is at work", () => Promise.resolve(program.modelServer()));
  process.kill(server, "SIGKILL");
  await expect(async () => {
    const resume = page.getByRole("button", { name: "Resume" });
    if (await resume.isVisible()) await resume.click();
    await expect(page.getByText("Completed", { exact: true })).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 240_000 });
  await expect(page.getByText(`${photos + 1} of ${photos + 1} files`)).toBeVisible();
});

test("what failed is listed with its reason, and can be tried again", async ({ page, program }) => {
  await page.goto(`${program.origin}/runs`);
  await page.getByRole("link", { name: study }).first().click();
  await expect(page.getByRole("row", { name: /broken-off\.jpg/ })).toBeVisible();
  await page.getByRole("button", { name: "Try the failed files again" }).click();
  await expect(page.getByText("The failed files are tried again")).toBeVisible();
});

test("the program ends in the middle, and the page goes on when it is back", async ({ page, program }) => {
  await page.goto(`${program.origin}/studies`);
  await expect(page.getByRole("link", { name: study })).toBeVisible();
  await program.stop("SIGKILL");
  await expect(page.getByText("The program does not answer.")).toBeVisible();
  await program.start();
  await page.goto(program.address);
  await expect(page.getByRole("link", { name: study }).first()).toBeVisible();
});
