import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

// While developing, pages come from Vite and the API from a running `biowatch up`. Its address holds the key.
const address = process.env["BIOWATCH_ADDRESS"] ?? "http://127.0.0.1:7420/";
const server = new URL(address);
const key = server.searchParams.get("key");

const permissive = ["0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "Zlib"];

/** The texts that a package brings with it, those of what it contains itself included. */
function licenceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => /^(licen[cs]e|notice|copying)/i.test(entry.name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path];
    });
}

/** Writes `LICENCES.txt`: every package of which something is in the pages, with its licence. Fails on one that is not permissive. */
function licences(): Plugin {
  return {
    name: "licences",
    generateBundle(_, bundle) {
      const folders = new Set<string>();
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        for (const id of chunk.moduleIds) {
          const folder = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.replaceAll("\\", "/"))?.[0].replace(/^\0/, "");
          if (folder && existsSync(join(folder, "package.json"))) folders.add(folder);
        }
      }
      const sections = [...folders].sort().map((folder) => {
        const { name, version, license: stated } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
        const texts = licenceFiles(folder).map((file) => readFileSync(file, "utf8").trim());
        // Some packages state their licence in its own file only.
        const license: string = stated ?? (texts.some((text) => /^(The )?MIT License/i.test(text)) ? "MIT" : "not stated");
        const words = license.replace(/[()]/g, "").split(" OR ");
        if (!words.some((word) => permissive.includes(word))) this.error(`${name} ${version} has the licence: ${license}`);
        return [`${name} ${version} (${license})`, ...texts].join("\n\n");
      });
      const rule = `\n\n${"-".repeat(80)}\n\n`;
      this.emitFile({ type: "asset", fileName: "LICENCES.txt", source: sections.join(rule) + "\n" });
    },
  };
}

export default defineConfig({
  plugins: [svelte(), licences()],
  build: {
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // What every page stands on comes in one piece; a page then needs one more.
        codeSplitting: {
          groups: [
            {
              name: "base",
              test: /node_modules\/(svelte|bits-ui|svelte-toolbelt|runed|clsx|esm-env|tabbable|style-to-object|inline-style-parser|@floating-ui)\/|\/src\/(parts|texts|look)\/|\/src\/[^/]+$/,
            },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      "/api": {
        target: server.origin,
        changeOrigin: true,
        headers: { origin: server.origin, ...(key ? { authorization: `Bearer ${key}` } : {}) },
      },
    },
  },
});
