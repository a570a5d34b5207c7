import type { Route } from "../../router.svelte";

/** The pages of one study. */
export const studyRoutes: Route[] = [];
