// One request to `/api/v1`: JSON in, JSON out, and every failure as a `Problem`, whose `detail` and `hint` are sentences for people.

import { t } from "./texts";

const root = "/api/v1";

/** What went wrong, in the server's words (RFC 9457), or in ours when the server gave none. */
export class Problem extends Error {
  readonly type: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly hint: string | null;

  constructor(parts: { type?: string; status?: number; title: string; detail?: string; hint?: string | null }) {
    super(parts.detail ?? parts.title);
    this.name = "Problem";
    this.type = parts.type ?? "about:blank";
    this.status = parts.status ?? 0;
    this.title = parts.title;
    this.detail = parts.detail ?? "";
    this.hint = parts.hint ?? null;
  }
}

/** Any thrown thing as a `Problem`. */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (thrown instanceof TypeError) return new Problem({ title: t.errors.unreachable, hint: t.errors.unreachableHint });
  return new Problem({ title: thrown instanceof Error ? thrown.message : String(thrown) });
}

/** True for a request that its own caller gave up. */
export function wasAborted(thrown: unknown): boolean {
  return thrown instanceof DOMException && thrown.name === "AbortError";
}

type QueryValue = string | number | boolean | null | undefined | readonly (string | number)[];

/** The path below `/api/v1`, with the query's absent values left out and its lists repeated. */
export function address(path: string, query: Record<string, QueryValue> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === "") continue;
    if (Array.isArray(value)) for (const each of value) search.append(name, String(each));
    else search.append(name, String(value));
  }
  const text = search.toString();
  return `${root}${path}${text ? `?${text}` : ""}`;
}

type Listener = (problem: Problem) => void;
const onSessionLost = new Set<Listener>();

/** Calls `listener` whenever the server no longer knows this browser. */
export function whenSessionIsLost(listener: Listener): () => void {
  onSessionLost.add(listener);
  return () => onSessionLost.delete(listener);
}

/** Sends one request and reads its answer; `null` for an answer without a body. */
export async function ask<T>(
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  url: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<T> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (method !== "GET") headers["x-biowatch"] = "1";
  let payload: BodyInit | null = null;
  if (body instanceof Blob) {
    payload = body;
    headers["content-type"] = body.type || "application/octet-stream";
  } else if (body !== undefined) {
    payload = JSON.stringify(body);
    headers["content-type"] = "application/json";
  }
  const answer = await fetch(url, { method, headers, body: payload, signal: signal ?? null, credentials: "same-origin" });
  if (!answer.ok) throw await problemOf(answer);
  if (answer.status === 204) return null as T;
  const text = await answer.text();
  return (text ? JSON.parse(text) : null) as T;
}

async function problemOf(answer: Response): Promise<Problem> {
  const problem = await read(answer);
  if (answer.status === 401) for (const listener of onSessionLost) listener(problem);
  return problem;
}

async function read(answer: Response): Promise<Problem> {
  const fallback = { status: answer.status, title: t.errors.status(answer.status, answer.statusText) };
  if (!(answer.headers.get("content-type") ?? "").includes("json")) return new Problem(fallback);
  try {
    return new Problem({ ...fallback, ...((await answer.json()) as Partial<Problem>) });
  } catch {
    return new Problem(fallback);
  }
}
