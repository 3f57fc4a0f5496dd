// Saturation, closed loop: so many connections, each asking again as soon as it is answered.
import http from "k6/http";
import { check } from "k6";
import { SharedArray } from "k6/data";

const visitors = new SharedArray("visitors", () => JSON.parse(open(__ENV.VISITORS)).visitors);

export const options = {
  discardResponseBodies: true,
  scenarios: { all: { executor: "constant-vus", vus: Number(__ENV.CONNECTIONS), duration: `${__ENV.SECONDS}s`, gracefulStop: "5s" } },
};

export default function ask() {
  // A few portfolios, so that every worker has computed each of them and answers from its memory.
  const visitor = visitors[Math.floor(Math.random() * Math.min(5, visitors.length))];
  const address = __ENV.PATH_OF ? `${__ENV.BASE}/api/v1/portfolios/${visitor.portfolios[0]}/${__ENV.PATH_OF}` : __ENV.BASE;
  check(http.get(address, { headers: { Cookie: visitor.cookie }, tags: { name: "all" } }), { answered: (got) => got.status === 200 });
}

export function handleSummary(summary) {
  return { [__ENV.OUT]: JSON.stringify(summary.metrics) };
}
