// What this browser remembers of its reader: how numbers and dates are written. The theme has its own room, `look/theme.svelte.ts`.

const name = "biowatch.locale";

class Settings {
  /** A BCP 47 tag, or `null` for the browser's own. */
  chosenLocale = $state<string | null>(read());

  get locale(): string {
    return this.chosenLocale ?? navigator.language;
  }

  chooseLocale(tag: string | null): void {
    this.chosenLocale = tag;
    try {
      if (tag) localStorage.setItem(name, tag);
      else localStorage.removeItem(name);
    } catch {
      // Storage may be forbidden: the choice lasts until the page closes.
    }
  }
}

function read(): string | null {
  try {
    const tag = localStorage.getItem(name);
    return tag && Intl.NumberFormat.supportedLocalesOf(tag).length > 0 ? tag : null;
  } catch {
    return null;
  }
}

export const settings = new Settings();
