import type { Route } from "../../router.svelte";

/** The pages of one study. */
export const studyRoutes: Route[] = [
  { pattern: "/studies/:id", page: () => import("./overview/Overview.svelte") },
  { pattern: "/studies/:id/overview", page: () => import("./overview/Overview.svelte") },
  { pattern: "/studies/:id/gallery", page: () => import("./gallery/Gallery.svelte") },
  { pattern: "/studies/:id/review", page: () => import("./review/Review.svelte") },
  { pattern: "/studies/:id/plots", page: () => import("./plots/Plots.svelte") },
  { pattern: "/studies/:id/map", page: () => import("./map/Map.svelte") },
  { pattern: "/studies/:id/deployments", page: () => import("./deployments/Deployments.svelte") },
  { pattern: "/studies/:id/errors", page: () => import("./errors/Errors.svelte") },
  { pattern: "/studies/:id/exports", page: () => import("./exports/Exports.svelte") },
  { pattern: "/studies/:id/settings", page: () => import("./settings/StudySettings.svelte") },
];
