// Builds the browser side: bundles of script and style, and one sprite of the icons that are used.
//   node frontend/build.mjs           static/dist, minified
//   node frontend/build.mjs --watch   the same, rebuilt at every change
import { context, build } from "esbuild";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const OUT = path.join(ROOT, "static", "dist");
const ICONS = path.join(ROOT, "node_modules", "lucide-static", "icons");
// Where a page or a template tag may name an icon: {% icon "plus" %}, data-icon="plus", icon("plus").
const ICON_PATTERN = /(?:\{%\s*icon\s+|data-icon=|\bicon\()["']([a-z0-9-]+)["']/g;
const ICON_SOURCES = [
  ["templates", ".html"],
  ["frontend/js", ".js"],
];

const options = {
  entryPoints: {
    app: path.join(ROOT, "frontend/js/app.js"),
    charts: path.join(ROOT, "frontend/js/charts.js"),
    theme: path.join(ROOT, "frontend/js/theme.js"),
    style: path.join(ROOT, "frontend/css/app.css"),
  },
  outdir: OUT,
  entryNames: "[name]",
  assetNames: "fonts/[name]",
  bundle: true,
  format: "iife",
  target: ["chrome123", "firefox121", "safari17.5"],
  loader: { ".woff2": "file" },
  minify: true,
  legalComments: "linked",
  logLevel: "info",
  absWorkingDir: ROOT,
  // Icons are read off the templates, so they are collected whenever the bundles are built.
  plugins: [{ name: "icons", setup: ({ onStart }) => onStart(writeSprite) }],
};

async function* filesBelow(folder, ending) {
  if (!existsSync(folder)) return;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile() && entry.name.endsWith(ending)) yield path.join(entry.parentPath, entry.name);
  }
}

/** The names of all icons in use, each with one file that uses it. */
async function findIcons() {
  const used = new Map();
  for (const name of JSON.parse(await readFile(path.join(ROOT, "frontend/icons.json"), "utf8"))) used.set(name, "frontend/icons.json");
  for (const [folder, ending] of ICON_SOURCES) {
    for await (const file of filesBelow(path.join(ROOT, folder), ending)) {
      for (const [, name] of (await readFile(file, "utf8")).matchAll(ICON_PATTERN)) used.set(name, path.relative(ROOT, file));
    }
  }
  return used;
}

/** One SVG file with a symbol per icon; a name that does not exist stops the build and says where it stands. */
async function writeSprite() {
  const symbols = [];
  for (const [name, source] of [...(await findIcons())].sort()) {
    const file = path.join(ICONS, `${name}.svg`);
    if (!existsSync(file)) throw new Error(`${source}: there is no icon named "${name}" in lucide-static`);
    const svg = await readFile(file, "utf8");
    const inner = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>")).replace(/\s*\n\s*/g, "");
    symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${inner}</symbol>`);
  }
  await mkdir(OUT, { recursive: true });
  await writeFile(path.join(OUT, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
}

/** The licences of what is bundled travel with it. */
async function copyLicences() {
  await mkdir(path.join(OUT, "licences"), { recursive: true });
  for (const name of ["echarts", "htmx.org", "lucide-static", "@fontsource-variable/inter"]) {
    const file = path.join(ROOT, "node_modules", name, "LICENSE");
    if (existsSync(file)) await copyFile(file, path.join(OUT, "licences", `${name.replace(/[@/]/g, "-").replace(/^-/, "")}.txt`));
  }
}

if (process.argv.includes("--watch")) {
  const watching = await context({ ...options, minify: false, sourcemap: "inline" });
  await watching.watch();
} else {
  await rm(OUT, { recursive: true, force: true });
  await build(options);
  await copyLicences();
}
