import { behave } from "./behave.js";
import { icon, make } from "./dom.js";

const ICONS = { ascending: "chevron-up", descending: "chevron-down" };
const UNSORTED = "chevrons-up-down";

// Sorts a table in the page. Unknown values (no data-value) always stay at the end; total rows in <tfoot> stay where they are.
behave("table.table-sortable", (table) => {
  const headers = [...table.tHead.rows[0].cells];
  headers.forEach((header, column) => {
    if (!header.dataset.sort) return;
    const button = make("button", { type: "button", class: "sort-button" }, ...header.childNodes, icon(ICONS[header.getAttribute("aria-sort")] ?? UNSORTED, "icon-sort"));
    header.replaceChildren(button);
    button.addEventListener("click", () => sort(table, headers, column));
  });
});

function sort(table, headers, column) {
  const header = headers[column];
  const numeric = header.dataset.sort === "num";
  const first = numeric ? "descending" : "ascending";
  const order = header.getAttribute("aria-sort") === first ? (numeric ? "ascending" : "descending") : first;
  for (const other of headers) {
    other.removeAttribute("aria-sort");
    other.querySelector(".icon-sort")?.replaceWith(icon(UNSORTED, "icon-sort"));
  }
  header.setAttribute("aria-sort", order);
  header.querySelector(".icon-sort").replaceWith(icon(ICONS[order], "icon-sort"));
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => ({ row, value: row.cells[column]?.dataset.value ?? (numeric ? "" : row.cells[column]?.textContent.trim()) }));
  rows.sort((a, b) => compare(a.value, b.value, numeric, order === "ascending" ? 1 : -1));
  body.append(...rows.map(({ row }) => row));
}

function compare(a, b, numeric, direction) {
  if (a === "" || b === "") return (a === "") - (b === "");
  return direction * (numeric ? Number(a) - Number(b) : a.localeCompare(b, undefined, { numeric: true, sensitivity: "base" }));
}
