import assert from "node:assert/strict";
import { test } from "node:test";
import { shown } from "../src/popup.js";
import { sumNearest } from "../src/reaching.js";
import { filled } from "../src/element.js";

const words = { out_of_reach: "无法到达", none: "无数据" };
const minutes = { name: "minutes", unit: "分钟", numeric: true };

test("out of reach and not known are words, never a number", () => {
  assert.equal(shown(Infinity, minutes, {}, words, "zh"), "无法到达");
  assert.equal(shown(NaN, minutes, {}, words, "zh"), "无数据");
  assert.equal(shown(null, minutes, { minutes_beyond: true }, words, "zh"), "无法到达");
  assert.equal(shown(7.25, minutes, {}, words, "zh"), "7.3分钟");
  assert.equal(shown(7, { ...minutes, unit: "min" }, {}, words, "en"), "7 min");
});

test("a year is no number of things", () => {
  assert.equal(shown(1985, { name: "built", unit: "", numeric: true }, {}, words, "zh"), "1985");
  assert.equal(shown(1985, { name: "people", unit: "人", numeric: true }, {}, words, "zh"), "1985人");
});

test("who has a place as the nearest is added up by group, and who is within the limit besides", () => {
  const points = {
    count: 4,
    columns: { minutes: [5, 10, 12, Infinity], nearest: [0, 0, 0, 0], people: [10, 20, 30, 40], old: [1, 2, NaN, 4] },
  };
  const columns = ["minutes", "people", "old"].map((name) => ({ name, label: name, numeric: true, unit: name === "minutes" ? "min" : "人" }));
  const layer = { nearest: { column: "nearest" }, measure: "minutes", weight: "people", limit: 10, columns };
  assert.deepEqual(sumNearest(points, layer, 0), [
    { label: "people", unit: "人", all: 60, inside: 30 },
    { label: "old", unit: "人", all: 3, inside: 3 },
  ]);
  assert.equal(sumNearest(points, { ...layer, limit: null }, 0)[0].inside, undefined);
  assert.equal(sumNearest(points, layer, 1)[0].all, 0);
});

test("a sentence is filled where it has a name, and keeps what it does not know", () => {
  assert.equal(filled("超过{limit}的 {x}", { limit: "10分钟" }), "超过10分钟的 {x}");
});
