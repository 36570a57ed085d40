import assert from "node:assert/strict";
import { test } from "node:test";
import { deskNow, keepTo } from "../src/moment.js";

test("without a drill it is this machine's time, with one the drill's, which never runs ahead of its script", () => {
  assert.ok(Math.abs(deskNow() - Date.now()) < 50);
  const at = "2021-07-20T08:00:00+08:00";
  keepTo({ at, pace: 0, until: "2021-07-20T08:10:00+08:00" });
  assert.equal(deskNow(), Date.parse(at));
  keepTo({ at, pace: 1e9, until: "2021-07-20T08:10:00+08:00" });
  const waited = performance.now() + 5;
  while (performance.now() < waited);
  assert.equal(deskNow(), Date.parse("2021-07-20T08:10:00+08:00"));
  keepTo({ at, pace: 1e6, until: null });
  const more = performance.now() + 5;
  while (performance.now() < more);
  assert.ok(deskNow() > Date.parse("2021-07-20T09:00:00+08:00"));
  keepTo(null);
  assert.ok(Math.abs(deskNow() - Date.now()) < 50);
});
