// The map as ECharts options: outlines, circles, and a small world in a corner that says where this is.

import type { EChartsCoreOption } from "echarts/core";
import { number } from "../../../format";
import { t } from "../../../texts";
import type { Palette } from "../plots/palette";
import type { Spot } from "../plots/series";
import { aspectOf, cornersOf, radiusOf, world } from "./extent";

const largest = 26;

export function mapOption(spots: readonly Spot[], colours: Palette): EChartsCoreOption {
  const corners = cornersOf(spots);
  const highest = Math.max(0, ...spots.map((spot) => spot.rate));
  const [[west, north], [east, south]] = corners;
  const land = { areaColor: colours.land, borderColor: colours.soft, borderWidth: 0.8 };
  const quiet = { label: { show: false }, itemStyle: land };
  return {
    animation: false,
    tooltip: {
      trigger: "item",
      confine: true,
      backgroundColor: colours.surface,
      borderColor: colours.line,
      textStyle: { color: colours.ink },
      formatter: ({ data }: { data?: { spot?: Spot } }) => (data?.spot ? describe(data.spot) : ""),
    },
    geo: [
      {
        map: world,
        roam: true,
        scaleLimit: { min: 0.0005, max: 400 },
        boundingCoords: corners,
        aspectScale: aspectOf(corners),
        left: 20,
        right: 20,
        top: 20,
        bottom: 20,
        itemStyle: land,
        emphasis: quiet,
        select: quiet,
        silent: true,
        tooltip: { show: false },
      },
      {
        map: world,
        roam: false,
        silent: true,
        boundingCoords: [
          [-180, 84],
          [190, -60],
        ],
        aspectScale: 0.9,
        left: 8,
        bottom: 8,
        width: 150,
        height: 72,
        itemStyle: { areaColor: colours.soft, borderWidth: 0 },
        emphasis: { disabled: true },
        tooltip: { show: false },
      },
    ],
    series: [
      {
        type: "scatter",
        coordinateSystem: "geo",
        geoIndex: 0,
        data: [...spots]
          .sort((a, b) => b.rate - a.rate)
          .map((spot) => ({
            name: spot.name,
            value: [spot.longitude, spot.latitude, spot.rate],
            spot,
            symbolSize: 2 * radiusOf(spot.rate, highest, largest),
            itemStyle:
              spot.rate > 0
                ? { color: colours.accent, opacity: 0.7, borderColor: colours.surface, borderWidth: 1.5 }
                : { color: colours.surface, borderColor: colours.ink, borderWidth: 1.5 },
          })),
        label: { show: true, position: "right", color: colours.ink, textBorderColor: colours.sea, textBorderWidth: 3, formatter: "{b}" },
        labelLayout: { hideOverlap: true },
        emphasis: { label: { fontWeight: "bold" } },
      },
      {
        type: "scatter",
        coordinateSystem: "geo",
        geoIndex: 1,
        silent: true,
        symbol: "diamond",
        symbolSize: 10,
        itemStyle: { color: colours.series[1], borderColor: colours.surface, borderWidth: 1 },
        data: [[(west + east) / 2, (north + south) / 2]],
        tooltip: { show: false },
      },
    ],
  };
}

function describe(spot: Spot): HTMLElement {
  const words = t.study.map;
  const box = document.createElement("div");
  const name = document.createElement("strong");
  name.textContent = spot.name;
  const rate = document.createElement("div");
  rate.textContent = words.perHundred(number(spot.rate, 1));
  const rest = document.createElement("div");
  rest.textContent = `${words.detections}: ${number(spot.detections)}, ${words.nights.toLowerCase()}: ${number(spot.nights)}`;
  box.append(name, rate, rest);
  return box;
}
