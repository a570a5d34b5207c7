// The outlines of countries, which are inside the program (Natural Earth 1:50m, public domain). They become a map once, when first shown.

import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import url from "world-atlas/countries-50m.json?url";
import { registerMap } from "../plots/echarts";
import { world } from "./extent";
import { unwrapped } from "./rings";

let ready: Promise<void> | null = null;

export function outline(): Promise<void> {
  ready ??= bring().catch((thrown: unknown) => {
    ready = null;
    throw thrown;
  });
  return ready;
}

async function bring(): Promise<void> {
  const topology = (await (await fetch(url)).json()) as Topology<{ countries: GeometryCollection<{ name: string }> }>;
  const countries = feature(topology, topology.objects.countries);
  for (const { geometry } of countries.features) {
    if (geometry.type === "Polygon") geometry.coordinates = geometry.coordinates.map(unwrapped);
    else if (geometry.type === "MultiPolygon") geometry.coordinates = geometry.coordinates.map((rings) => rings.map(unwrapped));
  }
  registerMap(world, countries as unknown as Parameters<typeof registerMap>[1]);
}
