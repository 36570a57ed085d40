import assert from "node:assert/strict";
import { test } from "node:test";
import { classOf, classWords, figure, hex, mix, ramp, tally, within } from "../src/classes.js";

const minutes = { breaks: [0, 5, 10, 15], high_is_bad: true, limit: 10, unit: "分钟" };
const gain = { breaks: [0, 100, 1000], high_is_bad: false, limit: null, unit: "人" };
const palette = { near: "#0000ff", edge: "#8888ff", past: "#ffaa00", far: "#aa0000", low: "#ccffcc", high: "#006600", beyond: "#800080", unknown: "#888888" };

test("ten minutes are within a promise of ten minutes; a gain of 100 is in the class from 100", () => {
  assert.deepEqual([0, 5, 5.01, 10, 10.01, 99].map((value) => classOf(value, minutes)), [0, 0, 1, 1, 2, 3]);
  assert.deepEqual([0, 99, 100, 1000].map((value) => classOf(value, gain)), [0, 0, 1, 2]);
});

test("out of reach and not known are classes of their own, never the last of the figures", () => {
  assert.equal(classOf(Infinity, minutes), 4);
  assert.equal(classOf(NaN, minutes), 5);
  assert.equal(classOf(null, minutes), 5);
});

test("colours turn where the promise does", () => {
  assert.equal(within(minutes), 2);
  const colours = ramp(minutes, palette).map(hex);
  assert.deepEqual(colours, ["#0000ff", "#8888ff", "#ffaa00", "#aa0000", "#800080", "#888888"]);
  assert.equal(ramp({ ...minutes, breaks: [] }, palette).length, 3);
});

test("a mix lies between its ends", () => {
  assert.equal(hex(mix("#000", "#fff", 0)), "#000000");
  assert.equal(hex(mix("#000", "#fff", 1)), "#ffffff");
  assert.ok(mix("#000", "#fff", 0.5)[0] > 0.5);
});

test("people are added up by class; unknown numbers of people are not", () => {
  assert.deepEqual(tally([1, 7, Infinity, NaN, 2], [10, 20, 30, 40, NaN], minutes), [10, 20, 0, 0, 30, 40]);
  assert.deepEqual(tally([1, 7], undefined, minutes), [1, 1, 0, 0, 0, 0]);
});

test("classes are said as they cut", () => {
  const words = classWords(minutes, { out_of_reach: "无法到达", none: "无数据" });
  assert.deepEqual(words, ["≤ 5分钟", "5–10分钟", "10–15分钟", "> 15分钟", "无法到达", "无数据"]);
  assert.deepEqual(classWords({ breaks: [0, 0.5], high_is_bad: false, unit: "share" }, {}).slice(0, 2), ["< 50%", "≥ 50%"]);
  assert.deepEqual(classWords(gain, {}).slice(0, 3), ["< 100人", "100–1000人", "≥ 1000人"]);
});

test("numbers are written as people write them here", () => {
  assert.deepEqual([figure(123456, "zh"), figure(123456, "en")], ["12.35万", "123,456"]);
  assert.deepEqual([figure(17881, "zh"), figure(1.53e8, "zh"), figure(12.34, "en")], ["17881", "1.53亿", "12.3"]);
  assert.deepEqual([figure(9.96, "zh"), figure(12, "en"), figure(NaN, "zh")], ["10", "12", "—"]);
});
