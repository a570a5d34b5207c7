import { bytes, number } from "../../format";
import { t } from "../../texts";
import type { Model, Server } from "../../types";

/** The server that holds a model, if one was ever started. */
export function serverOf(model: Model, servers: Server[]): Server | undefined {
  return servers.find((server) => server.reference === model.reference);
}

/** The address of a model's page. A last segment with a dot is a file to the server, so the version's dots are written out. */
export function pageOf(reference: string): string {
  return `/models/${encodeURIComponent(reference).replaceAll(".", "%2E")}`;
}

export function isUsable(model: Model): boolean {
  return model.state === "installed" || model.state === "read-only";
}

export function answers(server: Server | undefined): boolean {
  return server?.state === "ready" || server?.state === "busy";
}

/** What a model knows, in a few words. */
export function knowledge(model: Model): string {
  return model.speciesCount ? t.models.knows(model.speciesCount) : t.models.kind[model.kind];
}

export function regions(model: Model): string {
  return model.regions.length > 0 ? model.regions.join(", ") : t.models.everywhere;
}

export function speed(imagesPerSecond: number): string {
  return imagesPerSecond >= 1
    ? t.models.imagesPerSecond(number(imagesPerSecond, 1))
    : t.models.imagesPerMinute(number(imagesPerSecond * 60, 1));
}

/** A size, or a dash where none is known. */
export function size(model: Model): string {
  return model.sizeBytes > 0 ? bytes(model.sizeBytes) : "–";
}
