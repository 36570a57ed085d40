import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, decode, encode } from "../src/pointfile.js";

const points = { count: 2, columns: { lon: Float32Array.of(112.5, 113), lat: Float32Array.of(34.5, 34), minutes: Float32Array.of(NaN, Infinity) }, ids: ["a", "b"], names: ["甲", "乙"] };

test("what was packed is read again: not known and out of reach among it", () => {
  const found = decode(encode(points));
  assert.equal(found.count, 2);
  assert.deepEqual([...found.lon], [112.5, 113]);
  assert.deepEqual([...found.columns.minutes], [NaN, Infinity]);
  assert.deepEqual(found.names, ["甲", "乙"]);
});

test("words stand in the header, and a header of any length keeps numbers at their places", () => {
  for (const name of ["", "x", "xy", "xyz", "东"]) {
    const found = decode(encode({ ...points, name, columns: { ...points.columns, state: ["open", "planned"] } }));
    assert.deepEqual(found.columns.state, ["open", "planned"]);
    assert.equal(found.lat[1], 34);
  }
});

test("a file that was cut is refused, not half shown", () => {
  const whole = encode(points);
  assert.throws(() => decode(whole.slice(0, whole.byteLength - 1)), /before its last column/);
  assert.throws(() => decode(whole.slice(0, 20)), /within its header/);
  assert.throws(() => decode(new ArrayBuffer(2)), /within its header/);
});

test("base64 is read as the same bytes", () => {
  const text = Buffer.from(encode(points)).toString("base64");
  assert.equal(decode(bytes(text)).lon[0], 112.5);
});
