// ECharts options of each plot. Series differ by dash and by shape as well as by colour.

import type { EChartsCoreOption } from "echarts/core";
import { cameraDate, number } from "../../../format";
import { t } from "../../../texts";
import type { Palette } from "./palette";
import type { Accumulation, Series, Stretch } from "./series";

const words = t.study.plots;
const font = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif';
const dashes = ["solid", "dashed", "dotted"] as const;
const shapes = ["circle", "rect", "triangle", "diamond"] as const;
const hours = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, "0"));

function base(colours: Palette): EChartsCoreOption {
  return {
    animation: false,
    textStyle: { fontFamily: font, color: colours.ink },
    color: colours.series,
    grid: { left: 8, right: 20, top: 40, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: {
      trigger: "axis",
      confine: true,
      backgroundColor: colours.surface,
      borderColor: colours.line,
      textStyle: { color: colours.ink },
      valueFormatter: (value: unknown) => (typeof value === "number" ? number(value, 1) : "–"),
    },
  };
}

function axis(colours: Palette, more: object): object {
  return {
    axisLine: { lineStyle: { color: colours.soft } },
    axisLabel: { color: colours.soft, hideOverlap: true },
    splitLine: { lineStyle: { color: colours.line } },
    nameTextStyle: { color: colours.soft },
    ...more,
  };
}

function legend(series: readonly Series[], colours: Palette): object | undefined {
  if (series.length < 2) return undefined;
  return { type: "plain", top: 0, left: 0, right: 0, itemWidth: 22, textStyle: { color: colours.ink }, inactiveColor: colours.soft };
}

/** How much room the names of the series need above the drawing, in rows. */
export function legendRows(series: readonly Series[], width: number): number {
  if (series.length < 2) return 0;
  const letters = series.reduce((sum, each) => sum + each.name.length * 7.2 + 44, 0);
  return Math.ceil(letters / Math.max(200, width));
}

export function speciesOption(rows: { name: string; count: number }[], colours: Palette): EChartsCoreOption {
  return {
    ...base(colours),
    grid: { left: 8, right: 48, top: 8, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: axis(colours, { type: "value", minInterval: 1 }),
    yAxis: axis(colours, {
      type: "category",
      inverse: true,
      data: rows.map((row) => row.name),
      axisTick: { show: false },
      axisLabel: { color: colours.ink, width: 150, overflow: "truncate", interval: 0 },
    }),
    series: [
      {
        type: "bar",
        name: words.axes.files,
        data: rows.map((row) => row.count),
        itemStyle: { color: colours.accent, borderRadius: [0, 3, 3, 0] },
        barMaxWidth: 22,
        label: { show: true, position: "right", color: colours.ink, formatter: ({ value }: { value: unknown }) => number(Number(value)) },
      },
    ],
  };
}

export function hourLines(series: Series[], colours: Palette, width: number): EChartsCoreOption {
  return {
    ...base(colours),
    grid: { left: 8, right: 20, top: 16 + 26 * Math.max(1, legendRows(series, width)), bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: legend(series, colours),
    xAxis: axis(colours, { type: "category", data: hours, boundaryGap: false }),
    yAxis: axis(colours, { type: "value", minInterval: 1, name: words.axes.detections, nameGap: 10, nameTextStyle: { color: colours.soft, align: "left" } }),
    series: lines(series, colours, hours.length),
  };
}

export function hourCircle(series: Series[], colours: Palette, width: number): EChartsCoreOption {
  const rows = legendRows(series, width);
  return {
    ...base(colours),
    legend: legend(series, colours),
    polar: { center: ["50%", `${50 + rows * 3}%`], radius: ["14%", `${82 - rows * 6}%`] },
    angleAxis: axis(colours, { type: "category", data: hours, startAngle: 90 + 7.5, splitLine: { show: false } }),
    radiusAxis: axis(colours, { type: "value", minInterval: 1, splitNumber: 3, axisLabel: { color: colours.soft, backgroundColor: colours.surface, padding: 1, showMaxLabel: false }, z: 10 }),
    series: series.map((each, at) => ({
      type: "bar",
      coordinateSystem: "polar",
      name: each.name || words.axes.detections,
      stack: "all",
      data: each.values,
      itemStyle: { color: series.length === 1 ? colours.accent : colourAt(each, at, colours), borderColor: colours.surface, borderWidth: 1 },
    })),
  };
}

export function timeBars(steps: string[], series: Series[], colours: Palette, width: number): EChartsCoreOption {
  return {
    ...base(colours),
    grid: { left: 8, right: 20, top: 16 + 26 * Math.max(1, legendRows(series, width)), bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    legend: legend(series, colours),
    xAxis: axis(colours, { type: "category", data: steps.map(stepName) }),
    yAxis: axis(colours, { type: "value", minInterval: 1, name: words.axes.detections, nameGap: 10, nameTextStyle: { color: colours.soft, align: "left" } }),
    series: series.map((each, at) => ({
      type: "bar",
      name: each.name || words.axes.detections,
      stack: "all",
      data: each.values,
      barMaxWidth: 28,
      itemStyle: { color: series.length === 1 ? colours.accent : colourAt(each, at, colours) },
    })),
  };
}

export function gantt(deployments: string[], stretches: Stretch[], colours: Palette): EChartsCoreOption {
  const place = new Map(deployments.map((name, at) => [name, at]));
  const data = stretches.map((each) => ({
    name: each.deployment,
    value: [each.from, each.to, place.get(each.deployment) ?? 0, each.gap ? 1 : 0],
  }));
  const day = (time: number) => cameraDate(new Date(time).toISOString());
  return {
    ...base(colours),
    grid: { left: 8, right: 20, top: 8, bottom: 8, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: {
      ...(base(colours)["tooltip"] as object),
      trigger: "item",
      formatter: ({ name, value }: { name: string; value: number[] }) => {
        const box = document.createElement("div");
        box.textContent = `${value[3] === 1 ? `${words.gap}: ` : ""}${name}, ${day(value[0] ?? 0)} – ${day(value[1] ?? 0)}`;
        return box;
      },
    },
    xAxis: axis(colours, { type: "time" }),
    yAxis: axis(colours, {
      type: "category",
      inverse: true,
      data: deployments,
      axisTick: { show: false },
      axisLabel: { color: colours.ink, width: 130, overflow: "truncate" },
    }),
    series: [
      {
        type: "custom",
        encode: { x: [0, 1], y: 2 },
        data,
        renderItem: (
          _: unknown,
          api: { value: (at: number) => number; coord: (point: [number, number]) => [number, number]; size: (by: [number, number]) => [number, number] },
        ) => {
          const [left, middle] = api.coord([api.value(0), api.value(2)]);
          const [right] = api.coord([api.value(1), api.value(2)]);
          const height = Math.min(18, Math.max(3, api.size([0, 1])[1] * 0.6));
          const gap = api.value(3) === 1;
          return {
            type: "rect",
            shape: { x: left, y: middle - height / 2, width: Math.max(2, right - left), height, r: gap ? 0 : 3 },
            style: gap ? { fill: colours.surface, stroke: colours.soft, lineWidth: 1 } : { fill: colours.accent },
          };
        },
      },
    ],
  };
}

export function curve(data: Accumulation, colours: Palette): EChartsCoreOption {
  const bounded = data.low.some((value) => value !== null) && data.high.some((value) => value !== null);
  const line = (values: (number | null)[]) => data.effort.map((effort, at) => [effort, values[at] ?? null]);
  const edge = { type: "line", showSymbol: false, silent: true, lineStyle: { color: colours.accent, width: 1, type: "dashed" }, tooltip: { show: false } };
  return {
    ...base(colours),
    legend: { top: 0, left: 0, data: [words.axes.expected, words.axes.observed], itemWidth: 28, textStyle: { color: colours.ink } },
    grid: { left: 8, right: 28, top: 60, bottom: 28, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: axis(colours, { type: "value", name: words.axes.nights, nameLocation: "middle", nameGap: 26 }),
    yAxis: axis(colours, { type: "value", minInterval: 1, name: words.axes.species, nameGap: 10, nameTextStyle: { color: colours.soft, align: "left" } }),
    series: [
      ...(bounded
        ? [
            { ...edge, data: line(data.low) },
            { ...edge, data: line(data.high) },
          ]
        : []),
      ...(data.observed.some((value) => value !== null)
        ? [
            {
              type: "line",
              name: words.axes.observed,
              data: line(data.observed),
              showSymbol: false,
              lineStyle: { width: 2, type: "dashed", color: colours.series[1] },
              itemStyle: { color: colours.series[1] },
            },
          ]
        : []),
      {
        type: "line",
        name: words.axes.expected,
        data: line(data.expected),
        showSymbol: data.effort.length < 40,
        symbolSize: 6,
        lineStyle: { width: 3, color: colours.accent },
        itemStyle: { color: colours.accent },
      },
    ],
  };
}

function lines(series: Series[], colours: Palette, length: number): object[] {
  return series.map((each, at) => ({
    type: "line",
    name: each.name || words.axes.detections,
    data: each.values,
    symbol: shapes[at % shapes.length],
    symbolSize: 7,
    showSymbol: length <= 60,
    lineStyle: { width: 2.5, type: dashes[at % dashes.length], color: series.length === 1 ? colours.accent : colourAt(each, at, colours) },
    itemStyle: { color: series.length === 1 ? colours.accent : colourAt(each, at, colours) },
  }));
}

function colourAt(each: Series, at: number, colours: Palette): string {
  return each.name === words.axes.others ? colours.others : (colours.series[at] ?? colours.others);
}

function stepName(step: string): string {
  return /^\d{4}-\d{2}-\d{2}/.test(step) ? cameraDate(step) : step;
}
