// Two dialogs on every page: #modal shows what HTMX brings into #modal-body, #confirm asks before something is destroyed.
import { behave } from "./behave.js";

const modal = () => document.getElementById("modal");

function closeModal() {
  modal()?.close();
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "modal-body") return;
  const dialog = modal();
  const title = dialog.querySelector("h2");
  if (title) dialog.setAttribute("aria-label", title.textContent.trim());
  if (!dialog.open) dialog.showModal();
  const first = ["[autofocus]", ".has-errors :is(input, select, textarea)", "input:not([type=hidden], [type=radio]), select, textarea"]
    .map((selector) => dialog.querySelector(selector))
    .find(Boolean);
  first?.focus();
});
document.addEventListener("closeModal", closeModal);

behave("#modal", (dialog) => {
  dialog.addEventListener("close", () => document.getElementById("modal-body").replaceChildren());
  dialog.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-dialog]")) dialog.close();
  });
});

/** Asks in our own dialog; resolves to true when the person agrees. */
export function confirm(question, label = "Confirm") {
  const dialog = document.getElementById("confirm");
  if (!dialog) return Promise.resolve(window.confirm(question));
  dialog.querySelector("h2").textContent = question;
  dialog.querySelector("[data-confirm-button]").textContent = label;
  dialog.returnValue = "cancel";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "confirm"), { once: true }));
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const asking = event.submitter?.dataset.confirm ? event.submitter : form;
  if (!asking.dataset.confirm || form.dataset.confirmed) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!(await confirm(asking.dataset.confirm, asking.dataset.confirmLabel))) return;
  form.dataset.confirmed = "yes";
  form.requestSubmit(event.submitter);
  delete form.dataset.confirmed;
}, true);

document.addEventListener("htmx:confirm", async (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  if (await confirm(event.detail.question, event.detail.elt.dataset.confirmLabel)) event.detail.issueRequest(true);
});
