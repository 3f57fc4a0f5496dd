import { behave } from "./behave.js";
import { toast } from "./toast.js";

/** A button that copies the value of the field that `data-copy` names. The field stays selected: then Ctrl+C does it where scripts may not. */
behave("[data-copy]", (button) => {
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.focus();
    field.select();
    if (await copy(field.value)) toast({ message: "Copied.", level: "success" });
    else toast({ message: "Your browser does not let pages copy. The text is selected: press Ctrl+C.", level: "warning" });
  });
});

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without TLS there is no clipboard object; the older way works on what is selected.
    return document.execCommand("copy");
  }
}

behave("[data-select-all]", (field) => {
  field.addEventListener("focus", () => field.select());
});
