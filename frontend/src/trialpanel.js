// What a what-if brings: before and after, who gains and who loses, county by county, and the changes with undo.
// Marked as a trial all over, as nothing of it is written.
import { compareBar } from "./compare.js";
import { el, toast } from "./element.js";
import { csvFile } from "./trial.js";

export class TrialPanel {
  constructor(whatIf) {
    this.whatIf = whatIf;
    this.words = whatIf.words;
    this.box = el("section", { className: "trial", "aria-label": this.words.what_if, hidden: true });
    this.compare = compareBar(whatIf);
    // beside a wide map; under a narrow one, where the eye is, not below its legend
    this.narrow = matchMedia("(max-width: 64rem)");
    this.place = () => {
      if (this.narrow.matches) whatIf.atlas.figure.querySelector("figcaption").before(this.box);
      else whatIf.atlas.box.querySelector(".map-side").prepend(this.box);
    };
    this.narrow.addEventListener("change", this.place);
    this.place();
  }

  remove() {
    this.narrow.removeEventListener("change", this.place);
    this.box.remove();
    this.compare.remove();
  }

  busy() {
    this.draw();
    this.box.setAttribute("aria-busy", "true");
    this.box.querySelector(".trial-head")?.append(el("span", { className: "note busy" }, this.words.asking));
  }

  draw() {
    const { trial, answer } = this.whatIf;
    const any = trial.changes.length > 0;
    this.box.hidden = !any && trial.undone.length === 0;
    this.box.removeAttribute("aria-busy");
    this.compare.shown(any && Boolean(answer));
    this.whatIf.atlas.canvas.classList.toggle("tried", any);
    this.box.replaceChildren(
      el(
        "div",
        { className: "trial-head" },
        el("h2", {}, this.words.what_if),
        el("span", { className: "badge trial-badge" }, this.words.not_written),
      ),
      ...(any && answer ? this.result(answer) : []),
      this.changes(),
    );
  }

  result(answer) {
    const { before, after } = answer;
    const pair = el(
      "p",
      { className: "trial-pair", role: "status" },
      el("span", {}, el("small", {}, this.words.before), el("b", {}, before.value_text)),
      el("span", { className: "arrow", "aria-hidden": "true" }, "→"),
      el("span", {}, el("small", {}, this.words.after), el("b", {}, after.value_text)),
      answer.change_text && el("em", { className: "change" }, answer.change_text),
    );
    const people = answer.people ?? {};
    const who = el(
      "dl",
      { className: "trial-people" },
      el("div", {}, el("dt", {}, this.words.gain), el("dd", {}, people.gain_text ?? "—")),
      el("div", {}, el("dt", {}, this.words.lose), el("dd", {}, people.lose_text ?? "—")),
    );
    return [this.problems(answer.problems ?? []), pair, who, this.groups(before, after), this.listing(answer.listing)].filter(Boolean);
  }

  problems(problems) {
    if (!problems.length) return undefined;
    const items = problems.map((one) => el("li", {}, one.says, one.mend && el("span", { className: "note" }, ` ${one.mend}`)));
    return el("ul", { className: "notice trial-problems", role: "alert" }, ...items);
  }

  /** The other figures of the promise that change. */
  groups(before, after) {
    const rows = (after.groups ?? []).flatMap((group) => {
      const old = (before.groups ?? []).find((one) => one.name === group.name);
      if (!old || old.value_text === group.value_text) return [];
      return [el("dt", {}, group.label), el("dd", {}, old.value_text, el("i", { "aria-hidden": "true" }, " → "), group.value_text)];
    });
    return rows.length ? el("dl", { className: "trial-figures" }, ...rows) : undefined;
  }

  listing(listing) {
    if (!listing?.rows?.length) return undefined;
    const moved = listing.rows.filter((row) => row.change);
    const rows = moved.map((row) =>
      el(
        "tr",
        { data: { id: row.id } },
        el("th", { scope: "row" }, row.name),
        el("td", { className: "number" }, row.before_text ?? "—"),
        el("td", { className: "number" }, row.after_text ?? "—"),
        el("td", { className: `number change ${row.change > 0 ? "up" : "down"}` }, row.change_text ?? ""),
      ),
    );
    if (!rows.length) return el("p", { className: "note" }, this.words.no_change);
    return this.table([this.words.place, this.words.before, this.words.after, this.words.change], rows);
  }

  table(head, rows) {
    const cells = head.map((text, at) => el("th", { scope: "col", className: at ? "number" : "" }, text));
    return el("table", { className: "listing values trial-table" }, el("thead", {}, el("tr", {}, ...cells)), el("tbody", {}, ...rows));
  }

  changes() {
    const { trial } = this.whatIf;
    const items = trial.changes.map((change) => el("li", {}, this.whatIf.wordsOf(change)));
    const button = (words, act, off) => {
      const made = el("button", { type: "button", disabled: off }, words);
      made.addEventListener("click", act);
      return made;
    };
    const tools = el(
      "p",
      { className: "tools" },
      button(this.words.undo, () => this.whatIf.set(trial.undo()), !trial.changes.length),
      button(this.words.redo, () => this.whatIf.set(trial.redo()), !trial.undone.length),
      button(this.words.start_again, () => this.whatIf.set(trial.clear()), !trial.changes.length && !trial.undone.length),
      ...(this.whatIf.answer?.csv ?? []).map((file) => button(`${this.words.take_rows} ${file.file}`, () => this.save(file))),
      button(this.words.copy_link, () => this.copy(), !trial.changes.length),
    );
    return el("div", { className: "trial-changes" }, items.length ? el("ol", {}, ...items) : undefined, tools);
  }

  save(file) {
    const link = el("a", { href: URL.createObjectURL(csvFile(file.text)), download: file.file });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    toast(this.words.rows_taken.replace("{file}", file.file));
  }

  copy() {
    // the address follows a moment after the change
    setTimeout(async () => {
      try {
        await navigator.clipboard.writeText(location.href);
        toast(this.words.copied);
      } catch {
        prompt(this.words.copy_link, location.href);
      }
    }, 250);
  }
}
