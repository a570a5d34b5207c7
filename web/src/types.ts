// The JSON of `/api/v1`, as the server writes it. Probabilities and shares run from 0 to 1; a box is `[x, y, width, height]` in shares of
// the picture's sides, from its top left corner; sizes are bytes; times are RFC 3339, those of media on the camera's own clock.

export interface Page<T> {
  items: T[];
  next: string | null;
  total: number;
}

export type Category = "animal" | "human" | "vehicle" | "blank" | "unknown";

export type Box = [x: number, y: number, width: number, height: number];

export interface Engine {
  id: string;
  title: string;
  state: "in use" | "available" | "missing";
  device: string | null;
  reason: string | null;
  hint: string | null;
}

export interface Status {
  version: string;
  dataFolder: string;
  webUi: boolean;
  lan: boolean;
  /** Where the system tells. */
  freeBytes: number | null;
  cores: number;
  engines: Engine[];
  ffmpeg: { found: boolean; version: string | null };
}

export interface Folders {
  path: string;
  parent: string | null;
  roots: { name: string; path: string }[];
  folders: { name: string; path: string; hidden: boolean }[];
  media: { photos: number; videos: number } | null;
  problem: string | null;
}

export interface Country {
  code: string;
  name: string;
}

export interface Install {
  phase:
    | "waiting"
    | "downloading"
    | "unpacking"
    | "verifying"
    | "testing"
    | "publishing"
    | "failed"
    | "cancelled"
    | "done";
  bytes: number;
  totalBytes: number | null;
  bytesPerSecond: number;
  secondsLeft: number | null;
  message: string | null;
  hint: string | null;
}

export interface Model {
  reference: string;
  id: string;
  version: string;
  title: string;
  summary: string;
  kind: "species" | "detector";
  regions: string[];
  speciesCount: number | null;
  licence: { name: string; url: string | null; restriction: string | null } | null;
  citation: string | null;
  homepage: string | null;
  sizeBytes: number;
  latest: boolean;
  state: "available" | "installing" | "installed" | "broken" | "read-only";
  origin: "catalogue" | "biowatch app" | "own" | "built in";
  install: Install | null;
  problems: string[];
  takesCountry: boolean;
  takesVideo: boolean;
}

export interface ModelDetail extends Model {
  files: { path: string; bytes: number }[];
  record: unknown;
}

export interface ModelSpecies {
  scientificName: string;
  commonName: string | null;
  rank: string | null;
  taxonomy: string | null;
}

export interface Server {
  name: string;
  /** The installed model it holds; null for one from a folder of its own. */
  reference: string | null;
  model: string;
  version: string;
  state: "starting" | "ready" | "busy" | "stopping" | "stopped" | "failed";
  since: string;
  url: string | null;
  docsUrl: string | null;
  pid: number | null;
  device: string | null;
  engine: string | null;
  reason: string | null;
  memoryBytes: number | null;
  imagesPerSecond: number | null;
  requests: number;
  images: number;
  restarts: number;
  trouble: { at: string; what: string; hint: string | null; lastLines: string[] } | null;
  saying: string | null;
}

export interface Trial {
  row: unknown;
  boxes: { bbox: Box; label: string; confidence: number; category: Category }[];
  prediction: { label: string; commonName: string | null; score: number; source: string | null } | null;
  milliseconds: { total: number };
}

export type RunState =
  | "queued"
  | "searching"
  | "running"
  | "pausing"
  | "paused"
  | "completed"
  | "cancelled"
  | "failed"
  | "interrupted";

export interface Run {
  id: string;
  study: { id: string; name: string };
  folder: string;
  model: string;
  modelVersion: string;
  country: string | null;
  state: RunState;
  position: number | null;
  startedAt: string | null;
  endedAt: string | null;
  found: number;
  queued: number;
  /** Files with their rows or their error. */
  done: number;
  failed: number;
  filesPerSecond: number | null;
  secondsLeft: number | null;
  counts: Record<Category, number>;
  /** The file that was predicted last; `mediaId` is empty where it is not known. */
  current: { mediaId: string; fileName: string; deployment: string | null; label: string | null } | null;
  /** What the model's server does, in words. */
  server: string | null;
  problem: { detail: string; hint: string | null } | null;
  notes: string[];
}

export interface NewRun {
  study: { id: string } | { name: string };
  folder: string;
  model: string;
  country?: string;
  timeZone?: string;
  clockShift?: string;
  sampleFps?: number;
  threshold?: number;
  deployments?: string;
  device?: string;
  engine?: string;
}

export interface RunError {
  /** Empty where the file failed before it was known. */
  mediaId: string;
  filePath: string;
  reason: string;
  attempts: number;
  at: string;
}

export interface Preflight {
  id: string;
  done: boolean;
  photos: number;
  videos: number;
  bytes: number;
  first: string | null;
  last: string | null;
  undated: number;
  deployments: PreflightDeployment[];
  problems: { kind: string; count: number; example: string | null }[];
  cameras: string[];
}

export interface PreflightDeployment {
  name: string;
  photos: number;
  videos: number;
  first: string | null;
  last: string | null;
  latitude: number | null;
  longitude: number | null;
}

export interface StudyRow {
  id: string;
  name: string;
  photos: number;
  videos: number;
  deployments: number;
  species: number;
  blank: number;
  failed: number;
  first: string | null;
  last: string | null;
  updatedAt: string | null;
  bytes: number;
  problem: string | null;
}

export interface StudyDeployment {
  id: string;
  name: string;
  latitude: number | null;
  longitude: number | null;
  start: string | null;
  end: string | null;
  photos: number;
  species: number;
  trapNights: number | null;
}

export interface Study {
  id: string;
  name: string;
  title: string | null;
  description: string | null;
  sequenceGap: number;
  totals: {
    photos: number;
    videos: number;
    deployments: number;
    trapNights: number;
    species: number;
    blank: number;
    failed: number;
    unprocessed: number;
    undated: number;
    reviewed: number;
  };
  first: string | null;
  last: string | null;
  deployments: StudyDeployment[];
  species: {
    scientificName: string;
    commonName: string | null;
    media: number;
    events: number;
    individuals: number;
    reviewed: number;
  }[];
  runs: Run[];
}

export interface StudyChange {
  name?: string;
  title?: string;
  description?: string;
  sequenceGap?: number;
}

export interface Observation {
  id: string;
  scientificName: string | null;
  commonName: string | null;
  type: Category;
  count: number;
  probability: number | null;
  confidence: number | null;
  bbox: Box | null;
  method: "machine" | "human";
  by: string | null;
  at: string | null;
  frame: number | null;
  time: number | null;
}

export interface Medium {
  id: string;
  fileName: string;
  deployment: { id: string; name: string } | null;
  timestamp: string | null;
  kind: "photo" | "video";
  width: number | null;
  height: number | null;
  favourite: boolean;
  found: boolean;
  /** Whether a person has judged it. */
  reviewed?: boolean;
  observations: Observation[];
  error: string | null;
  event: { id: string; size: number; index: number } | null;
}

export interface MediumDetail extends Medium {
  exif: Record<string, unknown>;
  latitude: number | null;
  longitude: number | null;
  cameraModel: string | null;
  temperature: number | null;
  timestampSource: string | null;
  raw: { run: string; model: string; version: string; output: unknown }[];
  history: { at: string; by: string | null; kind: string | null; undone: boolean; before: unknown; after: unknown }[];
}

export interface Filters {
  species?: string[];
  deployment?: string[];
  from?: string;
  to?: string;
  hourFrom?: number;
  hourTo?: number;
  minConfidence?: number;
  maxConfidence?: number;
  kind?: (Category | "unprocessed" | "failed")[];
  method?: "human" | "machine";
  reviewed?: boolean;
  favourite?: boolean;
  video?: boolean;
  search?: string;
  sort?: "time" | "-time" | "confidence" | "-confidence" | "name";
}

export interface Sequence {
  id: string;
  deployment: { id: string; name: string } | null;
  start: string | null;
  end: string | null;
  /** How many there are; `mediaIds` may name the first of them only. */
  media: number;
  mediaIds: string[];
  species: { scientificName: string; commonName: string | null; count: number }[];
  cover: string | null;
}

export interface ObservationWord {
  id?: string;
  scientificName: string | null;
  commonName?: string | null;
  count?: number;
  lifeStage?: string;
  sex?: string;
  bbox?: Box | null;
}

/** An edit that was taken back or made again; `null` when there was none. */
export interface Moved {
  edit: object | null;
  left: number;
}

export type EditAction =
  | { confirm: true }
  | { relabel: { scientificName: string; commonName: string | null } }
  | { blank: true }
  | { favourite: boolean };

export interface SpeciesChoice {
  scientificName: string;
  commonName: string | null;
  rank: string | null;
  inStudy: boolean;
  recent: boolean;
}

export interface Taxon {
  name: string;
  rank: string | null;
  scientificName: string | null;
  commonName: string | null;
  /** What `species=` takes to mean this branch. */
  filter: string;
  count: number;
  children: Taxon[];
}

export type PlotName = "species-counts" | "activity" | "over-time" | "effort" | "accumulation" | "map";

export interface PlotTable {
  columns: string[];
  rows: (string | number | null)[][];
  notes: string[];
}

export interface NewExport {
  format: string;
  options: {
    folder?: string | null;
    blurPeople?: boolean;
    mode?: "copy" | "link";
  };
}

export interface Export {
  id: string;
  format: string;
  state: string;
  done: number;
  total: number;
  path: string | null;
  check: { passed: boolean; problems: string[] } | null;
  problem: string | null;
}
