// Pages that open without signal: asks the worker to keep this one, and says that it opens only once it is kept.
const AGAIN_MS = 180000;
const ANSWER_MS = 60000;
const WHO = "luoshu-desk-person";

/** Keeps this page for opening without signal, again when it has changed; says on the page how it stands. */
export async function startOffline(desk) {
  const note = document.querySelector("[data-offline-note]");
  const says = (kept, words) => {
    if (!note) return;
    note.textContent = words;
    note.dataset.kept = String(kept);
  };
  if (!("serviceWorker" in navigator) || !isSecureContext) return says(false, desk.words.offline_not);
  try {
    await forgetOthers(desk.person);
    await navigator.serviceWorker.register("/desk/worker.js", { scope: "/desk" });
    const { active } = await navigator.serviceWorker.ready;
    const keep = async (anew) => {
      if (await kept(active, anew)) says(true, desk.words.offline_can);
      return note?.dataset.kept === "true";
    };
    // loaded before the worker looked after it, or past it: then what it keeps is none or older than what is seen
    if (!(await keep(!navigator.serviceWorker.controller))) addEventListener("online", () => keep(true));
    keepChanges(keep);
  } catch {
    says(false, desk.words.offline_not);
  }
}

/** Asks the worker to keep this page with its files; gives whether it did. */
function kept(worker, anew) {
  return new Promise((answered) => {
    const line = new MessageChannel();
    line.port1.onmessage = (event) => answered(Boolean(event.data?.kept));
    setTimeout(() => answered(false), ANSWER_MS);
    worker.postMessage({ page: location.href.split("#")[0], files: needed(), anew }, [line.port2]);
  });
}

/** The files that this page needs: those it names, also the ones that are loaded only when they are wanted. */
function needed() {
  const named = [...document.querySelectorAll("script[src], link[rel=stylesheet]")].map((each) => each.src || each.href);
  const later = [...document.querySelectorAll("[data-script]")].map((each) => new URL(each.dataset.script, location).href);
  return [...new Set([...named, ...later])];
}

/** What has come in since is kept too: when the page is put away, and now and then while it is open. */
function keepChanges(keep) {
  let changed = false;
  const again = () => {
    if (!changed || !navigator.onLine) return;
    changed = false;
    keep(true).then((done) => (changed ||= !done));
  };
  document.addEventListener("luoshu:section", () => (changed = true));
  document.addEventListener("visibilitychange", () => document.hidden && again());
  setInterval(again, AGAIN_MS);
}

/** Forgets the pages that somebody else looked at in this browser before. */
async function forgetOthers(person) {
  let before = null;
  try {
    before = localStorage.getItem(WHO);
    localStorage.setItem(WHO, person);
  } catch {
    return; // nothing is stored here, so nothing is known of anybody
  }
  if (before !== null && before !== person) await forgetPages();
}

/** Forgets all pages that were kept. */
export async function forgetPages() {
  navigator.serviceWorker?.controller?.postMessage({ forget: true });
  if (window.caches) for (const name of await caches.keys()) await caches.delete(name);
}
