// Every address and its page. A page is fetched when it is first opened.

import { studyRoutes } from "./pages/study/routes";
import type { Route } from "./router.svelte";

export const routes: Route[] = [
  { pattern: "/", page: () => import("./pages/home/Home.svelte") },
  { pattern: "/models", page: () => import("./pages/models/Models.svelte") },
  { pattern: "/models/:reference", page: () => import("./pages/models/ModelPage.svelte") },
  { pattern: "/runs", page: () => import("./pages/runs/Runs.svelte") },
  { pattern: "/runs/new", page: () => import("./pages/runs/NewRun.svelte") },
  { pattern: "/runs/:id", page: () => import("./pages/runs/RunPage.svelte") },
  { pattern: "/studies", page: () => import("./pages/studies/Studies.svelte") },
  { pattern: "/settings", page: () => import("./pages/settings/Settings.svelte") },
  ...studyRoutes,
];
