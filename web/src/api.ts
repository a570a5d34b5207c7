// Every call of `/api/v1`, by name. Nothing else in the pages knows an address of the server.

import { address, ask } from "./ask";
import type * as T from "./types";

const enc = encodeURIComponent;
const study = (id: string, rest = "") => `/studies/${enc(id)}${rest}`;
const model = (reference: string, rest = "") => `/models/${enc(reference)}${rest}`;
const server = (name: string, rest = "") => `/servers/${enc(name)}${rest}`;
const run = (id: string, rest = "") => `/runs/${enc(id)}${rest}`;

/** The system: what this machine and this program are. */
export const system = {
  status: () => ask<T.Status>("GET", address("/status")),
  folders: (path: string | null, signal?: AbortSignal) =>
    ask<T.Folders>("GET", address("/folders", { path }), undefined, signal),
  countries: () => ask<T.Country[]>("GET", address("/countries")),
  signIn: (password: string) => ask<null>("POST", address("/session"), { password }),
  signOut: () => ask<null>("DELETE", address("/session")),
};

/** Models: the catalogue and what is installed. */
export const models = {
  list: () => ask<T.Model[]>("GET", address("/models")),
  get: (reference: string) => ask<T.ModelDetail>("GET", address(model(reference))),
  species: (reference: string, search: string, signal?: AbortSignal) =>
    ask<{ items: T.ModelSpecies[]; total: number }>("GET", address(model(reference, "/species"), { search }), undefined, signal),
  install: (reference: string) => ask<unknown>("POST", address(model(reference, "/install")), {}),
  installFrom: (path: string) => ask<unknown>("POST", address("/models/install"), { path }),
  cancelInstall: (reference: string) => ask<null>("DELETE", address(model(reference, "/install"))),
  verify: (reference: string) => ask<{ problems: string[] }>("POST", address(model(reference, "/verify")), {}),
  remove: (reference: string) => ask<null>("DELETE", address(model(reference))),
};

/** Model servers: processes that hold a model in memory. */
export const servers = {
  list: () => ask<T.Server[]>("GET", address("/servers")),
  start: (wish: { model: string; country?: string; device?: string; engine?: string }) =>
    ask<T.Server>("POST", address("/servers"), wish),
  stop: (name: string) => ask<null>("DELETE", address(server(name))),
  restart: (name: string) => ask<T.Server>("POST", address(server(name, "/restart")), {}),
  log: (name: string, lines = 200) => ask<{ lines: string[] }>("GET", address(server(name, "/log"), { lines })),
  try: (name: string, picture: Blob) => ask<T.Trial>("POST", address(server(name, "/try")), picture),
};

/** Runs: a model over a folder, into a study. */
export const runs = {
  list: () => ask<T.Run[]>("GET", address("/runs")),
  get: (id: string) => ask<T.Run>("GET", address(run(id))),
  create: (wish: T.NewRun) => ask<T.Run>("POST", address("/runs"), wish),
  pause: (id: string) => ask<T.Run>("POST", address(run(id, "/pause")), {}),
  resume: (id: string) => ask<T.Run>("POST", address(run(id, "/resume")), {}),
  cancel: (id: string) => ask<T.Run>("POST", address(run(id, "/cancel")), {}),
  retry: (id: string) => ask<T.Run>("POST", address(run(id, "/retry")), {}),
  errors: (id: string, cursor: string | null = null) =>
    ask<T.Page<T.RunError>>("GET", address(run(id, "/errors"), { cursor })),
  look: (folder: string, deployments?: string) => ask<T.Preflight>("POST", address("/preflight"), { folder, deployments }),
  seen: (id: string) => ask<T.Preflight>("GET", address(`/preflight/${enc(id)}`)),
};

/** Studies: what was seen, and a person's word on it. */
export const studies = {
  list: () => ask<T.StudyRow[]>("GET", address("/studies")),
  get: (id: string) => ask<T.Study>("GET", address(study(id))),
  create: (name: string) => ask<T.StudyRow>("POST", address("/studies"), { name }),
  change: (id: string, change: T.StudyChange) => ask<unknown>("PATCH", address(study(id)), change),
  remove: (id: string) => ask<{ movedTo: string } | null>("DELETE", address(study(id))),
  check: (id: string) => ask<unknown>("GET", address(study(id, "/check"))),

  media: (id: string, filters: T.Filters, part: { limit?: number; cursor?: string; offset?: number }, signal?: AbortSignal) =>
    ask<T.Page<T.Medium>>("GET", address(study(id, "/media"), { ...filters, ...part }), undefined, signal),
  positions: (id: string, filters: T.Filters, signal?: AbortSignal) =>
    ask<{ total: number }>("GET", address(study(id, "/positions"), { ...filters }), undefined, signal),
  sequences: (id: string, filters: T.Filters, part: { limit?: number; cursor?: string }, signal?: AbortSignal) =>
    ask<T.Page<T.Sequence>>("GET", address(study(id, "/sequences"), { ...filters, ...part }), undefined, signal),
  medium: (id: string, media: string, signal?: AbortSignal) =>
    ask<T.MediumDetail>("GET", address(study(id, `/media/${enc(media)}`)), undefined, signal),
  pictureUrl: (
    id: string,
    media: string,
    size: "thumb" | "medium" | "full" | "original",
    blurPeople = false,
  ) => address(study(id, `/media/${enc(media)}/picture`), { size, blurPeople: blurPeople || undefined }),
  videoUrl: (id: string, media: string) => address(study(id, `/media/${enc(media)}/video`)),

  observe: (id: string, media: string, observations: T.ObservationWord[]) =>
    ask<T.Medium & { undo: string }>("PUT", address(study(id, `/media/${enc(media)}/observations`)), { observations }),
  edit: (id: string, mediaIds: string[], action: T.EditAction) =>
    ask<{ edit: string; media: number }>("POST", address(study(id, "/edits")), { mediaIds, action }),
  undo: (id: string) => ask<T.Moved>("POST", address(study(id, "/edits/undo")), {}),
  redo: (id: string) => ask<T.Moved>("POST", address(study(id, "/edits/redo")), {}),
  edits: (id: string, limit = 50) => ask<unknown>("GET", address(study(id, "/edits"), { limit })),

  species: (id: string, search: string, signal?: AbortSignal) =>
    ask<T.SpeciesChoice[]>("GET", address(study(id, "/species"), { search }), undefined, signal),
  taxa: (id: string, filters: T.Filters, signal?: AbortSignal) =>
    ask<T.Taxon[]>("GET", address(study(id, "/taxa"), { ...filters }), undefined, signal),
  plot: (
    id: string,
    name: T.PlotName,
    filters: T.Filters,
    options: { sun?: boolean; by?: "day" | "week" | "month" } = {},
    signal?: AbortSignal,
  ) => ask<T.PlotTable>("GET", address(study(id, `/plots/${name}`), { ...filters, ...options }), undefined, signal),
  plotCsvUrl: (id: string, name: T.PlotName, filters: T.Filters, options: { sun?: boolean; by?: string } = {}) =>
    address(study(id, `/plots/${name}`), { ...filters, ...options, format: "csv" }),

  exports: (id: string) => ask<T.Export[]>("GET", address(study(id, "/exports"))),
  startExport: (id: string, wish: T.NewExport) => ask<{ id: string }>("POST", address(study(id, "/exports")), wish),
  exportUrl: (id: string, made: string) => address(study(id, `/exports/${enc(made)}/download`)),
};
