// The value of a portfolio, or its cumulative return against the benchmark.
import { axes, line } from "./axes.js";
import { fade } from "./palette.js";
import { tip } from "./tip.js";

const KEY = "performance-view";

function readView() {
  try {
    return localStorage.getItem(KEY) === "return" ? "return" : "value";
  } catch {
    return "value";
  }
}

let view = readView();

function area(colour) {
  return { color: { type: "linear", x: 0, y: 0, x2: 0, y2: 1, colorStops: [{ offset: 0, color: fade(colour, 0.22) }, { offset: 1, color: fade(colour, 0) }] }, origin: "start" };
}

function valueSeries(data, { palette }) {
  return [line("Value", data.values, palette.accent, { areaStyle: area(palette.accent) })];
}

function returnSeries(data, { palette }) {
  const own = line("Portfolio", data.returns, palette.accent, { z: 3 });
  if (!data.benchmark_returns) return [{ ...own, areaStyle: area(palette.accent) }];
  return [own, line(data.benchmark, data.benchmark_returns, palette.benchmark, { lineStyle: { width: 1.5, color: palette.benchmark } })];
}

export const performanceChart = {
  paper: { width: 620, height: 230 },
  options(data, context) {
    const { words } = context;
    const isReturn = !data.values || view === "return";
    const write = isReturn ? words.percent : words.money;
    return {
      ...axes(data.days, context, isReturn ? words.axisPercent : words.compact),
      series: isReturn ? returnSeries(data, context) : valueSeries(data, context),
      tooltip: {
        trigger: "axis",
        formatter: (points) => tip(words.day(points[0].axisValue), points.map(({ seriesName, value, color }) => ({ name: seriesName, value: write(value), colour: color }))),
      },
    };
  },
  table(data, { words }) {
    const head = ["Date", ...(data.values ? ["Value"] : []), "Return", ...(data.benchmark_returns ? [data.benchmark] : [])];
    const rows = data.days.map((day, index) => [words.day(day), ...(data.values ? [words.money(data.values[index])] : []), words.percent(data.returns[index]), ...(data.benchmark_returns ? [words.percent(data.benchmark_returns[index])] : [])]);
    return { caption: data.values ? "Value and return" : "Return", head, rows: rows.reverse() };
  },
  setUp(element, redraw) {
    const group = element.closest("[data-chart-card]")?.querySelector("[data-chart-view]");
    const legend = element.closest("[data-chart-card]")?.querySelector("[data-legend]");
    const show = () => {
      for (const button of group?.querySelectorAll("button") ?? []) button.setAttribute("aria-pressed", String(button.value === view));
      if (legend && group) legend.hidden = view !== "return";
    };
    group?.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button || button.value === view) return;
      view = button.value;
      try {
        localStorage.setItem(KEY, view);
      } catch {
        // The choice then lasts as long as the page.
      }
      show();
      redraw();
    });
    show();
  },
};
