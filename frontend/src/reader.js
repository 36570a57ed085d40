// The document page: a found figure in the text and its proposal are one thing in two places. Keys settle proposals.
import { plainKey, step } from "./walk.js";

const SETTLED = { accept: "settled", correct: "settled", reject: "rejected", undo: "open" };

export function startReader(page) {
  const root = page.querySelector("[data-reader]");
  if (root) new Reader(root);
}

class Reader {
  constructor(root) {
    this.root = root;
    this.current = "";
    this.folded = new Map(); // details -> its fields, until it is opened
    this.fold(root);
    this.sent = new Map(); // proposal -> {verdict, state before}, until the server has answered
    root.addEventListener("click", (event) => this.click(event));
    root.addEventListener("focusin", (event) => this.focus(event));
    root.addEventListener("pointerover", (event) => this.hover(event));
    root.addEventListener("input", (event) => this.touch(event));
    document.addEventListener("keydown", (event) => this.key(event));
    document.querySelector("form.proposal-filter")?.addEventListener("input", () => this.filter());
    addEventListener("hashchange", () => this.fromAddress());
    this.listenToServer();
    this.filter();
    this.fromAddress();
  }

  proposals() {
    return [...this.root.querySelectorAll("li.proposal")];
  }

  shown() {
    return this.proposals().filter((item) => !item.hidden);
  }

  item(id) {
    return this.proposals().find((item) => item.dataset.proposal === id);
  }

  marks(id) {
    return [...this.root.querySelectorAll("mark.found")].filter((mark) => named(mark).includes(id));
  }

  /** Makes one proposal the current one, here and in the text. */
  select(id, { focus = true, scroll = "both" } = {}) {
    const item = this.item(id);
    if (!item) return;
    const mark = this.mark(id);
    if (focus) item.focus({ preventScroll: true });
    if (scroll === "both" || scroll === "text") show(mark, "center");
    if (scroll === "both" || scroll === "list") show(item, "nearest");
    this.remember(id);
  }

  /** Sets the class of the current one; its first place in the text. */
  mark(id) {
    this.root.querySelectorAll(".current").forEach((other) => {
      other.classList.remove("current");
      other.removeAttribute("aria-current");
    });
    this.current = id;
    const [item, marks] = [this.item(id), this.marks(id)];
    item?.classList.add("current");
    item?.setAttribute("aria-current", "true");
    marks.forEach((mark) => mark.classList.add("current"));
    return marks[0];
  }

  /** Keeps the current one in the address, when the walk has come to rest: each change costs a pass over the page. */
  remember(id) {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      try {
        history.replaceState(history.state, "", `#proposal-${encodeURIComponent(id)}`);
      } catch {
        // browsers limit how often an address may change
      }
    }, 600);
  }

  /**
   * The fields of a form stand in the page only while it is open: a report has hundreds of forms with a dozen fields
   * each, and every one of them would make each key slower.
   */
  fold(root) {
    for (const fold of root.querySelectorAll("details.correct:not([open])")) {
      const fields = fold.querySelector("fieldset");
      if (!fields || fold.dataset.folded) continue;
      fold.dataset.folded = "true";
      fields.remove();
      this.folded.set(fold, fields);
      fold.addEventListener("toggle", () => fold.open && this.unfold(fold));
    }
  }

  unfold(fold) {
    const fields = this.folded.get(fold);
    if (fields && !fields.isConnected) fold.append(fields);
  }

  fromAddress() {
    const name = decodeURIComponent(location.hash.slice(1));
    const target = name ? document.getElementById(name) : null;
    if (target?.matches("li.proposal")) return this.select(target.dataset.proposal, { focus: true });
    if (target?.matches("mark.found")) return this.select(named(target)[0], { focus: true });
    if (target) target.scrollIntoView({ block: "center" });
    if (this.current) return;
    const first = this.shown().find((item) => item.dataset.state === "open") ?? this.shown()[0];
    if (!first) return;
    const mark = this.mark(first.dataset.proposal);
    if (document.documentElement.dataset.mouth === "server" && first.dataset.state === "open") {
      show(mark, "center", false); // there is work to do: begin where it is
      show(first, "nearest", false);
    }
  }

  click(event) {
    const mark = event.target.closest?.("mark.found");
    if (mark) return this.fromMark(mark);
    const item = event.target.closest?.("li.proposal");
    if (item && item.dataset.proposal !== this.current) {
      const inside = event.target.closest("a, button, input, select, textarea, summary, label");
      this.select(item.dataset.proposal, { focus: !inside, scroll: "text" });
    }
  }

  /** A mark may stand for several proposals: each click on it goes on to the next. */
  fromMark(mark) {
    const ids = named(mark).filter((id) => this.item(id));
    const id = ids[(ids.indexOf(this.current) + 1) % ids.length];
    if (!id) return;
    this.item(id).hidden = false;
    this.select(id, { focus: false, scroll: "list" });
  }

  focus(event) {
    const item = event.target.closest?.("li.proposal");
    if (item && item.dataset.proposal !== this.current) {
      this.select(item.dataset.proposal, { focus: false, scroll: "text" });
    }
  }

  hover(event) {
    const item = event.target.closest?.("li.proposal");
    this.root.querySelectorAll("mark.hover").forEach((mark) => mark.classList.remove("hover"));
    if (item) this.marks(item.dataset.proposal).forEach((mark) => mark.classList.add("hover"));
  }

  /** Remembers that somebody has changed a field: accepting then means accepting it as corrected. */
  touch(event) {
    const form = event.target.closest?.("form.settle");
    if (form) form.dataset.touched = "true";
  }

  key(event) {
    const key = plainKey(event);
    const field = event.target.closest?.("input:not([type=checkbox]), select, textarea");
    if (document.querySelector("dialog[open]")) return;
    if (field) return this.keyInField(event, field);
    if (key === "Enter" && event.target.matches?.("mark.found")) return this.fromMark(event.target);
    if (!key) return;
    const act = {
      j: () => this.walk(1),
      ArrowDown: () => this.walk(1),
      k: () => this.walk(-1),
      ArrowUp: () => this.walk(-1),
      o: () => this.walk(1, (item) => item.dataset.state === "open"),
      a: () => this.settle(this.form()?.dataset.touched ? "correct" : "accept"),
      c: () => this.settle("correct"),
      r: () => this.settle("reject"),
      u: () => this.settle("undo"),
      e: () => this.edit(),
      "?": () => document.getElementById("keys")?.showModal(),
    }[key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  keyInField(event, field) {
    if (event.isComposing || !field.closest("form.settle")) return;
    if (event.key === "Escape") {
      event.preventDefault();
      this.item(this.current)?.focus();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.settle("correct");
    }
  }

  walk(by, accept = undefined) {
    const items = this.shown();
    const at = items.findIndex((item) => item.dataset.proposal === this.current);
    const next = step(items, at, by, accept, accept !== undefined);
    if (next >= 0) this.select(items[next].dataset.proposal);
  }

  form() {
    return this.item(this.current)?.querySelector("form.settle") ?? null;
  }

  /** Presses the button of the form; a page without forms (the published site, a reader's rights) has none. */
  settle(verdict) {
    const form = this.form();
    if (verdict === "correct") form?.querySelectorAll("details").forEach((fold) => this.unfold(fold));
    const button = form?.querySelector(`button[value="${verdict}"]`);
    if (!button || button.disabled || this.sent.has(this.current)) return;
    button.click(); // htmx sends the button that was clicked, not the one that a form was submitted by
  }

  edit() {
    const fold = this.item(this.current)?.querySelector("details");
    if (!fold) return;
    this.unfold(fold);
    fold.open = true;
    fold.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  }

  listenToServer() {
    const body = document.body;
    body.addEventListener("htmx:beforeSwap", (event) => {
      const kind = event.detail.xhr.getResponseHeader("content-type") ?? "";
      if (!kind.startsWith("text/html")) event.detail.shouldSwap = false; // an error told as JSON is no proposal
    });
    body.addEventListener("htmx:beforeRequest", (event) => this.before(event));
    body.addEventListener("htmx:afterSettle", () => {
      this.mark(this.current); // htmx puts back the attributes that the server sent
      this.fold(this.root);
      this.filter();
    });
    body.addEventListener("htmx:afterRequest", (event) => this.after(event));
    body.addEventListener("settled", (event) => this.stand(event.detail?.id, event.detail?.state));
  }

  /** Shows at once what was decided; `after` takes it back where the server did not agree. */
  before(event) {
    const item = event.detail.elt.closest?.("li.proposal");
    const verdict = event.detail.requestConfig?.parameters?.verdict;
    if (!item || !verdict) return;
    const id = item.dataset.proposal;
    if (this.sent.has(id)) return event.preventDefault();
    this.sent.set(id, { verdict, state: item.dataset.state });
    item.classList.add("busy");
    item.setAttribute("aria-busy", "true");
    this.stand(id, SETTLED[verdict] ?? item.dataset.state);
  }

  after(event) {
    const old = event.detail.target?.closest?.("li.proposal") ?? event.detail.elt?.closest?.("li.proposal");
    const id = old?.dataset.proposal;
    const sent = this.sent.get(id);
    if (!sent) return;
    this.sent.delete(id);
    const item = this.item(id);
    item?.classList.remove("busy");
    item?.removeAttribute("aria-busy");
    const status = event.detail.xhr?.status ?? 0;
    if (status < 200 || status >= 400) {
      const answered = item !== old && item !== undefined; // the server has sent the proposal as it stands now
      this.stand(id, answered ? item?.dataset.state : sent.state);
      this.select(id, { scroll: "list" });
      if (!answered) this.complain(event.detail.xhr);
      return;
    }
    if (this.current !== id) return;
    if (sent.verdict === "undo") return this.select(id);
    this.walk(1, (other) => other.dataset.state === "open");
    if (this.current === id) this.select(id); // it was the last open one
  }

  /** Sets how a proposal stands, in the list and in the text. */
  stand(id, state) {
    if (!id || !state) return;
    const item = this.item(id);
    if (item) item.dataset.state = state;
    for (const mark of this.marks(id)) {
      mark.classList.remove("state-open", "state-settled", "state-rejected");
      mark.classList.add(`state-${state}`);
    }
  }

  complain(xhr) {
    let says = "";
    try {
      says = JSON.parse(xhr?.responseText ?? "").error?.says ?? "";
    } catch {
      says = ""; // not every error has a body
    }
    const toast = document.createElement("div");
    toast.className = "toast";
    toast.setAttribute("role", "alert");
    toast.textContent = says || this.root.dataset.wordsFailed || `HTTP ${xhr?.status ?? 0}`;
    document.body.append(toast);
    setTimeout(() => toast.remove(), 6000);
  }

  /** An article's title stands as long as one of its proposals is shown. */
  titles() {
    let title;
    for (const item of this.root.querySelectorAll("ol.proposals > li")) {
      if (item.matches(".article-title")) {
        title = item;
        title.hidden = true;
      } else if (title && !item.hidden) title.hidden = false;
    }
  }

  filter() {
    const form = document.querySelector("form.proposal-filter");
    if (!form) return;
    const wanted = (name) => {
      const boxes = [...form.querySelectorAll(`input[name="${name}"]`)];
      return boxes.length ? new Set(boxes.filter((box) => box.checked).map((box) => box.value)) : null;
    };
    const [states, kinds] = [wanted("state"), wanted("status")];
    for (const item of this.proposals()) {
      const stays = item.dataset.proposal === this.current;
      const state = !states || states.has(item.dataset.state);
      const kind = !kinds || !item.dataset.status || kinds.has(item.dataset.status);
      item.hidden = !(kind && (state || stays));
    }
    this.titles();
  }
}

/** The proposals that a mark stands for. */
function named(mark) {
  return (mark.dataset.proposals ?? "").split(/\s+/).filter(Boolean);
}

/**
 * Brings an element into its pane: to the middle, or just so far that it is seen. The page itself moves only where `page`
 * allows it and the pane does not scroll (on a phone) or is out of sight.
 */
function show(element, block, page = true) {
  if (!element) return;
  const pane = element.closest(".reader-text, .reader-side");
  const scrolls = pane && pane.scrollHeight > pane.clientHeight + 1;
  if (!scrolls) return page ? element.scrollIntoView({ block: "nearest" }) : undefined;
  const [box, frame] = [element.getBoundingClientRect(), pane.getBoundingClientRect()];
  if (page && (frame.bottom < 120 || frame.top > innerHeight - 120))
    return element.scrollIntoView({ block: "nearest" });
  const filter = pane.querySelector(".proposal-filter")?.offsetHeight ?? 0;
  const [top, bottom] = [Math.max(frame.top, 0) + filter + 6, Math.min(frame.bottom, innerHeight) - 12]; // what is seen of it
  if (block === "center") pane.scrollTop += (box.top + box.bottom) / 2 - (top + bottom) / 2;
  else if (box.top < top) pane.scrollTop += box.top - top;
  else if (box.bottom > bottom) pane.scrollTop += Math.min(box.bottom - bottom, box.top - top);
}
