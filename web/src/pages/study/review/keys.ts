// What each key does while reviewing. One table: the page obeys it, the help shows it.

export type Doing =
  | "confirm"
  | "relabel"
  | "blank"
  | "add"
  | "favourite"
  | "blur"
  | "nextUnreviewed"
  | "next"
  | "previous"
  | "first"
  | "undo"
  | "redo"
  | "zoomIn"
  | "zoomOut"
  | "whole"
  | "closeUp"
  | "brighter"
  | "darker"
  | "moreContrast"
  | "lessContrast"
  | "plainLight"
  | "boxes"
  | "details"
  | "more"
  | "fewer"
  | "otherEntry"
  | "help"
  | "leave"
  | `label${number}`;

/** The parts of a key press that matter. */
export interface Press {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

export interface KeyRow {
  doing: Doing;
  /** As the help writes them. */
  shown: string[];
  keys: string[];
}

/** Every key by group. `label` stands for the nine of them. */
export const groups: { group: "decide" | "go" | "look"; rows: KeyRow[] }[] = [
  {
    group: "decide",
    rows: [
      { doing: "confirm", shown: ["Enter"], keys: ["Enter"] },
      { doing: "relabel", shown: ["R"], keys: ["r"] },
      { doing: "label1", shown: ["1", "–", "9"], keys: [] },
      { doing: "blank", shown: ["B"], keys: ["b"] },
      { doing: "add", shown: ["A"], keys: ["a"] },
      { doing: "otherEntry", shown: ["E"], keys: ["e"] },
      { doing: "more", shown: ["."], keys: [".", ">"] },
      { doing: "fewer", shown: [","], keys: [",", "<"] },
      { doing: "favourite", shown: ["F"], keys: ["f"] },
      { doing: "undo", shown: ["Ctrl", "Z"], keys: [] },
      { doing: "redo", shown: ["Ctrl", "Shift", "Z"], keys: [] },
    ],
  },
  {
    group: "go",
    rows: [
      { doing: "nextUnreviewed", shown: ["N", "Space"], keys: ["n", " "] },
      { doing: "next", shown: ["→"], keys: ["ArrowRight", "ArrowDown"] },
      { doing: "previous", shown: ["←"], keys: ["ArrowLeft", "ArrowUp"] },
      { doing: "first", shown: ["Home"], keys: ["Home"] },
      { doing: "leave", shown: ["Esc"], keys: ["Escape"] },
      { doing: "help", shown: ["?"], keys: ["?"] },
    ],
  },
  {
    group: "look",
    rows: [
      { doing: "zoomIn", shown: ["+"], keys: ["+", "="] },
      { doing: "zoomOut", shown: ["−"], keys: ["-", "_"] },
      { doing: "whole", shown: ["0"], keys: ["0"] },
      { doing: "closeUp", shown: ["C"], keys: ["c"] },
      { doing: "brighter", shown: ["]"], keys: ["]"] },
      { doing: "darker", shown: ["["], keys: ["["] },
      { doing: "moreContrast", shown: ["}"], keys: ["}"] },
      { doing: "lessContrast", shown: ["{"], keys: ["{"] },
      { doing: "plainLight", shown: ["\\"], keys: ["\\"] },
      { doing: "boxes", shown: ["O"], keys: ["o"] },
      { doing: "blur", shown: ["P"], keys: ["p"] },
      { doing: "details", shown: ["D"], keys: ["d"] },
    ],
  },
];

const table = new Map<string, Doing>();
for (const { rows } of groups) for (const row of rows) for (const key of row.keys) table.set(key, row.doing);

/** What a press does; `null` when it is not ours, so the browser keeps it. */
export function doingOf(press: Press): Doing | null {
  if (press.altKey) return null;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  if (press.ctrlKey || press.metaKey) {
    if (key === "z") return press.shiftKey ? "redo" : "undo";
    if (key === "y" && !press.shiftKey) return "redo";
    return null;
  }
  if (/^[1-9]$/.test(key)) return `label${Number(key)}`;
  return table.get(key) ?? null;
}

/** Which quick label a doing stands for, from 0; `null` for any other. */
export function labelOf(doing: Doing): number | null {
  const number = /^label([1-9])$/.exec(doing)?.[1];
  return number ? Number(number) - 1 : null;
}

/** True where keys write text or move something of their own. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  return target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true], [role=dialog], [role=menu]") !== null;
}

/** True for the keys that a video with the focus takes for itself. */
export function isOfVideo(target: EventTarget | null, key: string): boolean {
  return target instanceof HTMLVideoElement && [" ", "Enter", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"].includes(key);
}

/** True where Enter and Space already press a button or follow a link. */
export function isPressable(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("button, a[href], summary, input, [role=menuitem], [role=option]") !== null;
}
