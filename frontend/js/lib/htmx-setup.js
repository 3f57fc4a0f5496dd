// HTMX with what the server says when something goes wrong; its settings are in the page's head (no eval, no styles of its own).
import htmx from "htmx.org";
import { toast } from "./toast.js";

window.htmx = htmx;

// A form that the server refuses (422) is shown with its errors like any other answer.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 422) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  if (status === 401 || status === 403) toast({ level: "error", message: "You are signed out, or may not do this. Reload the page." });
  else if (status === 404) toast({ level: "error", message: "This is no longer there. Reload the page." });
  else toast({ level: "error", message: "The server could not do this. Nothing was changed; try again." });
});
document.addEventListener("htmx:sendError", () => toast({ level: "error", message: "The server cannot be reached. Check the connection and try again." }));

// The thin line at the top of the page while anything is under way.
let running = 0;
const show = (change) => {
  running = Math.max(0, running + change);
  document.getElementById("page-progress")?.classList.toggle("is-busy", running > 0);
};
document.addEventListener("htmx:beforeRequest", () => show(1));
document.addEventListener("htmx:afterRequest", () => show(-1));
