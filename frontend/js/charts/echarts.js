// Only the parts of ECharts that are drawn.
import { LineChart, PieChart, ScatterChart } from "echarts/charts";
import { AriaComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([LineChart, PieChart, ScatterChart, AriaComponent, GridComponent, TooltipComponent, CanvasRenderer]);

export { init };
