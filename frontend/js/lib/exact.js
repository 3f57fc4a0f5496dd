// Decimal arithmetic without floats: a number is { units: BigInt, scale } and means units / 10^scale.

const GROUPING = /[\s\u00a0\u202f\u2009'’]/g;

/** Reads a number as the server's forms do; null for what is none or could be read in two ways ("1,250"). */
export function parse(text) {
  const compact = text.replace(GROUPING, "").replace("\u2212", "-");
  const plain = dropGrouping(compact);
  if (plain === null || !/^[+-]?(\d*\.?\d+|\d+\.)$/.test(plain)) return null;
  const [whole, fraction = ""] = plain.split(".");
  return { units: BigInt(`${whole === "" || whole === "+" || whole === "-" ? `${whole}0` : whole}${fraction}`.replace(/^\+/, "")), scale: fraction.length };
}

function dropGrouping(text) {
  const commas = text.split(",").length - 1;
  const points = text.split(".").length - 1;
  if (commas && points) {
    const [group, decimal] = text.lastIndexOf(".") > text.lastIndexOf(",") ? [",", "."] : [".", ","];
    const cut = text.lastIndexOf(decimal);
    const whole = ungroup(text.slice(0, cut), group);
    return whole === null ? null : `${whole}.${text.slice(cut + 1)}`;
  }
  if (commas === 1) {
    const [whole, fraction] = text.split(",");
    if (fraction.length === 3 && !["", "0", "+", "-", "+0", "-0"].includes(whole)) return null;
    return `${whole || "0"}.${fraction}`;
  }
  if (commas > 1) return ungroup(text, ",");
  return points > 1 ? ungroup(text, ".") : text;
}

function ungroup(text, separator) {
  if (/^[+-]?\d+$/.test(text)) return text;
  const pattern = separator === "," ? /^[+-]?\d{1,3}(,\d{3})+$/ : /^[+-]?\d{1,3}(\.\d{3})+$/;
  return pattern.test(text) ? text.replaceAll(separator, "") : null;
}

export function add(a, b) {
  const scale = Math.max(a.scale, b.scale);
  return { units: widen(a, scale) + widen(b, scale), scale };
}

export function multiply(a, b) {
  return { units: a.units * b.units, scale: a.scale + b.scale };
}

export function negate(a) {
  return { units: -a.units, scale: a.scale };
}

function widen(a, scale) {
  return a.units * 10n ** BigInt(scale - a.scale);
}

/** Writes the number with two decimals at least and without trailing zeros beyond them. */
export function write(a) {
  const digits = a.units < 0n ? -a.units : a.units;
  const text = digits.toString().padStart(a.scale + 1, "0");
  const whole = text.slice(0, text.length - a.scale);
  const fraction = text.slice(text.length - a.scale).replace(/0+$/, "").padEnd(2, "0");
  return `${a.units < 0n ? "\u2212" : ""}${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${fraction}`;
}
