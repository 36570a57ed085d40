// Lets the pages of the desk open without signal: the network comes first, what was last seen is the way out.
// Only pages that the person has looked at are kept, only while they are logged in, and never an answer to an act.
const NAME = "luoshu-desk-2";
const MOST_PAGES = 40;
const PATIENCE_MS = 5000; // one bar of signal is often none: after this, what was last seen is shown
const SHORT_MS = 400; // and after the first wait in vain the files of the page are not waited for again one by one
const DEAD_MS = 20000;
const PAGE = /^\/desk($|\/incidents\/[^/]+$)/;

let dead = 0; // until when the line is taken for dead
const writing = new Map(); // what is being kept right now, by address: who looks for it waits until it is there

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([self.clients.claim(), forgetOlder()])));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const page = request.mode === "navigate" && PAGE.test(url.pathname);
  if (page || isBuilt(url)) event.respondWith(networkFirst(event, page));
});

// A page asks to be kept with what it needs, and is told when it is: before that it does not open without signal.
self.addEventListener("message", (event) => {
  const { page, files, anew, forget } = event.data ?? {};
  if (forget) event.waitUntil(caches.delete(NAME)); // the page that says so may be gone before it could do it itself
  if (!page) return;
  event.waitUntil(keepAll(page, files ?? [], Boolean(anew)).then((kept) => event.ports[0]?.postMessage({ kept })));
});

function isBuilt(url) {
  return url.pathname.startsWith("/static/built/");
}

/** Keeps a page and its files; gives whether all of them are there. The page comes last: none is kept without its files. */
async function keepAll(page, files, anew) {
  const own = (href) => new URL(href, self.location.origin).origin === self.location.origin;
  const wanted = files.filter((href) => own(href) && isBuilt(new URL(href)));
  const kept = await Promise.all(wanted.map((href) => keep(href, false)));
  if (!kept.every(Boolean) || !own(page) || !PAGE.test(new URL(page).pathname)) return false;
  return keep(page, anew);
}

/** Keeps one address, where it is not wanted `anew` only if it is not kept yet; gives whether it is there. */
async function keep(href, anew) {
  const key = plain(href);
  await writing.get(key);
  if (!anew && (await kept(key))) return true;
  const answer = await fetch(href, { credentials: "same-origin", headers: { accept: "text/html,*/*" } }).catch(() => null);
  return Boolean(answer?.ok && !answer.redirected) && write(key, answer);
}

async function kept(key) {
  return (await caches.open(NAME)).match(key, { ignoreVary: true });
}

/** Writes an answer; gives whether it was written (a disk may be full). */
function write(key, answer) {
  const before = writing.get(key);
  const done = (async () => {
    await before; // the later answer is the one that stays
    try {
      const cache = await caches.open(NAME);
      await cache.put(key, answer);
      await trim(cache);
      return true;
    } catch {
      return false;
    } finally {
      if (writing.get(key) === done) writing.delete(key);
    }
  })();
  writing.set(key, done);
  return done;
}

async function networkFirst(event, page) {
  const key = plain(event.request.url);
  const network = fetch(event.request).then((answer) => {
    if (answer.ok && !answer.redirected) event.waitUntil(write(key, answer.clone()));
    else if (page && (answer.status === 401 || answer.status === 403)) event.waitUntil(forgetOne(key)); // no longer theirs
    return answer;
  });
  event.waitUntil(network.catch(() => null)); // it may still come, after what was last seen was shown
  const patience = Date.now() < dead ? SHORT_MS : PATIENCE_MS;
  const soon = await Promise.race([network.catch(() => null), after(patience)]);
  dead = soon ? 0 : Date.now() + DEAD_MS;
  if (soon) return soon;
  await writing.get(key);
  return (await kept(key)) ?? network;
}

function after(milliseconds) {
  return new Promise((go) => setTimeout(go, milliseconds));
}

/** The address without what only tells what was just done, and without the place on the page. */
function plain(href) {
  const url = new URL(href, self.location.origin);
  for (const name of ["entered", "undone"]) url.searchParams.delete(name);
  url.hash = "";
  return url.href;
}

async function forgetOne(key) {
  await (await caches.open(NAME)).delete(key, { ignoreVary: true });
}

async function forgetOlder() {
  for (const name of await caches.keys()) if (name.startsWith("luoshu-desk-") && name !== NAME) await caches.delete(name);
}

/** The pages that were seen longest ago go when there are too many. */
async function trim(cache) {
  const keys = (await cache.keys()).filter((each) => !isBuilt(new URL(each.url)));
  for (const old of keys.slice(0, Math.max(0, keys.length - MOST_PAGES))) await cache.delete(old, { ignoreVary: true });
}
