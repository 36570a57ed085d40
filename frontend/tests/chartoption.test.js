import assert from "node:assert/strict";
import test from "node:test";
import {
  chartOption,
  description,
  extent,
  fanOutline,
  moment,
  span,
  stretches,
  tick,
  widthOf,
  yearEnds,
} from "../src/chartoption.js";

const words = {
  published: "已公布",
  goal: "目标",
  former: "原目标",
  pace: "所需",
  median: "中位",
  80: "80%",
  95: "95%",
  day: "当日",
};
const museums = {
  title: "博物馆",
  unit: "家",
  day: "2025-12-31",
  scale: [
    [1e8, "亿"],
    [1e4, "万"],
    [1, ""],
  ],
  words,
  points: [
    { day: "2021-12-31", value: 102, text: "102家" },
    { day: "2024-12-31", value: 112, text: "112家" },
  ],
  goals: [
    { since: "2020-12-01", until: "2023-08-25", due: "2025-12-31", level: 120, level_high: null, text: "120家" },
    { since: "2023-08-25", until: null, due: "2025-12-31", level: 110, level_high: null, text: "110家" },
  ],
  pace: [],
  fan: [{ day: "2025-12-31", median: 116, low80: 113, high80: 119, low95: 111, high95: 121, text: "116家" }],
};
const setting = { paint: {}, width: 900, font: "sans", tip: () => "" };

test("ticks are counted in the steps of the language", () => {
  assert.equal(tick(1.5e8, museums.scale, 2e8), "1.5亿");
  assert.equal(tick(50000000, museums.scale, 2e8), "0.5亿");
  assert.equal(tick(1200, museums.scale, 9000), "1,200");
  assert.equal(tick(0, museums.scale, 2e8), "0");
  assert.equal(tick(0.30000000000000004, [[1, ""]], 1), "0.3");
});

test("a moved goal keeps its history: the former one ends where the next begins, and leads to it", () => {
  const [former, now] = stretches(museums.goals, moment("2020-06-01"), moment("2026-06-01"));
  assert.deepEqual([former.former, former.joined], [true, 110]);
  assert.equal(former.to, now.from);
  assert.equal(now.to, moment("2025-12-31"));
});

test("the fan opens from the last value that is known before it", () => {
  const outline = fanOutline(museums, "low80", "high80");
  assert.deepEqual(outline, [
    [moment("2024-12-31"), 112],
    [moment("2025-12-31"), 113],
    [moment("2025-12-31"), 119],
    [moment("2024-12-31"), 112],
  ]);
});

test("the axis begins at zero where zero is near, and never where it would flatten the line", () => {
  const over = (...values) => extent({ points: values.map((value) => ({ value })), goals: [], pace: [], fan: [] });
  assert.deepEqual(over(10, 100), { min: 0, max: 120, interval: 20 });
  assert.deepEqual(over(95, 100), { min: 94, max: 101, interval: 1 });
  assert.deepEqual(over(-5, 3), { min: -6, max: 4, interval: 2 });
  assert.deepEqual(over(0.021, 0.034), { min: 0.02, max: 0.036, interval: 0.002 });
  assert.deepEqual(over(7), { min: 0, max: 8, interval: 2 });
  assert.deepEqual(over(), { min: 0, max: 1, interval: 0.2 });
});

test("a goal alone, a point alone and nothing at all can be drawn", () => {
  for (const part of [
    { points: [] },
    { goals: [] },
    { fan: [] },
    { points: [], fan: [] },
    { points: [], goals: [], fan: [] },
  ]) {
    const option = chartOption({ ...museums, ...part }, setting);
    assert.ok(option.series.length >= 1);
    assert.ok(Number.isFinite(span({ ...museums, ...part })[0]));
  }
});

test("a range is drawn as two lines with one label", () => {
  const goals = [
    { since: "2020-12-01", until: null, due: "2025-12-31", level: 100, level_high: 110, text: "100至110家" },
  ];
  const lines = chartOption({ ...museums, goals }, setting).series.filter((one) => one.name === "目标");
  assert.equal(lines.length, 2);
  assert.deepEqual(
    lines.map((line) => line.data.filter((one) => one.label?.show).length),
    [0, 1],
  );
});

test("what the chart shows is said in words too", () => {
  const said = description(museums);
  for (const part of ["博物馆", "112家", "原目标 120家", "目标 110家", "中位 116家"])
    assert.ok(said.includes(part), part);
});

test("a goal's label has room, in either script", () => {
  assert.ok(widthOf("2000亿元至2200亿元") > widthOf("120家"));
  assert.ok(chartOption(museums, setting).grid.right >= widthOf("110家"));
});

test("years are marked at their ends, evenly, back from the last", () => {
  const days = (first, last, most) =>
    yearEnds(moment(first), moment(last), most).map((end) => new Date(end).toISOString().slice(0, 10));
  assert.deepEqual(days("2022-06-01", "2025-12-31", 9), ["2022-12-31", "2023-12-31", "2024-12-31", "2025-12-31"]);
  assert.deepEqual(days("2019-01-01", "2026-06-01", 3), ["2019-12-31", "2022-12-31", "2025-12-31"]);
  assert.deepEqual(days("2025-01-01", "2025-06-01", 3), []);
});
