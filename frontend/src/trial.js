// A what-if as a value: the changes, in order, that can be undone, made again, and carried in an address.
// Nothing here is ever written into the book; the server is asked anew for every list of changes.

const MOST = 200;

/** The list of changes; each method gives a new list, so that what the screen shows is never half changed. */
export class Trial {
  constructor(changes = [], undone = []) {
    this.changes = changes;
    this.undone = undone;
  }

  add(change) {
    return new Trial([...this.changes, change].slice(-MOST), []);
  }

  undo() {
    if (!this.changes.length) return this;
    return new Trial(this.changes.slice(0, -1), [this.changes.at(-1), ...this.undone]);
  }

  redo() {
    if (!this.undone.length) return this;
    return new Trial([...this.changes, this.undone[0]], this.undone.slice(1));
  }

  clear() {
    return new Trial([], []);
  }

  /** An identity for a row that is new: "new-1", "new-2", …, also after some were undone. */
  newId() {
    const taken = [...this.changes, ...this.undone].map((change) => /^new-(\d+)$/.exec(change.row?.id ?? "")?.[1]);
    return `new-${Math.max(0, ...taken.filter(Boolean).map(Number)) + 1}`;
  }

  /** The rows as they stand after all changes: {table: {id: row}} of the changed ones. */
  rows() {
    const found = {};
    for (const { table, row } of this.changes) {
      if (!row) continue;
      found[table] ??= {};
      found[table][row.id] = { ...found[table][row.id], ...row };
    }
    return found;
  }

  /** What the server is asked. */
  body(commitment, day) {
    const changes = this.changes.map(({ table, row, remove }) => (remove ? { table, remove } : { table, row }));
    return { commitment, ...(day ? { day } : {}), changes };
  }
}

/** The changes as a text for an address. */
export function written(trial) {
  return trial.changes.length ? JSON.stringify(trial.changes) : "";
}

/** The changes of an address; what is not understood is left out, as an address can be cut or made up. */
export function readBack(text) {
  let found;
  try {
    found = JSON.parse(text || "[]");
  } catch {
    return new Trial();
  }
  if (!Array.isArray(found)) return new Trial();
  const good = found.filter(
    (change) =>
      typeof change?.table === "string" &&
      typeof change.edit === "string" &&
      typeof (change.said ?? "") === "string" &&
      (typeof change.remove === "string" || typeof change.row?.id === "string") &&
      Object.values(change.row ?? {}).every((value) => ["string", "number", "boolean"].includes(typeof value)),
  );
  return new Trial(good.slice(0, MOST));
}

/** A table as a file for spreadsheets: the mark at its head tells Excel that it is UTF-8. */
export function csvFile(text) {
  return new Blob(["\ufeff", text], { type: "text/csv;charset=utf-8" });
}
