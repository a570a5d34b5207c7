import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

// While developing, pages come from Vite and the API from a running `biowatch up`. Its address holds the key.
const address = process.env["BIOWATCH_ADDRESS"] ?? "http://127.0.0.1:7420/";
const server = new URL(address);
const key = server.searchParams.get("key");

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
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
