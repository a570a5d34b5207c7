// `test` with the program running and the browser signed in. Every page is watched: an error in its console or a request that would leave
// the machine fails the test.

import { test as base, expect } from "@playwright/test";
import { mkdirSync } from "node:fs";
import { Program } from "./program.ts";

export { expect };

export const test = base.extend<object, { program: Program }>({
  program: [
    async ({}, use) => {
      const program = new Program();
      mkdirSync(program.home, { recursive: true });
      await program.start();
      await use(program);
      await program.clear();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  page: async ({ page, program }, use) => {
    const foreign: string[] = [];
    const errors: string[] = [];
    page.on("request", (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (protocol.startsWith("http") && hostname !== "127.0.0.1") foreign.push(request.url());
    });
    page.on("pageerror", (error) => errors.push(error.message));
    page.on("console", (message) => {
      // The browser itself reports refused and broken-off requests; the pages show those to the reader.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) errors.push(message.text());
    });
    await page.goto(program.address);
    await use(page);
    expect(foreign, "requests that leave the machine").toEqual([]);
    expect(errors, "errors in the console").toEqual([]);
  },
});
