// Brings the program to a state that a test begins with, past the browser.

import type { Model, Run } from "../src/types.ts";
import type { Program } from "./program.ts";

export const demo = "demo:1.0";

export async function installDemo(program: Program): Promise<void> {
  const state = async () => (await program.ask<Model[]>("GET", "/models")).find((model) => model.reference === demo)?.state;
  if ((await state()) === "installed") return;
  await program.ask("POST", `/models/${encodeURIComponent(demo)}/install`, {});
  await program.until("the demo model is installed", async () => (await state()) === "installed");
}

/** Starts a run of the demo model over `folder`. */
export async function startRun(program: Program, folder: string, study: string): Promise<Run> {
  return program.ask<Run>("POST", "/runs", { study: { name: study }, folder, model: demo });
}

export async function runIs(program: Program, id: string, state: Run["state"]): Promise<Run> {
  return program.until(`run ${id} is ${state}`, async () => {
    const run = await program.ask<Run>("GET", `/runs/${encodeURIComponent(id)}`);
    if (run.state === "failed" && state !== "failed") throw new Error(`the run failed: ${run.problem?.detail}`);
    return run.state === state && run;
  });
}
