// Light, dark, or as the system says. `public/theme.js` applies the stored choice before the first paint.

export type Theme = "system" | "light" | "dark";

const name = "biowatch.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

class Look {
  theme = $state<Theme>(read());
  #systemIsDark = $state(system.matches);

  constructor() {
    system.addEventListener("change", (event) => (this.#systemIsDark = event.matches));
  }

  /** What is on the screen now: charts, which cannot read CSS, follow it. */
  get dark(): boolean {
    return this.theme === "system" ? this.#systemIsDark : this.theme === "dark";
  }

  choose(theme: Theme): void {
    this.theme = theme;
    if (theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
    try {
      if (theme === "system") localStorage.removeItem(name);
      else localStorage.setItem(name, theme);
    } catch {
      // Storage may be forbidden: the choice lasts until the page closes.
    }
  }
}

function read(): Theme {
  const theme = document.documentElement.dataset["theme"];
  return theme === "light" || theme === "dark" ? theme : "system";
}

export const look = new Look();
