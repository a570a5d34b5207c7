// Runs before the first paint, so that a chosen theme never flashes the other one. `src/look/theme.svelte.ts` writes the value.
try {
  const theme = localStorage.getItem("biowatch.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden: the system's theme stands.
}
