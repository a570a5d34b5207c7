// What the model said before anything was made of it, beside what was made of it, and why the two differ. Rows of SpeciesNet name their
// way in `prediction_source`; other models give a plain answer.

/** Why a label is what it is. */
export type Reason =
  | { kind: "classifier" }
  | { kind: "detector" }
  | { kind: "rollup"; level: string; geofenced: boolean; country: string | null }
  | { kind: "rollupFailed"; country: string | null }
  | { kind: "other"; text: string };

export interface Guess {
  label: string;
  score: number;
}

export interface RawWord {
  guesses: Guess[];
  detections: { label: string; confidence: number }[];
  final: string | null;
  score: number | null;
  reason: Reason | null;
}

const shownGuesses = 5;
const shownDetections = 8;

/** Reads one row; what it does not hold is empty, never invented. */
export function rawOf(output: unknown): RawWord {
  const row = objectOf(output);
  const inner = objectOf(row["classifications"]);
  const classes = listOf(inner["classes"]);
  const scores = listOf(inner["scores"]);
  const guesses: Guess[] = [];
  for (const [at, label] of classes.slice(0, shownGuesses).entries()) {
    const score = scores[at];
    if (typeof label === "string" && typeof score === "number") guesses.push({ label: labelOf(label), score });
  }
  const detections = listOf(row["detections"])
    .map(objectOf)
    .filter((each) => typeof each["conf"] === "number")
    .slice(0, shownDetections)
    .map((each) => ({ label: String(each["label"] ?? each["category"] ?? ""), confidence: each["conf"] as number }));
  const final = row["prediction"];
  const score = row["prediction_score"];
  return {
    guesses,
    detections,
    final: typeof final === "string" ? labelOf(final) : null,
    score: typeof score === "number" ? score : null,
    reason: reasonOf(row["prediction_source"], row["country"]),
  };
}

/** The name in a label of the form `uuid;class;order;family;genus;species;common name`; any other label as it stands. */
export function labelOf(label: string): string {
  const parts = label.split(";");
  if (parts.length !== 7) return label;
  const [, klass, order, family, genus, species, common] = parts.map((part) => part.trim());
  const scientific = genus && species ? `${genus} ${species}` : genus || family || order || klass;
  if (!scientific) return common || label;
  return common && common !== scientific ? `${common} (${scientific})` : scientific;
}

/** Reads a `prediction_source`. */
export function reasonOf(source: unknown, country: unknown): Reason | null {
  if (typeof source !== "string" || source === "") return null;
  const where = typeof country === "string" && country ? country : null;
  const parts = source.split("+");
  const level = parts.map((part) => /^rollup_to_(\w+)$/.exec(part)?.[1]).find(Boolean);
  if (level) return { kind: "rollup", level, geofenced: parts.includes("geofence"), country: where };
  if (parts.includes("rollup_failed")) return { kind: "rollupFailed", country: where };
  if (source === "classifier") return { kind: "classifier" };
  if (source === "detector") return { kind: "detector" };
  return { kind: "other", text: source };
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
