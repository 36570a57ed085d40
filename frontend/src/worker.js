// Lets the pages of the desk open without signal: the network always comes first, what was last seen is the way out.
// Only pages that the person has looked at are kept, only while they are logged in, and never an answer to an act.
const NAME = "luoshu-desk-1";
const MOST_PAGES = 40;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  const page = request.mode === "navigate" && /^\/desk($|\/incidents\/[^/]+$)/.test(url.pathname);
  const built = url.pathname.startsWith("/static/built/");
  if (page || built) event.respondWith(networkFirst(request, page));
});

async function networkFirst(request, page) {
  const cache = await caches.open(NAME);
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected) {
      await cache.put(plain(request), answer.clone());
      if (page) await trim(cache);
    } else if (page && (answer.status === 401 || answer.status === 403)) {
      await cache.delete(plain(request)); // no longer this person's to see
    }
    return answer;
  } catch (error) {
    const kept = await cache.match(plain(request));
    if (kept) return kept;
    throw error;
  }
}

/** The address without what only tells what was just done. */
function plain(request) {
  const url = new URL(request.url);
  for (const name of ["entered", "undone"]) url.searchParams.delete(name);
  return url.href;
}

async function trim(cache) {
  const keys = (await cache.keys()).filter((each) => !new URL(each.url).pathname.startsWith("/static/"));
  for (const old of keys.slice(0, Math.max(0, keys.length - MOST_PAGES))) await cache.delete(old);
}
