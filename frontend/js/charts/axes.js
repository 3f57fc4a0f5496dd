import { daysBetween } from "./format.js";

/** A time axis of days and a value axis with quiet lines; labels are few and never collide. */
export function axes(days, { palette, words, narrow }, writeValue) {
  const span = daysBetween(days[0], days.at(-1));
  return {
    grid: { left: 4, right: 8, top: 12, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: {
      type: "category",
      data: days,
      boundaryGap: false,
      axisLine: { lineStyle: { color: palette.border } },
      axisTick: { show: false },
      axisLabel: { color: palette.muted, hideOverlap: true, interval: Math.max(0, Math.ceil(days.length / (narrow ? 4 : 8)) - 1), formatter: (day) => words.tick(day, span), alignMinLabel: "left", alignMaxLabel: "right" },
      axisPointer: { lineStyle: { color: palette.axis, type: "solid" }, label: { show: false } },
    },
    yAxis: {
      type: "value",
      scale: true,
      splitNumber: narrow ? 3 : 4,
      axisLabel: { color: palette.muted, formatter: writeValue, margin: 10 },
      splitLine: { lineStyle: { color: palette.border } },
    },
  };
}

/** One line with a soft area below it. */
export function line(name, values, colour, extra = {}) {
  return {
    type: "line",
    name,
    data: values,
    showSymbol: false,
    symbolSize: 7,
    sampling: "lttb",
    lineStyle: { width: 2, color: colour },
    itemStyle: { color: colour },
    emphasis: { disabled: true },
    ...extra,
  };
}
