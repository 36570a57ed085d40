// Where the outbox is kept: in IndexedDB, which outlives the page and does each step whole, also with several pages open
// and also on plain http, where browsers have no locks.
const NAME = "luoshu-desk";

/** Opens the shelf; rejects where the browser keeps nothing. */
export function openShelf() {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("items", { keyPath: "id", autoIncrement: true });
      asked.result.createObjectStore("lease", { keyPath: "id" });
    };
    asked.onsuccess = () => done(new StoredShelf(asked.result));
    asked.onerror = () => failed(asked.error);
    asked.onblocked = () => failed(new Error("blocked"));
  });
}

class StoredShelf {
  constructor(database) {
    this.database = database;
    database.onversionchange = () => database.close();
  }

  /** One step on one store, finished when it is on the disk as far as the browser tells. */
  step(store, mode, work) {
    return new Promise((done, failed) => {
      const step = this.database.transaction(store, mode, mode === "readwrite" ? { durability: "strict" } : {});
      let found;
      work(step.objectStore(store), (value) => (found = value));
      step.oncomplete = () => done(found);
      step.onerror = step.onabort = () => failed(step.error ?? new Error("storage"));
    });
  }

  all() {
    return this.step("items", "readonly", (items, give) => (items.getAll().onsuccess = (event) => give(event.target.result)));
  }

  add(item) {
    return this.step("items", "readwrite", (items, give) => (items.add(item).onsuccess = (event) => give(event.target.result)));
  }

  put(item) {
    return this.step("items", "readwrite", (items) => items.put(item));
  }

  remove(id) {
    return this.step("items", "readwrite", (items) => items.delete(id));
  }

  /** Whether this page may send now: nobody else holds the lease, or theirs has run out. */
  lease(owner, now, milliseconds) {
    return this.step("lease", "readwrite", (lease, give) => {
      lease.get("sender").onsuccess = (event) => {
        const held = event.target.result;
        const free = !held || held.owner === owner || held.until <= now || held.until > now + 2 * milliseconds;
        if (free) lease.put({ id: "sender", owner, until: now + milliseconds });
        give(free);
      };
    });
  }

  release(owner) {
    return this.step("lease", "readwrite", (lease) => {
      lease.get("sender").onsuccess = (event) => {
        if (event.target.result?.owner === owner) lease.delete("sender");
      };
    });
  }
}
