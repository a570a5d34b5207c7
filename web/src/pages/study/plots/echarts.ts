// The parts of ECharts that the plots use, in one lazy piece. It draws SVG, so that a plot can be taken away as it is seen.

import { BarChart, CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { GeoComponent, GridComponent, LegendComponent, PolarComponent, TooltipComponent } from "echarts/components";
import { init, registerMap, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, CustomChart, GeoComponent, GridComponent, LabelLayout, LegendComponent, LineChart, PolarComponent, ScatterChart, SVGRenderer, TooltipComponent]);

export { init, registerMap };
