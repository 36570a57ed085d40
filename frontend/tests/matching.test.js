import assert from "node:assert/strict";
import test from "node:test";
import { compare, fill, passes, plain, readAddress, writeAddress } from "../src/matching.js";

const row = {
  text: plain("全市博物馆达到120家 市文广旅局 112家"),
  owners: ["市文广旅局", "市财政局"],
  chapter: "文化",
  verdict: "at risk",
};

test("a row passes where every word that is asked for stands in it, whatever its width or case", () => {
  assert.ok(passes(row, { q: "博物馆 120" }));
  assert.ok(passes(row, { q: "１２０家" }));
  assert.ok(!passes(row, { q: "博物馆 体育" }));
  assert.ok(passes({ ...row, text: plain("Museums") }, { q: "mUSEUM" }));
});

test("an owner is found among those who share a promise", () => {
  assert.ok(passes(row, { owner: "市财政局" }));
  assert.ok(!passes(row, { owner: "市体育局" }));
  assert.ok(!passes(row, { owner: "市财政局", verdict: "kept" }));
  assert.ok(!passes(row, { chapter: "交通" }));
});

test("numbers are ordered as numbers, days as days, and what is not known comes last either way", () => {
  const sorted = (values, direction) => [...values].sort((a, b) => compare(a, b, direction));
  assert.deepEqual(sorted(["100", "", "9", "-3"], 1), ["-3", "9", "100", ""]);
  assert.deepEqual(sorted(["100", "", "9", "-3"], -1), ["100", "9", "-3", ""]);
  assert.deepEqual(sorted(["2030-12-31", "2025-12-31"], 1), ["2025-12-31", "2030-12-31"]);
  assert.equal(compare("", ""), 0);
});

test("what is asked goes into an address and comes back, and other parts of the address stay", () => {
  const asked = { q: "博物馆 120", owner: "", verdict: "at risk", sort: "-due" };
  const query = writeAddress("?day=2025-12-31&owner=old", asked);
  assert.ok(query.includes("day=2025-12-31"));
  assert.ok(!query.includes("owner="));
  assert.deepEqual(readAddress(`?${query}`, ""), { q: "博物馆 120", verdict: "at risk", sort: "-due" });
  assert.deepEqual(readAddress("?verdict=kept", "#verdict=missed&group=owner"), { verdict: "missed", group: "owner" });
});

test("a sentence is filled", () => {
  assert.equal(fill("{shown} of {all}", { shown: 3, all: 40 }), "3 of 40");
  assert.equal(fill("{other}", {}), "{other}");
});
