// Every address and its page. A page is fetched when it is first opened, and the likely ones soon after the first paint.

import { studyRoutes } from "./pages/study/routes";
import type { Route } from "./router.svelte";

export const routes: Route[] = [
  { pattern: "/settings", page: () => import("./pages/settings/Settings.svelte") },
  ...studyRoutes,
];
