// Lets the pages of the desk open without signal: the network always comes first, what was last seen is the way out.
// Only pages that the person has looked at are kept, only while they are logged in, and never an answer to an act.
const NAME = "luoshu-desk-1";
const MOST_PAGES = 40;
const PAGE = /^\/desk($|\/incidents\/[^/]+$)/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const page = request.mode === "navigate" && PAGE.test(url.pathname);
  const built = url.pathname.startsWith("/static/built/");
  if (page || built) event.respondWith(networkFirst(request, page));
});

// The first page that somebody opens was loaded before this script was there: it asks to be kept, with what it needs.
self.addEventListener("message", (event) => {
  const wanted = (event.data?.keep ?? []).map((href) => new URL(href)).filter((url) => url.origin === self.location.origin);
  event.waitUntil?.(Promise.all(wanted.filter(kept).map(keep)));
});

/** Whether a page or a file is one of those that are kept. */
function kept(url) {
  return PAGE.test(url.pathname) || url.pathname.startsWith("/static/built/");
}

async function keep(url) {
  const answer = await fetch(url.href, { credentials: "same-origin", headers: { accept: "text/html,*/*" } }).catch(() => null);
  if (answer?.ok && !answer.redirected) await (await caches.open(NAME)).put(plain(url.href), answer);
}

async function networkFirst(request, page) {
  const cache = await caches.open(NAME);
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) {
      await cache.put(plain(request.url), answer.clone());
      if (page) await trim(cache);
    } else if (page && (answer.status === 401 || answer.status === 403)) {
      await cache.delete(plain(request.url)); // no longer this person's to see
    }
    return answer;
  } catch (error) {
    const found = await cache.match(plain(request.url), { ignoreVary: true });
    if (found) return found;
    throw error;
  }
}

/** The address without what only tells what was just done. */
function plain(href) {
  const url = new URL(href);
  for (const name of ["entered", "undone"]) url.searchParams.delete(name);
  return url.href;
}

async function trim(cache) {
  const keys = (await cache.keys()).filter((each) => !new URL(each.url).pathname.startsWith("/static/"));
  for (const old of keys.slice(0, Math.max(0, keys.length - MOST_PAGES))) await cache.delete(old);
}
