const behaviours = [];

/** Runs `start(element)` once for each element that matches, now and whenever HTMX brings new ones. */
export function behave(selector, start) {
  behaviours.push({ selector, start, done: new WeakSet() });
  if (document.readyState !== "loading") run(document);
}

/** Starts what is new below `root`. */
export function run(root) {
  for (const { selector, start, done } of behaviours) {
    const found = [...root.querySelectorAll(selector)];
    if (root instanceof Element && root.matches(selector)) found.unshift(root);
    for (const element of found) {
      if (done.has(element)) continue;
      done.add(element);
      start(element);
    }
  }
}

document.addEventListener("DOMContentLoaded", () => run(document));
document.addEventListener("htmx:load", (event) => run(event.detail.elt));
