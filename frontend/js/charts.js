// The charts of the pages that have some. Each chart is a <div data-chart="kind" data-source="id of a JSON block">.
import { behave } from "./lib/behave.js";
import { allocationChart } from "./charts/allocation.js";
import { mount } from "./charts/mount.js";
import { performanceChart } from "./charts/performance.js";
import { priceChart } from "./charts/price.js";

const KINDS = { performance: performanceChart, allocation: allocationChart, price: priceChart };

behave("[data-chart]", (element) => mount(element, KINDS[element.dataset.chart]));
