// The order of the table of deployments. What is not known comes last, whichever way the order runs.

import type { StudyDeployment } from "../../../types";

export type Column = "name" | "place" | "start" | "end" | "nights" | "photos" | "species";

const names = new Intl.Collator(undefined, { numeric: true });

export function ordered(all: readonly StudyDeployment[], by: Column, down: boolean): StudyDeployment[] {
  return [...all].sort((a, b) => {
    const left = valueOf(a, by);
    const right = valueOf(b, by);
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    const rank = typeof left === "number" && typeof right === "number" ? left - right : names.compare(String(left), String(right));
    return (down ? -rank : rank) || names.compare(a.name, b.name);
  });
}

function valueOf(each: StudyDeployment, by: Column): string | number | null {
  switch (by) {
    case "name":
      return each.name;
    case "place":
      return each.latitude;
    case "start":
      return each.start;
    case "end":
      return each.end;
    case "nights":
      return each.trapNights;
    case "photos":
      return each.photos;
    case "species":
      return each.species;
  }
}
