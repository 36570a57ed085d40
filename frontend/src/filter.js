// The overview's ledger: filter, search, group and sort the rows that are on the page; the address keeps what was asked.
import { compare, fill, passes, plain, readAddress, writeAddress } from "./matching.js";

export function startFilters(page) {
  for (const form of page.querySelectorAll("form[data-filter]")) {
    const table = page.getElementById(form.dataset.filter);
    if (table) new Ledger(form, table);
  }
}

class Ledger {
  constructor(form, table) {
    this.form = form;
    this.table = table;
    this.empty = document.getElementById(`${table.id}-empty`);
    this.rows = [...table.querySelectorAll("tr.promise")].map(asRow);
    this.columns = table.tHead?.rows[0]?.cells.length ?? 1;
    this.first = this.field("group")?.value ?? "";
    this.sort = "";
    this.grouped = undefined;
    this.makeSortable();
    this.take(readAddress(location.search, location.hash));
    this.listen();
    this.show();
  }

  field(name) {
    return this.form.elements.namedItem(name);
  }

  listen() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.show();
    });
    this.form.addEventListener("input", () => this.show());
    this.form.addEventListener("reset", (event) => {
      event.preventDefault(); // a form that the server had filled in would be reset to that
      this.sort = "";
      this.take({ group: this.first });
      this.show();
    });
    addEventListener("hashchange", () => {
      this.take({ group: this.first, ...readAddress(location.search, location.hash) });
      this.show();
    });
    for (const link of document.querySelectorAll(".tally a[data-verdict]")) {
      link.addEventListener("click", (event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        const field = this.field("verdict");
        field.value = field.value === link.dataset.verdict ? "" : link.dataset.verdict;
        this.show();
      });
    }
  }

  /** Puts what was asked into the fields; a value that a select does not offer asks for nothing. */
  take(wanted) {
    for (const name of ["q", "owner", "chapter", "verdict", "group"]) {
      const field = this.field(name);
      if (!field) continue;
      field.value = wanted[name] ?? "";
      if (field.selectedIndex === -1) field.selectedIndex = 0;
    }
    this.sort = wanted.sort ?? this.sort;
  }

  wanted() {
    const values = {};
    for (const name of ["q", "owner", "chapter", "verdict", "group"]) values[name] = this.field(name)?.value ?? "";
    return values;
  }

  show() {
    const wanted = this.wanted();
    let shown = 0;
    for (const row of this.rows) {
      row.element.hidden = !passes(row, wanted);
      if (!row.element.hidden) shown += 1;
    }
    this.arrange(wanted.group);
    this.count(shown);
    this.mark(wanted.verdict);
    this.rememberSoon(wanted);
  }

  /** Browsers limit how often an address may change, and somebody may be typing. */
  rememberSoon(wanted) {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.remember(wanted), 250);
  }

  /** Rows into groups, in the book's order or the sorted one; groups without a row that is shown are not shown. */
  arrange(group) {
    const key = `${group} ${this.sort}`;
    if (this.grouped !== key) {
      this.regroup(group);
      this.grouped = key;
    }
    for (const body of this.table.tBodies) {
      const seen = body.querySelectorAll("tr.promise:not([hidden])").length;
      body.hidden = seen === 0;
      const count = body.querySelector(".group-head .count");
      if (count) count.textContent = String(seen);
    }
  }

  regroup(group) {
    const groups = new Map();
    for (const row of this.sorted()) {
      const name = row.groups[group] ?? "";
      groups.set(name, [...(groups.get(name) ?? []), row]);
    }
    const bodies = [...groups].map(([name, rows]) => {
      const body = document.createElement("tbody");
      body.className = "group";
      if (group !== "none" && group !== "") body.append(this.head(name));
      body.append(...rows.map((row) => row.element));
      return body;
    });
    [...this.table.tBodies].forEach((body) => body.remove());
    this.table.append(...bodies);
  }

  head(name) {
    const row = document.createElement("tr");
    row.className = "group-head";
    const cell = document.createElement("th");
    cell.colSpan = this.columns;
    cell.scope = "rowgroup";
    const count = Object.assign(document.createElement("span"), { className: "count" });
    cell.append(`${name || "—"} `, count);
    row.append(cell);
    return row;
  }

  sorted() {
    if (!this.sort) return this.rows;
    const name = this.sort.replace(/^-/, "");
    const head = [...(this.table.tHead?.rows[0]?.cells ?? [])].find((cell) => cell.dataset.sort === name);
    if (!head) return this.rows;
    const direction = this.sort.startsWith("-") ? -1 : 1;
    const value = (row) => cellValue(row.element.cells[head.cellIndex]);
    const language = document.documentElement.lang;
    return [...this.rows].sort((one, other) => compare(value(one), value(other), direction, language));
  }

  makeSortable() {
    for (const head of this.table.querySelectorAll("th[data-sort]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      button.addEventListener("click", () => {
        const name = head.dataset.sort;
        this.sort = this.sort === name ? `-${name}` : this.sort === `-${name}` ? "" : name;
        this.show();
      });
      head.append(button);
    }
  }

  count(shown) {
    const output = this.form.querySelector("output.count");
    if (output) {
      output.textContent = fill(output.dataset.wordsCount ?? "{shown} / {all}", { shown, all: this.rows.length });
    }
    if (this.empty) this.empty.hidden = shown > 0;
    this.table.hidden = shown === 0;
  }

  mark(verdict) {
    for (const link of document.querySelectorAll(".tally a[data-verdict]")) {
      if (link.dataset.verdict === verdict) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    const name = this.sort.replace(/^-/, "");
    for (const head of this.table.querySelectorAll("th[data-sort]")) {
      if (head.dataset.sort !== name) head.removeAttribute("aria-sort");
      else head.setAttribute("aria-sort", this.sort.startsWith("-") ? "descending" : "ascending");
    }
  }

  /** Keeps what is asked in the address, so that it can be sent to somebody; a file's address may change only behind #. */
  remember(wanted) {
    const asked = { ...wanted, sort: this.sort };
    if (asked.group === this.first) delete asked.group;
    const served = document.documentElement.dataset.mouth === "server";
    try {
      if (served) {
        const query = writeAddress(location.search, asked);
        history.replaceState(null, "", location.pathname + (query ? `?${query}` : ""));
      } else {
        const hash = writeAddress("", asked);
        if (hash || location.hash) history.replaceState(null, "", `#${hash}`);
      }
    } catch {
      // browsers limit how often an address may change; the page is right all the same
    }
    for (const link of document.querySelectorAll("a.language")) {
      const url = new URL(link.href); // the same question in the other language
      if (served) url.search = writeAddress(url.search, { ...asked, owner: "", chapter: "" });
      else url.hash = writeAddress("", { ...asked, owner: "", chapter: "" });
      link.href = url.href;
    }
  }
}

function cellValue(cell) {
  return cell?.dataset.value ?? cell?.textContent.trim() ?? "";
}

function asRow(element) {
  const {
    owner = "",
    owners = "",
    chapter = "",
    document: paper = "",
    verdict = "",
    verdictWord = "",
  } = element.dataset;
  return {
    element,
    text: plain(
      [...element.querySelectorAll("td:not(.spark)")].map((cell) => cell.textContent).join(" ") + owners + chapter,
    ),
    owners: owners ? owners.split("|") : [owner],
    chapter,
    verdict,
    groups: { owner, chapter, document: paper, verdict: verdictWord || verdict },
  };
}
