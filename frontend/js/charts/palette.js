// The design system's colours as canvas needs them: resolved, for the theme of the moment.
const probe = document.createElement("span");

function resolve(name) {
  probe.style.color = `var(${name})`;
  return getComputedStyle(probe).color;
}

/** "rgb(1, 2, 3)" with an opacity. */
export function fade(colour, opacity) {
  const [red, green, blue] = colour.match(/[\d.]+/g);
  return `rgba(${red}, ${green}, ${blue}, ${opacity})`;
}

export function readPalette() {
  if (!probe.isConnected) {
    probe.hidden = true;
    document.body.append(probe);
  }
  return {
    text: resolve("--text"),
    muted: resolve("--text-3"),
    border: resolve("--border"),
    axis: resolve("--border-strong"),
    surface: resolve("--surface"),
    raised: resolve("--surface-raised"),
    accent: resolve("--series-1"),
    benchmark: resolve("--series-3"),
    gain: resolve("--gain"),
    loss: resolve("--loss"),
    series: Array.from({ length: 10 }, (_, index) => resolve(`--series-${index + 1}`)),
  };
}
