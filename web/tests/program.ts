// The program under test: a real `biowatch up` with a data folder and a home of its own.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const root = resolve(import.meta.dirname, "../..");

function binary(): string {
  const built = [process.env["BIOWATCH_BINARY"], join(root, "target/release/biowatch"), join(root, "target/debug/biowatch")];
  const found = built.find((path) => path && existsSync(path));
  if (!found) throw new Error("there is no program to test: `cargo build --release` makes it, BIOWATCH_BINARY names it");
  return found;
}

/** Where the rendered scenes of the demo are. */
export const scenes = join(root, "demo/scenes");

export class Program {
  readonly folder = mkdtempSync(join(tmpdir(), "biowatch-web-"));
  readonly data = join(this.folder, "data");
  readonly home = join(this.folder, "home");
  /** The address that was printed, with its key. */
  address = "";
  #process: ChildProcess | null = null;
  #said: string[] = [];

  get origin(): string {
    return new URL(this.address).origin;
  }

  get #environment(): NodeJS.ProcessEnv {
    return { ...process.env, HOME: this.home, BIOWATCH_DATA_DIR: this.data, BIOWATCH_OFFLINE: "1" };
  }

  async start(): Promise<void> {
    const child = spawn(binary(), ["up", "--no-open", "--port", "0"], { env: this.#environment, cwd: this.folder });
    this.#process = child;
    createInterface({ input: child.stderr }).on("line", (line) => this.#said.push(line));
    const lines = createInterface({ input: child.stdout });
    const ended = once(child, "exit").then(([code]) => {
      throw new Error(`\`biowatch up\` ended with ${code}:\n${this.#said.join("\n")}`);
    });
    ended.catch(() => undefined);
    const address = (async () => {
      for await (const line of lines) if (line.startsWith("http://")) return line.trim();
      throw new Error("`biowatch up` printed no address");
    })();
    this.address = await Promise.race([address, ended]);
  }

  /** Ends it, politely or by `SIGKILL`. */
  async stop(signal: "SIGINT" | "SIGKILL" = "SIGINT"): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }

  /** Runs another command of the program, in a data folder of its own when `data` is given. */
  run(words: string[], data = this.data): string {
    const env = { ...this.#environment, BIOWATCH_DATA_DIR: data };
    return execFileSync(binary(), words, { env, cwd: this.folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  }

  /** One call of the API, past the browser. */
  async ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.origin}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${new URL(this.address).searchParams.get("key")}`,
        "x-biowatch": "1",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : null) as T;
  }

  /** Waits until `look` gives something; asks a few times a second. */
  async until<T>(what: string, look: () => Promise<T | null | undefined | false>, seconds = 240): Promise<T> {
    const end = Date.now() + seconds * 1_000;
    for (;;) {
      const found = await look();
      if (found) return found;
      if (Date.now() > end) throw new Error(`waited ${seconds} s in vain: ${what}\n${this.#said.join("\n")}`);
      await new Promise((wake) => setTimeout(wake, 300));
    }
  }

  /** The process of the model server that a run has started: a child of the program. Linux only, as these tests are. */
  modelServer(): number | null {
    const parent = this.#process?.pid;
    for (const entry of readdirSync("/proc")) {
      if (!/^\d+$/.test(entry)) continue;
      try {
        const words = readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0");
        const status = readFileSync(`/proc/${entry}/status`, "utf8");
        if (words.includes("serve") && status.includes(`PPid:\t${parent}\n`)) return Number(entry);
      } catch {
        // It has ended in between.
      }
    }
    return null;
  }

  async clear(): Promise<void> {
    try {
      this.run(["stop", "--all"]);
    } catch {
      // No server may be left to stop.
    }
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The bytes of a rendered scene. */
  scene(name: string): Buffer {
    return readFileSync(join(scenes, name));
  }
}
