// A button that puts the value of a field into the clipboard, and says so.
import { behave } from "./behave.js";

const SHOWN = 2000;

behave("[data-copy]", (button) => {
  const label = button.querySelector("[data-copy-label]") ?? button;
  const text = label.textContent;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      label.textContent = "Copied";
    } catch {
      // Without a secure connection there is no clipboard to write to; the value is selected.
      label.textContent = "Press Ctrl+C";
    }
    setTimeout(() => { label.textContent = text; }, SHOWN);
  });
});

behave("[data-select-all]", (field) => {
  field.addEventListener("focus", () => field.select());
});
