// The ledger's questions as plain functions: does a row pass, which of two comes first, what does an address ask for.

export const NAMES = ["q", "owner", "chapter", "verdict", "group", "sort"];

/** Text as it is compared: full-width forms made plain, case and spaces gone. */
export function plain(text) {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
}

/** The words asked for; each must stand in a row. */
export function asked(query) {
  return query.split(/\s+/).map(plain).filter(Boolean);
}

/**
 * Whether a row passes. `row`: {text (already plain), owners, chapter, verdict}; `wanted`: {q, owner, chapter, verdict},
 * where an empty one asks for nothing.
 */
export function passes(row, wanted) {
  if (wanted.owner && !row.owners.includes(wanted.owner)) return false;
  if (wanted.chapter && row.chapter !== wanted.chapter) return false;
  if (wanted.verdict && row.verdict !== wanted.verdict) return false;
  return asked(wanted.q ?? "").every((word) => row.text.includes(word));
}

/** Orders two cells' values: numbers as numbers, days as days, words by the language; what is not known comes last. */
export function compare(one, other, direction = 1, language = "zh-CN") {
  if (one === "" || other === "") return one === other ? 0 : one === "" ? 1 : -1;
  const [a, b] = [Number(one), Number(other)];
  if (!Number.isNaN(a) && !Number.isNaN(b)) return (a - b) * direction;
  return one.localeCompare(other, language, { numeric: true }) * direction;
}

/** What an address asks for: its query first, then its fragment (a page opened from a folder keeps it there). */
export function readAddress(search, hash) {
  const found = {};
  for (const part of [new URLSearchParams(search), new URLSearchParams(hash.replace(/^#/, ""))]) {
    for (const name of NAMES) if (part.has(name)) found[name] = part.get(name);
  }
  return found;
}

/** `params` with the ledger's names set to `wanted` and empty ones left out; others stay as they are. */
export function writeAddress(params, wanted) {
  const made = new URLSearchParams(params);
  for (const name of NAMES) {
    if (wanted[name]) made.set(name, wanted[name]);
    else made.delete(name);
  }
  return made.toString();
}

/** Fills the {names} of a sentence. */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
