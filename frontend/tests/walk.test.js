import assert from "node:assert/strict";
import test from "node:test";
import { plainKey, step } from "../src/walk.js";

const items = ["open", "settled", "open", "settled"];
const open = (state) => state === "open";

test("the way stops at both ends", () => {
  assert.equal(step(items, 3, 1), -1);
  assert.equal(step(items, 0, -1), -1);
  assert.equal(step(items, 1, 1), 2);
  assert.equal(step(items, -1, 1), 0);
  assert.equal(step(items, -1, -1), 3);
  assert.equal(step([], -1, 1), -1);
});

test("the way to the next open one goes round, and never answers with where it began", () => {
  assert.equal(step(items, 2, 1, open, true), 0);
  assert.equal(step(items, 1, 1, open, true), 2);
  assert.equal(step(["open", "settled"], 0, 1, open, true), -1);
  assert.equal(step(["settled", "settled"], 0, 1, open, true), -1);
});

test("keys that belong to somebody else are left alone", () => {
  assert.equal(plainKey({ key: "J" }), "j");
  assert.equal(plainKey({ key: "ArrowDown" }), "ArrowDown");
  assert.equal(plainKey({ key: "r", ctrlKey: true }), "");
  assert.equal(plainKey({ key: "a", isComposing: true }), "");
});
