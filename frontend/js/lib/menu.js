import { behave } from "./behave.js";

// A menu is a <details>: it works without script; this closes it again and moves with the arrow keys.
behave("details[data-menu]", (menu) => {
  const summary = menu.querySelector("summary");
  const items = () => [...menu.querySelectorAll(".menu-panel a, .menu-panel button")];
  menu.addEventListener("toggle", () => {
    if (!menu.open) return;
    for (const other of document.querySelectorAll("details[data-menu][open]")) if (other !== menu) other.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      summary.focus();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    menu.open = true;
    const all = items();
    const next = (all.indexOf(document.activeElement) + step + all.length) % all.length;
    all[next]?.focus();
  });
});

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
});
