const KEY = "theme";

/** "light", "dark" or "auto". A browser that keeps nothing follows the system. */
export function readTheme() {
  try {
    return localStorage.getItem(KEY) ?? "auto";
  } catch {
    return "auto";
  }
}

export function applyTheme(name) {
  const root = document.documentElement;
  if (name === "light" || name === "dark") root.dataset.theme = name;
  else delete root.dataset.theme;
}

/** Keeps the choice, shows it, and tells the charts. */
export function chooseTheme(name) {
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Private windows may refuse: the choice then lasts as long as the page.
  }
  applyTheme(name);
  document.dispatchEvent(new CustomEvent("themechange"));
}

/** Calls back whenever the colours change, by choice or by the system. */
export function onThemeChange(callback) {
  document.addEventListener("themechange", callback);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", callback);
}
