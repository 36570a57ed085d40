// A promise's chart, live: ECharts in place of the server's drawing, which stays for print and for pages without scripts.
import { init, use } from "echarts/core";
import { CustomChart, LineChart } from "echarts/charts";
import { GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
import { chartOption, description } from "./chartoption.js";
import { colour, onTheme } from "./theme.js";

use([LineChart, CustomChart, GridComponent, TooltipComponent, MarkLineComponent, SVGRenderer]);

const COLOURS = [
  ..."ink muted line line-strong surface published goal former pace median fan80 fan95 grid axis day".split(" "),
];

function startChart(figure) {
  const source = document.getElementById(figure.dataset.chart);
  const canvas = figure.querySelector(".chart-canvas");
  if (!source || !canvas) return;
  const data = {
    points: [],
    goals: [],
    pace: [],
    fan: [],
    scale: [[1, ""]],
    words: {},
    ...JSON.parse(source.textContent),
  };
  const stage = document.createElement("div");
  stage.className = "stage";
  stage.tabIndex = 0;
  stage.setAttribute("role", "img");
  stage.setAttribute("aria-label", description(data));
  canvas.append(stage);
  canvas.classList.add("live");
  const chart = init(stage, null, { renderer: "svg" });
  const draw = () => {
    const paint = Object.fromEntries(COLOURS.map((name) => [name, colour(name)]));
    const font = getComputedStyle(document.body).fontFamily;
    const width = stage.clientWidth;
    chart.setOption(chartOption(data, { paint, width, font, tip: (item) => tip(item, data.words) }), true);
  };
  draw();
  onTheme(draw);
  let width = stage.clientWidth;
  new ResizeObserver(() => {
    if (!stage.clientWidth) return; // on paper
    chart.resize();
    if (stage.clientWidth !== width) draw();
    width = stage.clientWidth;
  }).observe(stage);
  readWithKeys(stage, chart, data);
}

/** What is known of one mark. Made of nodes and never of markup: labels and sources are other people's words. */
function tip(item, words) {
  const box = document.createElement("div");
  box.className = "chart-tip";
  const add = (tag, text) => {
    if (text) box.append(Object.assign(document.createElement(tag), { textContent: text }));
  };
  add("p", [item.name, item.day].filter(Boolean).join(" · "));
  add("b", item.text);
  add("p", item.label);
  if (item.source && item.href) {
    const line = document.createElement("p");
    const link = Object.assign(document.createElement("a"), { textContent: item.source, href: item.href });
    if (/^https?:/.test(item.href)) Object.assign(link, { target: "_blank", rel: "noopener noreferrer" });
    line.append(link);
    box.append(line);
  } else if (item.source) {
    add("p", `${words.source ?? ""} ${item.source}`.trim());
  }
  return box;
}

/** Left and right go through the published values, with their tooltips; what they say is read out. */
function readWithKeys(stage, chart, data) {
  if (!data.points.length) return;
  const voice = Object.assign(document.createElement("div"), { className: "visually-hidden" });
  voice.setAttribute("aria-live", "polite");
  stage.after(voice);
  let at = data.points.length;
  stage.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by && event.key !== "Escape") return;
    event.preventDefault();
    if (!by) return chart.dispatchAction({ type: "hideTip" });
    at = Math.max(0, Math.min(data.points.length - 1, at + by));
    const seriesIndex = chart.getOption().series.length - 1;
    chart.dispatchAction({ type: "showTip", seriesIndex, dataIndex: at });
    const point = data.points[at];
    voice.textContent = [point.day, point.text, point.label, point.source].filter(Boolean).join(", ");
  });
  stage.addEventListener("blur", () => chart.dispatchAction({ type: "hideTip" }));
}

function start() {
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    try {
      startChart(figure);
    } catch (error) {
      figure.querySelector(".chart-canvas")?.classList.remove("live"); // the server's drawing is still there
      console.error(error);
    }
  }
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
