// The mixed load, open loop: requests arrive whether or not earlier ones are answered. The reference servers get a few of their own.
import http from "k6/http";
import { check } from "k6";
import exec from "k6/execution";
import { SharedArray } from "k6/data";

const data = JSON.parse(open(__ENV.VISITORS));
const visitors = new SharedArray("visitors", () => data.visitors);
const csrf = data.csrf;
const base = __ENV.BASE;
const seconds = Number(__ENV.SECONDS);
const rate = Number(__ENV.RATE);

// name, share of the requests, is it a page
const MIX = [
  ["dashboard", 30], ["holdings", 20], ["performance", 15], ["transactions", 10],
  ["quote", 10], ["record", 5], ["session", 5], ["health", 5],
];
const names = [...MIX.map(([name]) => name), "row", "hello"];

const arrival = (run, per_second) => ({
  executor: "constant-arrival-rate", exec: run, rate: per_second, timeUnit: "1s", duration: `${seconds}s`, preAllocatedVUs: 40, maxVUs: 400,
});

export const options = {
  discardResponseBodies: true,
  noConnectionReuse: false,
  summaryTrendStats: ["count", "med", "p(95)", "p(99)", "max"],
  scenarios: { mix: arrival("visit", rate), row: arrival("row", 5), hello: arrival("hello", 5) },
  thresholds: Object.fromEntries([
    ...names.map((name) => [`http_req_duration{kind:${name}}`, ["max>=0"]]),
    ...names.map((name) => [`checks{kind:${name}}`, ["rate>=0"]]),
    ["http_req_duration{scenario:mix}", ["max>=0"]],
    ["checks{scenario:mix}", ["rate>=0"]],
  ]),
};

function pick(list) {
  return list[Math.floor(Math.random() * list.length)];
}

function draw() {
  let point = Math.random() * 100;
  for (const [name, share] of MIX) {
    if (point < share) return name;
    point -= share;
  }
  return "health";
}

function ask(name, address, cookie, body) {
  const params = { tags: { kind: name, name }, headers: { Cookie: cookie, "X-CSRFToken": csrf, "Content-Type": "application/json" } };
  const answer = body === undefined ? http.get(base + address, params) : http.post(base + address, JSON.stringify(body), params);
  check(answer, { answered: (got) => got.status === (body === undefined ? 200 : 201) }, { kind: name });
}

export function visit() {
  const visitor = pick(visitors);
  const portfolio = `/api/v1/portfolios/${pick(visitor.portfolios)}`;
  const symbol = `LOAD${String(1 + Math.floor(Math.random() * 20)).padStart(2, "0")}.SIM`;
  const name = draw();
  const addresses = {
    dashboard: "/", holdings: `${portfolio}/holdings`, performance: `${portfolio}/performance`, transactions: `${portfolio}/transactions`,
    quote: `/api/v1/instruments/${symbol}/quote`, record: `${portfolio}/transactions`, session: "/api/ums/auth/session", health: "/api/health",
  };
  const entry = { kind: "buy", symbol, trade_date: __ENV.TODAY, quantity: "1", price: "50", fee: "1", external_id: `k6-${exec.scenario.iterationInTest}-${__ENV.RUN}` };
  ask(name, addresses[name], visitor.cookie, name === "record" ? entry : undefined);
}

function reference(name, address) {
  check(http.get(address, { tags: { kind: name, name } }), { answered: (got) => got.status === 200 }, { kind: name });
}

export function row() {
  reference("row", __ENV.ROW);
}

export function hello() {
  reference("hello", __ENV.HELLO);
}

export function handleSummary(summary) {
  return { [__ENV.OUT]: JSON.stringify(summary.metrics) };
}
