// Ties a chart to its element: draws, follows theme and size, goes away with the element, offers its numbers as a table.
import { applyTheme, onThemeChange, readTheme } from "../lib/theme.js";
import { init } from "./echarts.js";
import { formats } from "./format.js";
import { readPalette } from "./palette.js";
import { offerTable } from "./table.js";

const alive = new Set();
let printing = false;

/** `chart` is { options(data, context), table(data, context), paper: { width, height }, setUp?(element, redraw) }. */
export function mount(element, chart) {
  const data = JSON.parse(document.getElementById(element.dataset.source).textContent);
  const words = formats(element.dataset.locale || "en", data.currency || "EUR");
  const plot = init(element, null, { renderer: "canvas" });
  const draw = () => {
    const context = { palette: readPalette(), words, element, narrow: !printing && element.clientWidth < 480, reduced: printing || matchMedia("(prefers-reduced-motion: reduce)").matches };
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
  const print = () => {
    plot.resize({ ...chart.paper, silent: true });
    draw();
    const picture = plot.renderToCanvas({ pixelRatio: 3 });
    picture.removeAttribute("style");
    picture.className = "chart-paper print-only";
    element.append(picture);
  };
  const backToScreen = () => {
    element.querySelector(".chart-paper")?.remove();
    plot.resize({ width: "auto", height: "auto", silent: true });
    draw();
  };
  alive.add({ element, draw, print, backToScreen, end: () => { sizes.disconnect(); plot.dispose(); } });
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

// A canvas does not follow the paper's size and colours: each chart adds a picture of itself, by day, in the size for paper.
addEventListener("beforeprint", () => {
  printing = true;
  applyTheme("light");
  alive.forEach(({ print }) => print());
});
addEventListener("afterprint", () => {
  printing = false;
  applyTheme(readTheme());
  alive.forEach(({ backToScreen }) => backToScreen());
});

// HTMX replaced something: what is no longer in the page lets go of its canvas.
document.addEventListener("htmx:afterSettle", () => {
  for (const one of alive) {
    if (one.element.isConnected) continue;
    one.end();
    alive.delete(one);
  }
});
