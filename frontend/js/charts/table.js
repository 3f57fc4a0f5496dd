import { make } from "../lib/dom.js";

/** Under the chart: its numbers as a table, built when it is opened. `read` returns { caption, head, rows } of text. */
export function offerTable(element, read) {
  const details = element.parentElement.querySelector(`details[data-table-of="${element.id}"]`);
  if (!details) return;
  details.addEventListener("toggle", () => {
    if (!details.open || details.querySelector("table")) return;
    const { caption, head, rows } = read();
    const table = make("table", { class: "table table-compact" }, make("caption", { class: "visually-hidden" }, caption));
    table.append(make("thead", {}, row("th", head)), make("tbody", {}, ...rows.map((cells) => row("td", cells))));
    details.append(make("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": caption }, table));
  });
}

function row(tag, cells) {
  return make("tr", {}, ...cells.map((text, index) => make(tag, index ? { class: "num" } : {}, text)));
}
