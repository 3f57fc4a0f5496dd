import { behave } from "./behave.js";
import { make } from "./dom.js";

// A short explanation beside a figure: on hover, focus or tap. One bubble for the whole page, placed inside the window.
let bubble;

function show(button) {
  bubble ??= document.body.appendChild(make("div", { class: "tip-bubble", role: "tooltip", id: "tip-bubble" }));
  bubble.textContent = button.dataset.tip;
  bubble.classList.add("is-shown");
  const place = button.getBoundingClientRect();
  const { width, height } = bubble.getBoundingClientRect();
  const left = Math.min(Math.max(8, place.left + place.width / 2 - width / 2), innerWidth - width - 8);
  const above = place.top - height - 8;
  bubble.style.left = `${left + scrollX}px`;
  bubble.style.top = `${(above > 8 ? above : place.bottom + 8) + scrollY}px`;
  button.setAttribute("aria-describedby", "tip-bubble");
}

function hide(button) {
  bubble?.classList.remove("is-shown");
  button.removeAttribute("aria-describedby");
}

behave("[data-tip]", (button) => {
  for (const name of ["pointerenter", "focus", "click"]) button.addEventListener(name, () => show(button));
  for (const name of ["pointerleave", "blur"]) button.addEventListener(name, () => hide(button));
  button.addEventListener("keydown", (event) => event.key === "Escape" && hide(button));
});
