import { daysBetween } from "./format.js";

// How a day is grouped on an axis that spans so many days: each label stands at the first day of a group.
const GROUPS = [
  { upTo: 45, key: (day) => day },
  { upTo: 1100, key: (day) => day.slice(0, 7) },
  { upTo: Infinity, key: (day) => day.slice(0, 4) },
];

/** The indices of the days that get a label: starts of weeks, months or years at even steps, at most `most`. */
function pickTicks(days, span, most) {
  const { key } = GROUPS.find(({ upTo }) => span <= upTo);
  const starts = days.flatMap((day, index) => (index > 0 && key(day) !== key(days[index - 1]) ? [index] : []));
  const step = Math.max(1, Math.ceil(starts.length / most));
  return new Set(starts.filter((_, number) => number % step === 0));
}

/** A time axis of days and a value axis with quiet lines; labels are few and never collide. */
export function axes(days, { palette, words, narrow }, writeValue) {
  const span = daysBetween(days[0], days.at(-1));
  const ticks = pickTicks(days, span, narrow ? 5 : 11);
  return {
    grid: { left: 4, right: 8, top: 12, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: {
      type: "category",
      data: days,
      boundaryGap: false,
      axisLine: { lineStyle: { color: palette.border } },
      axisTick: { show: false },
      axisLabel: { color: palette.muted, hideOverlap: true, interval: (index) => ticks.has(index), formatter: (day) => words.tick(day, span) },
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
