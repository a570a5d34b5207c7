import type { Category } from "../../types";

export const parts = {
  close: "Close",
  cancel: "Cancel",
  retry: "Try again",
  dismiss: "Dismiss",
  copy: "Copy",
  copied: "Copied",
  nothingFound: "Nothing found",
  clear: "Clear",
  open: "Open the list",
  more: "More",
  loading: "Loading",
  external: "opens in a new tab",
  unknownProgress: "in progress",
  category: {
    animal: "Animal",
    human: "Person",
    vehicle: "Vehicle",
    blank: "Blank",
    unknown: "Unknown",
  } satisfies Record<Category, string>,
  boxes: (count: number) => (count === 1 ? "1 box" : `${count} boxes`),
};
