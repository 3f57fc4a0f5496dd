// Closes of one instrument with one's own trades on them.
import { axes, line } from "./axes.js";
import { fade } from "./palette.js";
import { tip } from "./tip.js";

const SHAPES = { buy: "triangle", sell: "path://M0,0 L10,0 L5,9 Z", income: "circle" };

function marks(data, { palette }) {
  const colours = { buy: palette.gain, sell: palette.loss, income: palette.benchmark };
  return {
    type: "scatter",
    name: "Transactions",
    z: 5,
    symbolSize: 11,
    data: data.trades.map((trade) => ({
      value: [trade.day, trade.close],
      trade,
      symbol: SHAPES[trade.side],
      symbolOffset: [0, trade.side === "buy" ? 10 : trade.side === "sell" ? -10 : 0],
      itemStyle: { color: colours[trade.side], borderColor: palette.surface, borderWidth: 1.5 },
    })),
  };
}

/** "Buy, 3 May 2026" and "10 × €101.20"; the day only where points are further apart than days. */
function describe(trade, words) {
  const name = trade.traded === trade.day ? trade.label : `${trade.label}, ${words.day(trade.traded)}`;
  const parts = [trade.quantity == null ? "" : words.number(trade.quantity), trade.price == null ? "" : words.moneyIn(trade.currency)(trade.price)];
  return { name, value: parts.filter(Boolean).join(" × ") };
}

export const priceChart = {
  paper: { width: 900, height: 300 },
  options(data, context) {
    const { palette, words } = context;
    const up = data.closes.at(-1) >= data.closes[0];
    const colour = up ? palette.gain : palette.loss;
    const fill = { color: { type: "linear", x: 0, y: 0, x2: 0, y2: 1, colorStops: [{ offset: 0, color: fade(colour, 0.16) }, { offset: 1, color: fade(colour, 0) }] }, origin: "start" };
    return {
      ...axes(data.days, context, words.compact),
      series: [line("Close", data.closes, colour, { areaStyle: fill }), marks(data, context)],
      tooltip: {
        trigger: "axis",
        formatter: (points) => {
          const lines = points.filter(({ seriesType }) => seriesType === "line").map(({ value }) => ({ name: "Close", value: words.money(value), colour }));
          for (const { data: point, seriesType } of points) {
            if (seriesType === "scatter") lines.push({ ...describe(point.trade, words), colour: point.itemStyle.color });
          }
          return tip(words.day(points[0].axisValue), lines);
        },
      },
    };
  },
  table(data, { words }) {
    return { caption: "Closes", head: ["Date", "Close"], rows: data.days.map((day, index) => [words.day(day), words.money(data.closes[index])]).reverse() };
  },
};
