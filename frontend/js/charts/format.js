/** Writers of numbers and days in the reader's locale. */
export function formats(locale, currency) {
  const money = new Intl.NumberFormat(locale, { style: "currency", currency });
  const compact = new Intl.NumberFormat(locale, { style: "currency", currency, notation: "compact", maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(locale, { style: "percent", minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: "exceptZero" });
  const axisPercent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
  const share = new Intl.NumberFormat(locale, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 10 });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  const write = (format) => (value) => (value == null ? "–" : format.format(value).replace(/^-/, "−"));
  return {
    money: write(money),
    compact: write(compact),
    percent: write(percent),
    axisPercent: write(axisPercent),
    share: write(share),
    number: write(number),
    moneyIn: (other) => write(new Intl.NumberFormat(locale, { style: "currency", currency: other, maximumFractionDigits: 4 })),
    day: (text) => day.format(new Date(`${text}T00:00:00Z`)),
    tick: makeTicks(locale),
  };
}

function makeTicks(locale) {
  const options = [{ day: "numeric", month: "short" }, { month: "short", year: "2-digit" }, { year: "numeric" }];
  const writers = options.map((option) => new Intl.DateTimeFormat(locale, { ...option, timeZone: "UTC" }));
  /** The label of a day on an axis that spans so many days. */
  return (text, span) => writers[span <= 45 ? 0 : span <= 1100 ? 1 : 2].format(new Date(`${text}T00:00:00Z`));
}

export function daysBetween(first, last) {
  return (Date.parse(last) - Date.parse(first)) / 86_400_000;
}
