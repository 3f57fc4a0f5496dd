import { behave } from "./behave.js";
import { icon, make } from "./dom.js";
import { csrfToken } from "./http.js";

const ICONS = { success: "circle-check", error: "circle-alert", warning: "triangle-alert", info: "info" };
const STAY_MS = 6000;
const STAY_WITH_UNDO_MS = 15000;

/** Shows a short message; `undo` is an address that takes it back by POST. Errors stay until they are dismissed. */
export function toast({ message, level = "info", undo = "" }) {
  const element = make("div", { class: `toast toast-${level}`, "data-toast": true, role: level === "error" ? "alert" : "status" }, icon(ICONS[level] ?? "info"), make("p", {}, message));
  if (undo) element.append(undoForm(undo));
  element.append(make("button", { class: "toast-close", type: "button", "data-close-toast": true, "aria-label": "Dismiss" }, icon("x")));
  document.getElementById("toasts")?.append(element);
  start(element);
}

function undoForm(address) {
  const form = make("form", { method: "post", action: address });
  form.append(make("input", { type: "hidden", name: "csrfmiddlewaretoken", value: csrfToken() }), make("button", { class: "toast-action", type: "submit" }, "Undo"));
  return form;
}

function close(element) {
  element.classList.add("is-leaving");
  const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
  setTimeout(() => element.remove(), reduced ? 0 : 180);
}

const started = new WeakSet();

function start(element) {
  if (started.has(element)) return;
  started.add(element);
  element.querySelector("[data-close-toast]")?.addEventListener("click", () => close(element));
  if (element.classList.contains("toast-error")) return;
  let timer = 0;
  const leave = () => { timer = setTimeout(() => close(element), element.querySelector("form") ? STAY_WITH_UNDO_MS : STAY_MS); };
  const stay = () => clearTimeout(timer);
  for (const name of ["pointerenter", "focusin"]) element.addEventListener(name, stay);
  for (const name of ["pointerleave", "focusout"]) element.addEventListener(name, leave);
  leave();
}

behave("[data-toast]", start);
document.addEventListener("toast", (event) => toast(event.detail));
