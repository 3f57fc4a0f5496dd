// Ties a chart to its element: draws, follows theme and size, goes away with the element, offers its numbers as a table.
import { onThemeChange } from "../lib/theme.js";
import { init } from "./echarts.js";
import { formats } from "./format.js";
import { readPalette } from "./palette.js";
import { offerTable } from "./table.js";

const alive = new Set();

/** `chart` is { options(data, context), table(data, context), setUp?(element, redraw) }. */
export function mount(element, chart) {
  const data = JSON.parse(document.getElementById(element.dataset.source).textContent);
  const words = formats(element.dataset.locale || "en", data.currency || "EUR");
  const plot = init(element, null, { renderer: "canvas" });
  const draw = () => {
    const context = { palette: readPalette(), words, element, narrow: element.clientWidth < 480, reduced: matchMedia("(prefers-reduced-motion: reduce)").matches };
    plot.setOption(withDefaults(chart.options(data, context), context), { notMerge: true });
  };
  const sizes = new ResizeObserver(() => {
    plot.resize();
    draw();
  });
  draw();
  sizes.observe(element);
  chart.setUp?.(element, draw, plot);
  offerTable(element, () => chart.table(data, { words, element }));
  alive.add({ element, draw, end: () => { sizes.disconnect(); plot.dispose(); } });
}

function withDefaults(options, { palette, reduced }) {
  return {
    animation: !reduced,
    animationDuration: 350,
    animationDurationUpdate: 200,
    textStyle: { fontFamily: "Inter, system-ui, sans-serif", color: palette.muted, fontSize: 12 },
    ...options,
    tooltip: {
      confine: true,
      backgroundColor: palette.raised,
      borderColor: palette.border,
      borderWidth: 1,
      padding: [8, 12],
      textStyle: { color: palette.text, fontSize: 13, fontFamily: "Inter, system-ui, sans-serif" },
      transitionDuration: reduced ? 0 : 0.08,
      ...options.tooltip,
    },
  };
}

onThemeChange(() => requestAnimationFrame(() => alive.forEach(({ draw }) => draw())));

// HTMX replaced something: what is no longer in the page lets go of its canvas.
document.addEventListener("htmx:afterSettle", () => {
  for (const one of alive) {
    if (one.element.isConnected) continue;
    one.end();
    alive.delete(one);
  }
});
