import { filters, gallery } from "./study/gallery";
import { overview } from "./study/overview";
import { map, plots } from "./study/plots";
import { deployments, errors, exports, studySettings } from "./study/rest";
import { review } from "./study/review";

export const study = {
  tabs: "Pages of the study",
  loading: "Loading the study",
  goneTitle: "This study cannot be opened",
  all: "All studies",
  overview,
  gallery,
  filters,
  review,
  plots,
  map,
  deployments,
  errors,
  exports,
  settings: studySettings,
};
