// The tray at the foot of the desk's pages: what waits to be sent, what was refused and why, and whether there is a line.
import { el, sentences } from "./element.js";
import { MemoryShelf, Outbox, outcome } from "./outbox.js";
import { startOffline } from "./offline.js";
import { openShelf } from "./outboxshelf.js";

const AGAIN_MS = 15000;
const POST_MS = 15000;

/** Makes the outbox of this page with its tray; what waited from before is sent at once. */
export async function startTray(desk) {
  let kept = true;
  const shelf = await openShelf().catch(() => ((kept = false), new MemoryShelf()));
  const tray = new Tray(desk, kept);
  const outbox = new Outbox({ shelf, post: (item, me) => post(item, me), whoami, onChange: () => tray.draw(outbox) });
  outbox.settled = (item) => settled(outbox, item);
  outbox.askLogin = () => {
    outbox.be("login");
    tray.draw(outbox);
  };
  const again = () => outbox.all().then((items) => items.some((item) => item.state === "waiting") && outbox.flush());
  addEventListener("online", again);
  document.addEventListener("visibilitychange", () => document.hidden || again());
  setInterval(again, AGAIN_MS);
  await tray.draw(outbox);
  again();
  startOffline(desk);
  return outbox;
}

async function request(address, options) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), POST_MS);
  try {
    const answer = await fetch(address, { ...options, signal: stop.signal, cache: "no-store", redirect: "error" });
    return { status: answer.status, body: await answer.json().catch(() => null) };
  } catch {
    return null; // no signal, or too slow to tell
  } finally {
    clearTimeout(timer);
  }
}

async function whoami() {
  const found = await request("/desk/me.json", { headers: { accept: "application/json" } });
  if (!found) return { kind: "offline" };
  if (found.status === 200 && found.body?.csrf) return { kind: "ok", ...found.body };
  return found.status === 401 || found.status === 403 ? { kind: "login" } : { kind: "busy" };
}

async function post(item, me) {
  const { facts, why, happened, mark } = item;
  const found = await request(`/desk/acts/${encodeURIComponent(item.what)}`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json", "x-csrf-token": me.csrf },
    // this clock may be wrong: the desk takes from it only how long ago it was
    body: JSON.stringify({ facts, why, happened, sent: new Date().toISOString(), mark }),
  });
  return found ? outcome(found.status, found.body) : { kind: "offline" };
}

/** Sends, and tells how one item went: done, refused, or why it waits. */
async function settled(outbox, item) {
  for (let round = 0; round < 3; round += 1) {
    const done = await outbox.flush();
    const found = done?.find((each) => each.item.id === item.id);
    if (found) return found.answer;
    const left = (await outbox.all()).find((each) => each.id === item.id);
    if (!left) return { kind: "done", entries: [] }; // another page has sent it
    if (left.state === "refused") return { kind: "refused", error: left.error };
    if (outbox.state !== "idle") break;
    await new Promise((go) => setTimeout(go, 300));
  }
  return { kind: outbox.state === "idle" ? "busy" : outbox.state };
}

class Tray {
  constructor(desk, kept) {
    Object.assign(this, { desk, kept });
    this.box = el("aside", { className: "tray", hidden: true, "aria-label": desk.words.tray });
    this.head = el("p", { className: "tray-head", role: "status" });
    this.list = el("ul", { className: "tray-list" });
    this.box.append(this.head, this.list);
    document.body.append(this.box);
  }

  async draw(outbox) {
    const { words } = this.desk;
    const items = await outbox.all();
    const refused = items.filter((item) => item.state === "refused");
    const waiting = items.length - refused.length;
    this.box.hidden = !items.length && outbox.state !== "login";
    document.documentElement.classList.toggle("has-tray", !this.box.hidden);
    const says = [];
    if (waiting) says.push(words.waiting.replace("{count}", waiting));
    if (refused.length) says.push(words.refused_count.replace("{count}", refused.length));
    if (waiting && outbox.state === "offline") says.push(words.kept_offline);
    const parts = [says.join(" · ")];
    if (outbox.state === "login") {
      const next = encodeURIComponent(location.pathname + location.search);
      parts.push(" ", el("a", { className: "button primary", href: `/login?next=${next}` }, words.login));
    } else if (waiting && outbox.state !== "sending") {
      parts.push(" ", el("button", { type: "button", onclick: () => outbox.flush() }, words.send_now));
    }
    if (items.length && !this.kept) parts.push(" ", el("strong", {}, words.not_kept));
    this.head.replaceChildren(...parts);
    this.list.replaceChildren(...items.map((item) => this.line(outbox, item)));
  }

  line(outbox, item) {
    const { words } = this.desk;
    const time = new Date(item.happened).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    const refused = item.state === "refused";
    const other = item.person && item.person !== this.desk.person;
    const made = el(
      "li",
      { className: refused ? "is-refused" : "", data: { mark: item.mark } },
      el("span", { className: "tray-what" }, el("time", { dateTime: item.happened }, time), ` ${item.label || item.what}`),
      el("span", { className: "tray-facts" }, told(item.facts)),
    );
    if (other) made.append(el("span", { className: "note" }, words.of_other.replace("{name}", item.person)));
    if (!refused) {
      made.append(el("span", { className: "tray-state" }, words.state_waiting));
      return made;
    }
    const reason = sentences(item.error?.says || words.refused, item.error?.mend);
    made.append(el("p", { className: "tray-why" }, reason));
    const fields = Object.entries(item.facts)
      .filter(([, value]) => typeof value === "string")
      .map(([name, value]) => el("label", {}, `${name} `, el("input", { value, data: { name } })));
    const mend = async () => {
      const typed = Object.fromEntries([...made.querySelectorAll("input")].map((field) => [field.dataset.name, field.value]));
      await outbox.retry(item.id, { ...item.facts, ...typed });
      outbox.flush();
    };
    const drop = () => confirm(words.drop_sure) && outbox.drop(item.id);
    made.append(
      el("details", {}, el("summary", {}, words.mend), ...fields, el("button", { type: "button", onclick: mend }, words.send_mended)),
      el("button", { type: "button", className: "danger", onclick: drop }, words.drop),
    );
    return made;
  }
}

/** The facts of an item in one line. */
function told(facts) {
  return Object.values(facts).flat().filter((value) => value !== "" && value !== null).join(" · ");
}
