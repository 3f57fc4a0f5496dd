import { make } from "../lib/dom.js";

/** A tooltip as elements: ECharts' own text would need inline styles, which the page's policy refuses. */
export function tip(title, lines) {
  const box = make("div", { class: "chart-tip" }, make("strong", {}, title));
  for (const { name, value, colour } of lines) {
    const label = make("span", {});
    if (colour) {
      const swatch = make("i", { class: "swatch" });
      swatch.style.background = colour;
      label.append(swatch);
    }
    label.append(name);
    box.append(label, make("b", {}, value));
  }
  return box;
}
