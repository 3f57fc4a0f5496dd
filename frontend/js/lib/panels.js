import { behave } from "./behave.js";

// Two or more panels in one card, of which a segmented control shows one.
behave("[data-panels]", (card) => {
  const group = card.querySelector("[data-panel-switch]");
  group.addEventListener("click", (event) => {
    const chosen = event.target.closest("button");
    if (!chosen) return;
    for (const button of group.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button === chosen));
    for (const panel of card.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== chosen.value;
  });
});

// A search box that hides the rows of a table which do not match.
behave("[data-filter-table]", (input) => {
  const table = document.getElementById(input.dataset.filterTable);
  const empty = document.querySelector(`[data-filter-empty="${input.dataset.filterTable}"]`);
  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase();
    let shown = 0;
    for (const row of table?.tBodies[0].rows ?? []) {
      row.hidden = !row.cells[0].textContent.toLowerCase().includes(wanted);
      shown += row.hidden ? 0 : 1;
    }
    if (empty) empty.hidden = shown > 0;
  });
});
