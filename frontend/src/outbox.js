// What was pressed and is not yet on the desk: kept in this browser, sent in order and once, also after the page was
// closed. What the desk refuses stays with its reason, for the person to mend.
//
// The rules stand here, apart from where things are kept (`shelf`), how they are sent (`post`) and who asks (`whoami`):
//   - an item gets its mark and its moment when it is pressed, so that the desk knows a second sending for the first;
//   - one page sends at a time, whoever holds the lease; items go one after the other, oldest first;
//   - what belongs to somebody else who used this browser waits until they are logged in again;
//   - no signal, no login, a desk that is busy: it waits. A refusal: it is put aside, the next ones go on.

export const LEASE_MS = 20000;
export const MOST_ITEMS = 500;

export class Outbox {
  constructor({ shelf, post, whoami, now = () => Date.now(), id = newMark(), onChange = () => {} }) {
    Object.assign(this, { shelf, post, whoami, now, id, onChange });
    this.state = "idle"; // idle, sending, offline, login, busy
    this.me = null;
    this.sending = null;
    this.again = false;
  }

  /** Keeps an act; gives its item. Rejects where this browser cannot keep it. */
  async put({ what, facts, why = "", label = "", person = "" }) {
    if ((await this.shelf.all()).length >= MOST_ITEMS) throw new Error("full");
    const item = {
      mark: newMark(),
      what,
      facts,
      why,
      label,
      person,
      happened: new Date(this.now()).toISOString(),
      state: "waiting",
    };
    item.id = await this.shelf.add(item);
    this.onChange();
    return item;
  }

  /** All items, oldest first. */
  all() {
    return this.shelf.all();
  }

  async drop(id) {
    await this.shelf.remove(id);
    this.onChange();
  }

  /** Sends a refused item again as a new one: mended, but with the moment at which it happened. */
  async retry(id, facts) {
    const item = (await this.shelf.all()).find((each) => each.id === id);
    if (!item) return null;
    const mended = { ...item, facts: facts ?? item.facts, mark: newMark(), state: "waiting", error: null };
    await this.shelf.put(mended);
    this.onChange();
    return mended;
  }

  /** Sends what waits. Two calls at once are one; a call that comes while one is under way makes it look once more. */
  flush() {
    if (this.sending) {
      this.again = true;
      return this.sending;
    }
    this.sending = this.run().finally(() => (this.sending = null));
    return this.sending;
  }

  async run() {
    let done = [];
    do {
      this.again = false;
      if (!(await this.shelf.lease(this.id, this.now(), LEASE_MS))) return done; // another page is at it
      try {
        done = done.concat(await this.sendAll());
      } finally {
        await this.shelf.release(this.id);
      }
    } while (this.again && this.state === "idle");
    return done;
  }

  async sendAll() {
    const done = [];
    const tried = new Set();
    let me = null; // asked once for each round: the proof of a session stays the same as long as it lasts
    for (;;) {
      const waiting = (await this.shelf.all()).filter((item) => item.state === "waiting" && !tried.has(item.id));
      if (!waiting.length) return this.be("idle", done);
      me ??= await this.whoami();
      if (me.kind !== "ok") return this.be(me.kind, done);
      this.me = me;
      const item = waiting.find((each) => !each.person || each.person === me.person);
      if (!item) return this.be("idle", done);
      if (!(await this.shelf.lease(this.id, this.now(), LEASE_MS))) return done;
      this.be("sending");
      const answer = await this.post(item, me);
      if (answer.kind === "done") {
        await this.shelf.remove(item.id);
        done.push({ item, answer });
        this.onChange();
      } else if (answer.kind === "refused") {
        await this.shelf.put({ ...item, state: "refused", error: answer.error });
        done.push({ item, answer });
        this.onChange();
      } else {
        return this.be(answer.kind, done);
      }
      tried.add(item.id);
    }
  }

  be(state, given) {
    if (state !== this.state) {
      this.state = state;
      this.onChange();
    }
    return given;
  }
}

/** What an answer of the desk means: done, refused (for the person to mend), login, busy (later), offline. */
export function outcome(status, body) {
  if (status === 201 || status === 200) return { kind: "done", entries: body?.entries ?? [], about: body?.about ?? "" };
  if (status === 401) return { kind: "login" };
  if (status === 429 || status >= 500 || status === 408) return { kind: "busy" };
  return { kind: "refused", error: body?.error ?? { code: String(status), says: "", mend: "" }, fields: body?.fields };
}

/** A name that no other item has; where the browser's better dice are forbidden (no secure context) the others do. */
export function newMark() {
  const bytes = new Uint8Array(12);
  globalThis.crypto.getRandomValues(bytes);
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** A shelf in memory: for tests, and where the browser keeps nothing (private windows of old ones). */
export class MemoryShelf {
  constructor() {
    this.items = new Map();
    this.next = 1;
    this.held = null;
  }

  async all() {
    return [...this.items.values()].sort((one, other) => one.id - other.id).map((item) => ({ ...item }));
  }

  async add(item) {
    this.items.set(this.next, { ...item, id: this.next });
    return this.next++;
  }

  async put(item) {
    this.items.set(item.id, { ...item });
  }

  async remove(id) {
    this.items.delete(id);
  }

  async lease(owner, now, milliseconds) {
    if (this.held && this.held.owner !== owner && this.held.until > now) return false;
    this.held = { owner, until: now + milliseconds };
    return true;
  }

  async release(owner) {
    if (this.held?.owner === owner) this.held = null;
  }
}
