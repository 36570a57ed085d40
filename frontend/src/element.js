// Elements of the page made in one line: el("button", { type: "button", "aria-pressed": "false", onclick }, "words").

/** An element with properties (names with a dash are attributes) and children; what is empty is left out. */
export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name === "data") Object.assign(made.dataset, value);
    else if (name.includes("-") || ["role", "for", "list", "colspan", "scope"].includes(name)) made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== "" && child !== false));
  return made;
}

/** Says a sentence for a few seconds, also to who cannot see it. */
export function toast(words) {
  document.querySelector(".toast")?.remove();
  const box = el("div", { className: "toast", role: "alert" }, words);
  document.body.append(box);
  setTimeout(() => box.remove(), 6000);
}

/** Whether keys typed now are letters of a field. */
export function typing(target) {
  return Boolean(target?.closest?.("input:not([type=checkbox], [type=radio], [type=range]), select, textarea, dialog[open]"));
}

/** `{name}` in a sentence of the page's words. */
export function filled(words, values) {
  return (words ?? "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Whether somebody has asked for less motion. */
export function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Sentences one after the other, each with its full stop, in the manner of the page's language. */
export function sentences(...parts) {
  const zh = document.documentElement.lang.startsWith("zh");
  return parts.filter(Boolean).map((each) => (/[.。!！?？…:：]$/.test(each) ? each : each + (zh ? "。" : "."))).join(zh ? "" : " ");
}
