import { defineConfig } from "@playwright/test";

// The browser is the system's own Chromium; `BIOWATCH_CHROMIUM` names another one.
const executablePath = process.env["BIOWATCH_CHROMIUM"] ?? "/usr/bin/chromium";
const isRoot = process.getuid?.() === 0;

export default defineConfig({
  // One program under test at a time: the tests stop it, break it and wait for it.
  workers: 1,
  fullyParallel: false,
  forbidOnly: true,
  timeout: 300_000,
  expect: { timeout: 60_000 },
  reporter: "list",
  use: {
    locale: "en-GB",
    timezoneId: "Europe/Ljubljana",
    viewport: { width: 1280, height: 800 },
    contextOptions: { reducedMotion: "reduce" },
    screenshot: "only-on-failure",
    launchOptions: { executablePath, args: isRoot ? ["--no-sandbox"] : [] },
  },
  projects: [
    { name: "tests", testDir: "tests", testMatch: "*.browser.ts" },
    { name: "screenshots", testDir: ".", testMatch: "screenshots.ts" },
  ],
});
