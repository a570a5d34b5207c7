import { plural } from "./plural";

export const home = {
  title: "Home",
  lead: "Camera-trap photos in, animals out. Everything stays on this machine.",
  next: "What to do next",
  modelTitle: "Install a model",
  modelText: "A model knows the animals. Choose one for your part of the world; it is downloaded once.",
  modelDone: (count: number) => `${plural(count, "model is", "models are")} installed`,
  modelAction: "See the models",
  runTitle: "Run it on a folder of photos",
  runText: "Choose the folder of a memory card or of a whole season. Nothing in it is changed.",
  runDone: (count: number) => `${plural(count, "study", "studies")} so far`,
  runAction: "New run",
  lookTitle: "Look at what was seen",
  lookText: "Check the names, draw the plots, export the table.",
  lookAction: "Open the study",
  demoTitle: "Only looking around?",
  demoText:
    "The program carries a small model made for rendered scenes. It is of no use for science, and it is ready in seconds, without a network.",
  demoAction: "Install the demo model",
  demoInstalled: "The demo model is installed",
  recentStudies: "Recent studies",
  recentRuns: "Recent runs",
  all: "All",
  studyLine: (photos: number, videos: number, species: number) =>
    [plural(photos, "photo"), videos > 0 ? plural(videos, "video") : "", `${species} species`].filter(Boolean).join(" · "),
};
