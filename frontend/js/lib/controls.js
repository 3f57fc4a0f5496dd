// Small behaviours that need no module of their own.
import { behave } from "./behave.js";
import { chooseTheme, readTheme } from "./theme.js";

behave("[data-theme-switch]", (group) => {
  const show = () => {
    for (const button of group.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button.value === readTheme()));
  };
  group.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    chooseTheme(button.value);
    show();
  });
  show();
});

// A file dropped on the zone is chosen like one from the picker; its name and size are shown.
behave("[data-dropzone]", (zone) => {
  const input = zone.querySelector("input[type=file]");
  let depth = 0;
  const mark = (change) => {
    depth = change === 0 ? 0 : depth + change;
    zone.classList.toggle("is-over", depth > 0);
  };
  zone.addEventListener("dragenter", () => mark(1));
  zone.addEventListener("dragleave", () => mark(-1));
  zone.addEventListener("dragover", (event) => event.preventDefault());
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(0);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  input.addEventListener("change", () => {
    const [file] = input.files;
    const place = zone.querySelector(".dropzone-file");
    if (place) place.textContent = file ? `${file.name} · ${describeSize(file.size)}` : "";
    zone.classList.toggle("has-file", Boolean(file));
  });
});

function describeSize(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 ** 2 ? `${(bytes / 1024).toFixed(1)} kB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

// A form is sent once: its button waits while the server works. HTMX forms have their own indicator.
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "dialog" || event.target.hasAttribute("data-resubmit")) return;
  const button = event.submitter;
  if (!button) return;
  setTimeout(() => {
    button.setAttribute("aria-busy", "true");
    button.disabled = true;
  });
  addEventListener("pageshow", () => {
    button.removeAttribute("aria-busy");
    button.disabled = false;
  }, { once: true });
});

// A select or date that sends its form as soon as it changes.
behave("[data-submit-on-change]", (element) => {
  element.addEventListener("change", () => element.form?.requestSubmit());
});
