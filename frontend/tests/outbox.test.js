import assert from "node:assert/strict";
import { test } from "node:test";
import { LEASE_MS, MemoryShelf, newMark, Outbox, outcome } from "../src/outbox.js";

const LI = { kind: "ok", person: "li", csrf: "token" };

/** A desk that keeps what it is sent, as the real one does: one entry for a mark. */
function desk({ refuse = () => null, signal = () => true, me = () => LI } = {}) {
  const entries = [];
  let posts = 0;
  return {
    entries,
    posts: () => posts,
    whoami: async () => (signal() ? me() : { kind: "offline" }),
    post: async (item) => {
      if (!signal()) return { kind: "offline" };
      posts += 1;
      const error = refuse(item);
      if (error) return outcome(409, { error });
      if (!entries.some((entry) => entry.mark === item.mark)) entries.push({ ...item });
      return outcome(201, { entries: [entries.length], about: "" });
    },
  };
}

const report = (text, more = {}) => ({ what: "task.report", facts: { text }, person: "li", ...more });
const texts = (entries) => entries.map((entry) => entry.facts.text);

test("what was pressed without signal goes later, in order, with the moment at which it was pressed", async () => {
  let signal = false;
  let clock = Date.parse("2021-07-20T12:00:00Z");
  const server = desk({ signal: () => signal });
  const outbox = new Outbox({ shelf: new MemoryShelf(), ...server, now: () => clock });
  for (const text of ["one", "two", "three"]) {
    await outbox.put(report(text));
    clock += 60_000;
    await outbox.flush();
  }
  assert.equal(outbox.state, "offline");
  assert.equal((await outbox.all()).length, 3);
  signal = true;
  await outbox.flush();
  assert.deepEqual(texts(server.entries), ["one", "two", "three"]);
  assert.deepEqual(
    server.entries.map((entry) => entry.happened),
    ["2021-07-20T12:00:00.000Z", "2021-07-20T12:01:00.000Z", "2021-07-20T12:02:00.000Z"],
  );
  assert.deepEqual(await outbox.all(), []);
  assert.equal(outbox.state, "idle");
});

test("an answer that got lost makes no second entry", async () => {
  const server = desk();
  let lost = true;
  const post = async (item, me) => {
    const answer = await server.post(item, me);
    return lost ? { kind: "offline" } : answer;
  };
  const outbox = new Outbox({ shelf: new MemoryShelf(), post, whoami: server.whoami });
  await outbox.put(report("one"));
  await outbox.flush();
  assert.equal((await outbox.all()).length, 1);
  lost = false;
  await outbox.flush();
  assert.equal(server.posts(), 2);
  assert.deepEqual(texts(server.entries), ["one"]);
});

test("two pages over one shelf send one after the other and nothing twice", async () => {
  const shelf = new MemoryShelf();
  const server = desk();
  const slow = async (item, me) => {
    await new Promise((done) => setTimeout(done, 2));
    return server.post(item, me);
  };
  const pages = [1, 2].map(() => new Outbox({ shelf, post: slow, whoami: server.whoami }));
  for (const text of ["one", "two", "three", "four"]) await pages[0].put(report(text));
  await Promise.all([pages[0].flush(), pages[1].flush(), pages[0].flush()]);
  await pages[1].flush();
  assert.equal(server.posts(), 4);
  assert.deepEqual(texts(server.entries), ["one", "two", "three", "four"]);
});

test("a page that was closed while it sent keeps the others waiting no longer than its lease", async () => {
  const shelf = new MemoryShelf();
  let clock = 1_000_000;
  await shelf.lease("closed page", clock, LEASE_MS);
  const server = desk();
  const outbox = new Outbox({ shelf, ...server, now: () => clock });
  await outbox.put(report("one"));
  await outbox.flush();
  assert.equal(server.entries.length, 0);
  clock += LEASE_MS;
  await outbox.flush();
  assert.deepEqual(texts(server.entries), ["one"]);
});

test("what is refused is kept with its reason, the next ones go on, and mended it goes with a new mark", async () => {
  let strict = true;
  const refuse = (item) => strict && item.facts.text === "two" && { code: "refused", says: "the task is done", mend: "" };
  const server = desk({ refuse });
  const outbox = new Outbox({ shelf: new MemoryShelf(), ...server });
  for (const text of ["one", "two", "three"]) await outbox.put(report(text));
  await outbox.flush();
  assert.deepEqual(texts(server.entries), ["one", "three"]);
  const [kept] = await outbox.all();
  assert.equal(kept.state, "refused");
  assert.equal(kept.error.says, "the task is done");
  await outbox.flush();
  assert.equal(server.posts(), 3, "a refusal is not sent again by itself");
  strict = false;
  const mended = await outbox.retry(kept.id, { text: "two, mended" });
  assert.notEqual(mended.mark, kept.mark);
  assert.equal(mended.happened, kept.happened);
  await outbox.flush();
  assert.deepEqual(texts(server.entries), ["one", "three", "two, mended"]);
});

test("without a login it waits, and another person's items are not sent in a new one's name", async () => {
  let me = { kind: "login" };
  const server = desk({ me: () => me });
  const outbox = new Outbox({ shelf: new MemoryShelf(), ...server });
  await outbox.put(report("of li"));
  await outbox.flush();
  assert.equal(outbox.state, "login");
  me = { kind: "ok", person: "wu" };
  await outbox.put(report("of wu", { person: "wu" }));
  await outbox.flush();
  assert.deepEqual(texts(server.entries), ["of wu"]);
  me = LI;
  await outbox.flush();
  assert.deepEqual(texts(server.entries), ["of wu", "of li"]);
});

test("a session that ends between two sendings stops them without losing any", async () => {
  const server = desk();
  let sent = 0;
  const post = async (item, me) => ((sent += 1) > 1 ? { kind: "login" } : server.post(item, me));
  const outbox = new Outbox({ shelf: new MemoryShelf(), post, whoami: server.whoami });
  await outbox.put(report("one"));
  await outbox.put(report("two"));
  await outbox.flush();
  assert.equal(outbox.state, "login");
  assert.deepEqual((await outbox.all()).map((item) => item.facts.text), ["two"]);
});

test("answers mean what they say", () => {
  assert.equal(outcome(201, { entries: [4] }).kind, "done");
  assert.equal(outcome(401).kind, "login");
  assert.equal(outcome(429).kind, "busy");
  assert.equal(outcome(503).kind, "busy");
  assert.equal(outcome(409, { error: { says: "no" } }).error.says, "no");
  assert.equal(outcome(403, null).kind, "refused");
  assert.match(newMark(), /^[0-9a-f]{24}$/);
});
