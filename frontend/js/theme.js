// Loaded before the first paint: puts the chosen colours on the root element. "auto" follows the system.
import { applyTheme, readTheme } from "./lib/theme.js";

applyTheme(readTheme());
document.documentElement.classList.add("js");
