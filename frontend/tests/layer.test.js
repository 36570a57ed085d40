import assert from "node:assert/strict";
import test from "node:test";
import { bare, legend, middle, paintExpression, shade, shades } from "../src/layer.js";

const layer = {
  values: { a: 1, b: 5, c: 9, d: 0 },
  texts: { a: "1家", b: "5家", c: "9家", d: "0家" },
  classes: [0, 3, 5, 7, 9],
};

test("a value belongs to the highest class whose lower end it reaches", () => {
  assert.deepEqual(shades(layer), { a: 0, b: 2, c: 4, d: 0 });
  assert.equal(shade(undefined, [1, 2]), undefined);
  assert.equal(shade(-5, [0, 3]), 0);
});

test("few classes are spread over the whole ramp", () => {
  assert.equal(shade(4, [4]), 0);
  assert.deepEqual(
    [1, 2].map((value) => shade(value, [1, 2])),
    [0, 4],
  );
});

test("the map is painted by a match, and in one colour where nothing is known", () => {
  assert.deepEqual(paintExpression({ values: {}, classes: [] }, ["v", "w", "x", "y", "z"], "none"), "none");
  const made = paintExpression(layer, ["v", "w", "x", "y", "z"], "none");
  assert.deepEqual(made.slice(0, 4), ["match", ["get", "id"], "a", "v"]);
  assert.equal(made.at(-1), "none");
});

test("the legend names the figures that each class really holds, and says what has none", () => {
  const features = ["a", "b", "c", "d", "e"].map((id) => ({ properties: { id } }));
  assert.deepEqual(legend(layer, features, "无数据"), [
    { name: "class-0", text: "0家 – 1家" },
    { name: "class-2", text: "5家" },
    { name: "class-4", text: "9家" },
    { name: "class-none", text: "无数据" },
  ]);
});

test("a name stands in the middle of the largest part", () => {
  const square = (x, size) => [
    [x, 0],
    [x + size, 0],
    [x + size, size],
    [x, size],
    [x, 0],
  ];
  assert.deepEqual(middle({ type: "Polygon", coordinates: [square(0, 2)] }), [1, 1]);
  assert.deepEqual(middle({ type: "MultiPolygon", coordinates: [[square(0, 1)], [square(10, 4)]] }), [12, 2]);
});

test("on the map a figure goes without its unit", () => {
  const people = { unit: "people", values: { a: 1 }, texts: { a: "252,165 people", b: "9%" } };
  assert.equal(bare(people, "a"), "252,165");
  assert.equal(bare(people, "b"), "9%");
  assert.equal(bare({ unit: "人", texts: { a: "25.22万人" } }, "a"), "25.22万");
  assert.equal(bare(people, "c"), "");
});
