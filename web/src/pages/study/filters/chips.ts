// The filters in force, in words.

import { cameraDate, percent } from "../../../format";
import { t } from "../../../texts";
import type { Filters, Study } from "../../../types";
import { capital, nameOf } from "../naming";
import type { FilterName } from "./query";

export interface Chip {
  name: FilterName;
  value?: string;
  text: string;
}

export function chipsOf(filters: Filters, study: Study): Chip[] {
  const words = t.study.filters;
  const chips: Chip[] = [];
  for (const value of filters.species ?? []) {
    const species = study.species.find((each) => each.scientificName === value);
    chips.push({ name: "species", value, text: species ? nameOf(species) : capital(value) });
  }
  for (const value of filters.deployment ?? []) {
    chips.push({ name: "deployment", value, text: study.deployments.find((each) => each.id === value)?.name ?? value });
  }
  for (const value of filters.kind ?? []) chips.push({ name: "kind", value, text: words.kinds[value] });
  if (filters.from) chips.push({ name: "from", text: words.chip.from(cameraDate(filters.from)) });
  if (filters.to) chips.push({ name: "to", text: words.chip.to(cameraDate(filters.to)) });
  if (filters.hourFrom !== undefined) chips.push({ name: "hourFrom", text: `${words.hourFrom} ${filters.hourFrom}` });
  if (filters.hourTo !== undefined) chips.push({ name: "hourTo", text: `${words.hourTo} ${filters.hourTo}` });
  if (filters.minConfidence !== undefined) chips.push({ name: "minConfidence", text: words.chip.least(percent(filters.minConfidence)) });
  if (filters.maxConfidence !== undefined) chips.push({ name: "maxConfidence", text: words.chip.most(percent(filters.maxConfidence)) });
  if (filters.method) chips.push({ name: "method", text: `${words.method}: ${words.methods[filters.method].toLowerCase()}` });
  if (filters.reviewed !== undefined) chips.push({ name: "reviewed", text: words.reviewedStates[`${filters.reviewed}`] });
  if (filters.favourite) chips.push({ name: "favourite", text: words.favourite });
  if (filters.video !== undefined) chips.push({ name: "video", text: words.videoStates[`${filters.video}`] });
  if (filters.search) chips.push({ name: "search", text: words.chip.search(filters.search) });
  return chips;
}
