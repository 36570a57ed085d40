// Listens to what is new and fetches the parts of the page that it changes, each once however much comes at once.

const HIDDEN_MS = 60000; // a page that nobody sees lets go of its line: a browser has only six to one server
const FIRST_RETRY_MS = 2000;
const MOST_RETRY_MS = 30000;
const SILENT_MS = 4000; // a line on which nobody has said hello by then is said to be cut
const ZONE = "Asia/Shanghai"; // the desk's own time, as on its pages

/** Follows the stream that the page names (`data-live`), for its sections (`data-section`). */
export function startLive(desk) {
  const page = document.querySelector("[data-live]");
  if (!page || !window.EventSource) return;
  const sections = new Sections(page);
  const state = document.querySelector("[data-live-state]");
  let seen = Date.parse(state?.dataset.at); // the page as it was made; while the line is live, it is as of now
  const line = new Line(page.dataset.live, Number(page.dataset.number), {
    entry(word) {
      sections.touch(word.sort);
      document.dispatchEvent(new CustomEvent("luoshu:entry", { detail: word }));
    },
    reload: () => sections.touchAll(),
    closed: () => desk.outbox?.askLogin(),
    state(name, says) {
      if (document.documentElement.dataset.line === "live") seen = Date.now();
      document.documentElement.dataset.line = name;
      if (!state) return;
      state.dataset.state = name;
      const asOf = name === "cut" && seen ? ` · ${desk.words.as_of.replace("{time}", moment(seen))}` : "";
      state.textContent = `${says || (desk.words[`line_${name}`] ?? "")}${asOf}`;
      if (name === "live") desk.outbox?.flush();
    },
  });
  line.open();
  document.addEventListener("luoshu:sent", () => line.nudge());
  return line;
}

/** The hour and minute of a moment, with the day where it is not today's. */
function moment(milliseconds) {
  const day = { month: "2-digit", day: "2-digit", timeZone: ZONE };
  const told = (at, options) => new Date(at).toLocaleString("sv-SE", options);
  const today = told(milliseconds, day) === told(Date.now(), day);
  return told(milliseconds, { ...(today ? {} : day), hour: "2-digit", minute: "2-digit", timeZone: ZONE });
}

export class Line {
  constructor(address, number, heard) {
    Object.assign(this, { address, number, heard, wait: FIRST_RETRY_MS, source: null });
    document.addEventListener("visibilitychange", () => this.seen());
    addEventListener("online", () => this.open());
    addEventListener("offline", () => this.heard.state("cut"));
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", (event) => event.persisted && this.open());
  }

  open() {
    clearTimeout(this.again);
    this.source?.close();
    const joined = this.address.includes("?") ? "&" : "?";
    const source = new EventSource(`${this.address}${joined}after=${this.number}`);
    this.source = source;
    clearTimeout(this.silent);
    this.silent = setTimeout(() => this.heard.state("cut"), SILENT_MS);
    source.addEventListener("hello", () => {
      clearTimeout(this.silent);
      this.wait = FIRST_RETRY_MS;
      this.heard.state("live");
    });
    source.addEventListener("entry", (event) => {
      const word = JSON.parse(event.data);
      if (word.number <= this.number) return; // had already
      this.number = word.number;
      this.heard.entry(word);
    });
    // the line is whole, but the journal behind it cannot be asked: said in the server's own words until the next hello
    source.addEventListener("away", (event) => this.heard.state("cut", JSON.parse(event.data).says));
    source.addEventListener("reload", () => this.heard.reload());
    source.addEventListener("closed", () => {
      this.close();
      this.heard.state("closed");
      this.heard.closed();
    });
    source.onerror = () => {
      this.heard.state("cut");
      if (source.readyState !== EventSource.CLOSED || source !== this.source) return; // it comes back by itself
      this.again = setTimeout(() => this.open(), this.wait * (0.75 + Math.random() / 2));
      this.wait = Math.min(2 * this.wait, MOST_RETRY_MS);
    };
  }

  /** Tries now where it was waiting to. */
  nudge() {
    if (this.source?.readyState === EventSource.CLOSED) this.open();
  }

  close() {
    clearTimeout(this.again);
    clearTimeout(this.silent);
    this.source?.close();
    this.source = null;
  }

  seen() {
    clearTimeout(this.leaving);
    if (document.hidden) this.leaving = setTimeout(() => this.close(), HIDDEN_MS);
    else if (!this.source) this.open();
  }
}

class Sections {
  constructor(page) {
    this.page = page;
    this.dirty = new Set();
    this.busy = new Set();
  }

  all() {
    return [...this.page.querySelectorAll("[data-section]")];
  }

  touch(sort) {
    for (const section of this.all()) {
      const sorts = section.dataset.sorts.split(" ");
      if (sorts.includes(sort) || sorts.includes("*")) this.dirty.add(section.dataset.section);
    }
    this.soon();
  }

  touchAll() {
    for (const section of this.all()) this.dirty.add(section.dataset.section);
    this.soon();
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => [...this.dirty].forEach((name) => this.fetch(name)), 40);
  }

  async fetch(name) {
    if (this.busy.has(name)) return; // it is fetched again when it has come
    this.dirty.delete(name);
    this.busy.add(name);
    try {
      const section = this.page.querySelector(`[data-section="${name}"]`);
      const answer = await fetch(section.dataset.href, { headers: { accept: "text/html" }, cache: "no-store" });
      if (answer.ok) replaceIn(section, await answer.text());
      else if (answer.status >= 500 || answer.status === 429) this.dirty.add(name);
    } catch {
      this.dirty.add(name); // no signal: when the line is back it says what was missed
    } finally {
      this.busy.delete(name);
      if (this.dirty.has(name)) setTimeout(() => this.fetch(name), 1000);
    }
  }
}

/** Puts new content into a section and keeps what the person does there: what is open, where the focus is. */
export function replaceIn(section, html) {
  const open = new Set([...section.querySelectorAll("details[open][data-key]")].map((each) => each.dataset.key));
  const before = new Map([...section.querySelectorAll("[data-key]")].map((each) => [each.dataset.key, each.dataset.state]));
  const active = section.contains(document.activeElement) ? document.activeElement.closest("[id], [data-key]") : null;
  const focus = active && (active.id ? `#${CSS.escape(active.id)}` : `[data-key="${CSS.escape(active.dataset.key)}"]`);
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  // a part that draws for itself takes what is new in its own way
  const own = new CustomEvent("luoshu:fresh", { cancelable: true, detail: { section, fresh: fresh.content } });
  if (document.dispatchEvent(own)) section.replaceChildren(fresh.content);
  for (const each of section.querySelectorAll("details[data-key]")) if (open.has(each.dataset.key)) each.open = true;
  for (const each of section.querySelectorAll("[data-key]")) {
    if (before.get(each.dataset.key) !== each.dataset.state || !before.has(each.dataset.key)) each.classList.add("fresh");
  }
  if (focus) section.querySelector(focus)?.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("luoshu:section", { detail: section }));
}

