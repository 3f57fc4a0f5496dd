// The transactions page and the form of one transaction.
import { behave } from "../lib/behave.js";
import { add, multiply, negate, parse, write } from "../lib/exact.js";

const OUT = new Set(["buy", "buy_to_cover", "opening_balance"]);
const IN = new Set(["sell", "short_sell", "dividend", "interest"]);

// The amount that results from what is typed: units × price with fee and tax, as the ledger will book it.
behave("[data-transaction-form]", (form) => {
  const place = form.querySelector("[data-total]");
  const value = (name) => parse(form.elements[name]?.value ?? "");
  const show = () => {
    const total = measureTotal(form.dataset.kind, value);
    place.hidden = total === null;
    if (total) place.replaceChildren(span(total.text), strong(`${write(total.amount)} ${currencyOf(form)}`));
  };
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  show();
});

function measureTotal(kind, value) {
  if (!OUT.has(kind) && !IN.has(kind)) return null;
  const [quantity, price, given] = [value("quantity"), value("price"), value("amount")];
  const gross = given ?? (quantity && price ? multiply(quantity, price) : null);
  if (!gross) return null;
  const costs = [["fee", value("fee")], ["tax", value("tax")]].filter(([, cost]) => cost && cost.units !== 0n);
  if (given && !costs.length) return null;
  const sign = OUT.has(kind) ? "+" : "\u2212";
  const amount = costs.reduce((sum, [, cost]) => add(sum, OUT.has(kind) ? cost : negate(cost)), gross);
  const first = given ? write(given) : `${shorten(quantity)} × ${shorten(price)}`;
  return { amount, text: [first, ...costs.map(([name, cost]) => `${sign} ${write(cost)} ${name}`)].join(" ") };
}

function shorten(number) {
  return write(number).replace(/\.?0+$/, "");
}

function span(text) {
  const element = document.createElement("span");
  element.textContent = text;
  return element;
}

function strong(text) {
  const element = document.createElement("strong");
  element.textContent = text;
  return element;
}

function currencyOf(form) {
  const field = form.elements.currency;
  return field?.value.toUpperCase() || field?.placeholder || form.dataset.baseCurrency;
}

// Left empty, the currency is the instrument's, or the portfolio's for cash: the field says which.
behave("[data-transaction-form] [name=currency]", (field) => {
  const { form } = field;
  const show = () => {
    const symbol = form.elements.symbol?.value.trim().toUpperCase();
    const known = symbol && [...document.querySelectorAll("#symbols option")].find((option) => option.value.toUpperCase() === symbol);
    if (known) field.placeholder = known.dataset.currency;
    else if (!symbol) field.placeholder = form.dataset.baseCurrency;
    form.dispatchEvent(new Event("change"));
  };
  form.addEventListener("input", (event) => event.target.name === "symbol" && show());
  form.addEventListener("htmx:afterSwap", show);
  document.getElementById("symbols")?.addEventListener("htmx:afterSwap", show);
  show();
});

// On the page of its own the kinds change the fields by a round trip of the whole form; in the dialog HTMX does it.
behave("[data-kinds-apply]", (button) => {
  button.hidden = true;
  button.form.addEventListener("change", (event) => event.target.name === "kind" && button.form.requestSubmit(button));
});

// Keys: n opens the form of a new transaction, / goes to the search field; not while something is being typed.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog[open], [contenteditable]")) return;
  if (!document.querySelector("[data-ledger-page]")) return;
  const target = event.key === "/" ? document.getElementById("filter-text") : event.key === "n" ? document.querySelector("[data-key=n]") : null;
  if (!target) return;
  event.preventDefault();
  if (event.key === "/") target.focus();
  else target.click();
});

// A page that shows figures of the ledger but no list of it is read anew when the ledger changes.
document.addEventListener("ledgerChanged", () => {
  if (!document.querySelector("[data-ledger-page]")) location.reload();
});
