// How a reader likes to look at pictures: kept by the browser, the same in the gallery and in the review.

const name = "biowatch.viewing";

interface Kept {
  boxes: boolean;
  blurPeople: boolean;
  goOn: boolean;
  details: boolean;
  large: boolean;
}

const usual: Kept = { boxes: true, blurPeople: false, goOn: true, details: false, large: false };

class Viewing {
  boxes = $state(true);
  blurPeople = $state(false);
  /** Whether a decision goes on to the next medium without one. */
  goOn = $state(true);
  /** Whether the raw output and the history are open. */
  details = $state(false);
  /** Larger tiles in the gallery. */
  large = $state(false);

  constructor() {
    Object.assign(this, { ...usual, ...read() });
  }

  flip(which: keyof Kept): void {
    this[which] = !this[which];
    try {
      const { boxes, blurPeople, goOn, details, large } = this;
      localStorage.setItem(name, JSON.stringify({ boxes, blurPeople, goOn, details, large }));
    } catch {
      // Storage may be forbidden: the choice lasts until the page closes.
    }
  }
}

function read(): Partial<Kept> {
  try {
    const kept = JSON.parse(localStorage.getItem(name) ?? "{}") as Record<string, unknown>;
    return Object.fromEntries(Object.keys(usual).flatMap((key) => (typeof kept[key] === "boolean" ? [[key, kept[key]]] : [])));
  } catch {
    return {};
  }
}

export const viewing = new Viewing();
