import assert from "node:assert/strict";
import { test } from "node:test";
import { readState, writeState } from "../src/mapstate.js";
import { lies } from "../src/triedplaces.js";
import { readBack, Trial, written } from "../src/trial.js";

const add = (id) => ({ edit: "add-site", table: "site", said: "新建", row: { id, x: 112.5, y: 34.5 } });

test("changes are undone and made again in order, and a new one forgets what was undone", () => {
  let trial = new Trial().add(add("new-1")).add(add("new-2"));
  trial = trial.undo();
  assert.deepEqual(trial.changes.map((one) => one.row.id), ["new-1"]);
  assert.deepEqual(trial.redo().changes.map((one) => one.row.id), ["new-1", "new-2"]);
  assert.equal(trial.add(add("new-3")).redo().changes.length, 2);
  assert.equal(new Trial().undo().changes.length, 0);
});

test("no two new rows have one identity, also after undoing", () => {
  const trial = new Trial().add(add("new-1")).add(add("new-2")).undo();
  assert.equal(trial.newId(), "new-3");
  assert.equal(new Trial().newId(), "new-1");
});

test("the server is asked with rows and removals only", () => {
  const trial = new Trial().add(add("new-1")).add({ edit: "close-site", table: "site", said: "x", remove: "s1" });
  assert.deepEqual(trial.body("clinics", "2025-12-31"), {
    commitment: "clinics",
    day: "2025-12-31",
    changes: [
      { table: "site", row: { id: "new-1", x: 112.5, y: 34.5 } },
      { table: "site", remove: "s1" },
    ],
  });
});

test("an address carries the whole what-if there and back", () => {
  const trial = new Trial().add({ ...add("new-1"), row: { id: "new-1", name: "甲&乙=#", x: 112.5 } });
  const address = writeState({ promise: "clinics", at: [112.5, 34.5, 11], on: ["homes", "sites"], what: written(trial) });
  const state = readState(address);
  assert.deepEqual(readBack(state.what).changes, trial.changes);
  assert.deepEqual([state.promise, state.on, state.at], ["clinics", ["homes", "sites"], [112.5, 34.5, 11]]);
});

test("an address that was cut or made up is no what-if", () => {
  for (const text of ["", "[", "{}", '"x"', "[1, null]", '[{"table": "site"}]', '[{"table":"site","edit":"a","row":{"id":"x","y":{}}}]']) {
    assert.equal(readBack(text).changes.length, 0);
  }
  assert.deepEqual(readState("#at=1,2&layer=x").at, null);
  assert.deepEqual(readState("#at=200,2,3").at, null);
  assert.equal(writeState({}), "");
});

test("a changed row lies where its columns say", () => {
  const kind = (row, at) => lies(row, at)?.geometry;
  assert.deepEqual(kind({ x: 112, y: 34 }, {}), { type: "Point", coordinates: [112, 34] });
  assert.equal(kind({ state: "closed" }, {}), undefined);
  const ends = { type: "LineString", coordinates: [[112, 34], [113, 35]] };
  assert.deepEqual(kind({ x: 112, y: 34, to_x: 113, to_y: 35 }, { x: "x", y: "y", x2: "to_x", y2: "to_y" }), ends);
  assert.deepEqual(kind({ wkt: "LINESTRING (112 34, 113 35)" }, { wkt: "wkt" }), ends);
});
