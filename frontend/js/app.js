// What every page has. Behaviours of single pages are in pages/; charts are a bundle of their own.
import "./lib/htmx-setup.js";
import "./lib/toast.js";
import "./lib/dialog.js";
import "./lib/menu.js";
import "./lib/controls.js";
import "./lib/sortable.js";
import "./lib/tooltip.js";
import "./lib/panels.js";
import "./lib/copy.js";
import "./pages/transactions.js";
import "./pages/imports.js";
