import assert from "node:assert/strict";
import { test } from "node:test";
import { makeGrid } from "../src/nearby.js";
import { mercator, mixingStep, placed } from "../src/pointlayer.js";

/** Numbers that look mixed and are always the same. */
function mixed(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

test("the nearest point is the same as by looking at all of them", () => {
  const random = mixed(7);
  const count = 4000;
  const [x, y] = [Float32Array.from({ length: count }, random), Float32Array.from({ length: count }, random)];
  const grid = makeGrid(x, y);
  for (let each = 0; each < 200; each += 1) {
    const [px, py, radius] = [random() * 1.2 - 0.1, random() * 1.2 - 0.1, random() * 0.08];
    let [best, away] = [-1, radius ** 2];
    for (let at = 0; at < count; at += 1) {
      const d = (x[at] - px) ** 2 + (y[at] - py) ** 2;
      if (d <= away) [best, away] = [at, d];
    }
    assert.equal(grid.nearest(px, py, radius), best);
  }
});

test("points that are nowhere are never found, and no points are no fault", () => {
  const grid = makeGrid(Float32Array.of(NaN, 0.5), Float32Array.of(0.1, 0.5));
  assert.equal(grid.nearest(0.5, 0.5, 1), 1);
  assert.equal(makeGrid(new Float32Array(0), new Float32Array(0)).nearest(0, 0, 1), -1);
  assert.equal(grid.nearest(0.5, 0.5, 1, () => false), -1);
});

test("a step through mixed places visits each once", () => {
  for (const count of [1, 2, 3, 10, 1000, 4096]) {
    const step = mixingStep(count);
    const seen = new Set();
    for (let each = 0, at = 0; each < count; each += 1, at = (at + step) % count) seen.add(at);
    assert.equal(seen.size, count);
  }
});

test("places keep their centimetres as small numbers", () => {
  const [lon, lat] = [Float64Array.of(112.45, 112.4500001), Float64Array.of(34.6, 34.6)];
  const { x, anchor } = placed(lon, lat);
  assert.ok(Math.abs(x[1] - 1e-7 / 360) < 1e-13);
  assert.deepEqual(anchor, mercator(112.45, 34.6));
});
