// The import wizard: progress of the upload, progress of the import.
import { behave } from "../lib/behave.js";
import { toast } from "../lib/toast.js";

const SMALL = 256 * 1024;

// A large file is sent with its progress shown; a small one like any form, and so is every one without script.
behave("form[data-upload]", (form) => {
  const bar = form.querySelector("[data-upload-progress]");
  const input = form.querySelector("input[type=file]");
  const text = form.querySelector("textarea");
  // What is chosen last counts.
  input.addEventListener("change", () => {
    if (input.files.length) text.value = "";
  });
  text.addEventListener("input", () => {
    if (!text.value || !input.files.length) return;
    input.value = "";
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  form.addEventListener("submit", (event) => {
    const [file] = input.files;
    if (!file || file.size < SMALL) return;
    event.preventDefault();
    send(form, bar, event.submitter);
  });
});

function send(form, bar, button) {
  const request = new XMLHttpRequest();
  const stop = (message) => {
    bar.hidden = true;
    if (button) button.disabled = false;
    toast({ level: "error", message });
  };
  request.open("POST", form.action);
  // Asks for the next address instead of the next page, which would be made twice.
  request.setRequestHeader("HX-Request", "true");
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    // All is sent: from here on the server reads, which takes as long as it takes.
    if (loaded < total) bar.value = loaded / total;
    else bar.removeAttribute("value");
  });
  request.addEventListener("load", () => {
    const next = request.getResponseHeader("HX-Redirect");
    if (next) location.assign(next);
    else if (request.status === 422) showAnswer(request.responseText);
    else stop(request.status === 413 ? "The file is too large." : "The server could not take the file. Nothing was stored; try again.");
  });
  request.addEventListener("error", () => stop("The server cannot be reached. Check the connection and try again."));
  bar.hidden = false;
  if (button) button.disabled = true;
  request.send(new FormData(form));
}

/** Shows the page that the server answered, with the errors beside the fields. */
function showAnswer(html) {
  const answer = new DOMParser().parseFromString(html, "text/html").querySelector("#main");
  document.getElementById("main").replaceChildren(...answer.childNodes);
  window.htmx.process(document.getElementById("main"));
  document.querySelector("[role=alert]")?.scrollIntoView({ block: "center" });
}

behave("form[data-import]", (form) => {
  const skip = form.querySelector("[data-skip-problems]");
  const button = form.querySelector("[data-import-button]");
  const bar = form.querySelector("[data-import-progress]");
  const show = () => {
    if (skip && button) button.disabled = !skip.checked;
  };
  skip?.addEventListener("change", show);
  form.addEventListener("submit", (event) => {
    if (event.submitter === button) bar.hidden = false;
  });
  show();
});
