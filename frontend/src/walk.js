// Where the reader's keys lead: plain functions.

/** The key of an event, or "" where it belongs to somebody else (a shortcut, a word being composed). */
export function plainKey(event) {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return "";
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

/**
 * The place of the next item that `accept` takes, from `at` by +1 or -1; -1 where there is none. With `round` the way
 * goes on at the other end; `at` itself is never the answer.
 */
export function step(items, at, by, accept = () => true, round = false) {
  const start = at < 0 ? (by > 0 ? -1 : items.length) : at;
  for (let count = 1; count <= items.length; count += 1) {
    const place = start + by * count;
    const next = round ? ((place % items.length) + items.length) % items.length : place;
    if (next < 0 || next >= items.length || next === at) return -1;
    if (accept(items[next])) return next;
  }
  return -1;
}
