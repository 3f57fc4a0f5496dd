// Shares of the whole as a ring; the table beside it has the same rows in the same colours.
import { tip } from "./tip.js";

function setUp(element, _redraw, plot) {
  const rows = [...(element.closest("[data-chart-card]")?.querySelectorAll("[data-row]") ?? [])];
  for (const row of rows) {
    const dataIndex = Number(row.dataset.row);
    row.addEventListener("pointerenter", () => plot.dispatchAction({ type: "highlight", seriesIndex: 0, dataIndex }));
    row.addEventListener("pointerleave", () => plot.dispatchAction({ type: "downplay", seriesIndex: 0, dataIndex }));
  }
}

export const allocationChart = {
  paper: { width: 200, height: 200 },
  options(data, { palette, words }) {
    return {
      tooltip: { trigger: "item", formatter: ({ name, value, data: row, color }) => tip(name, [{ name: "Value", value: words.money(value), colour: color }, { name: "Share", value: words.share(row.weight) }]) },
      series: [
        {
          type: "pie",
          radius: ["66%", "94%"],
          padAngle: data.rows.length > 1 ? 1.2 : 0,
          itemStyle: { borderRadius: 3 },
          label: { show: false },
          labelLine: { show: false },
          emphasis: { scaleSize: 4, itemStyle: { shadowBlur: 0 } },
          data: data.rows.map((row) => ({ name: row.label, value: row.value, weight: row.weight, itemStyle: { color: palette.series[row.colour - 1] } })),
        },
      ],
    };
  },
  table(data, { words }) {
    return { caption: "Allocation", head: ["Part", "Value", "Share"], rows: data.rows.map((row) => [row.label, words.money(row.value), words.share(row.weight)]) };
  },
  setUp,
};
