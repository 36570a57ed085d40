// The legend of a promise's layers, which is also their switches: what a colour means, how many people it stands for.
import { classOf, classWords, figure, hex, ramp, tally } from "./classes.js";
import { el, filled } from "./element.js";
import { palette } from "./marks.js";

export class Legend {
  constructor(subject) {
    this.subject = subject;
    this.words = subject.words;
    this.language = subject.atlas.data.language;
    const caption = subject.atlas.figure.querySelector("figcaption");
    this.own = caption.querySelector(".legend");
    this.box = caption.querySelector(".layers") ?? caption.appendChild(el("div", { className: "layers" }));
    this.own.hidden = true;
    this.tallies = new Map();
  }

  clear() {
    this.box.replaceChildren();
    this.own.hidden = false;
  }

  busy(words) {
    const says = el("p", { className: "note busy", role: "status" }, words);
    this.box.replaceChildren(says);
    return says;
  }

  draw() {
    const { on, layers } = this.subject;
    const kept = document.activeElement?.dataset?.layer;
    const order = ["homes", "unserved", "sites", "planned", "candidates", "barriers"];
    const place = (layer) => (order.indexOf(layer.role) + 1 || 99) + layers.indexOf(layer) / 1000;
    const sorted = [...layers].sort((one, other) => place(one) - place(other));
    this.box.replaceChildren(...sorted.map((layer) => this.entry(layer, on?.has(layer.id) ?? layer.on)));
    if (kept) this.box.querySelector(`[data-layer="${CSS.escape(kept)}"]`)?.focus();
  }

  entry(layer, on) {
    const box = el("input", { type: "checkbox", checked: on, data: { layer: layer.id } });
    box.addEventListener("change", () => this.subject.turn(layer, box.checked));
    const head = el(
      "label",
      { className: "layer-switch" },
      box,
      sign(layer),
      el("span", { className: "layer-name" }, layer.name),
      layer.count > 0 && el("span", { className: "note" }, figure(layer.count, this.language)),
      layer.estimate && el("span", { className: "badge estimate", title: this.words.estimate_says }, this.words.estimate),
    );
    const entry = el("section", { className: `layer role-${layer.role}${on ? "" : " off"}` }, head);
    if (on && layer.measure) entry.append(this.classes(layer));
    if (on && layer.role === "homes" && typeof layer.limit === "number") entry.append(this.onlyBeyond(layer));
    if (on && layer.downloads?.length) entry.append(this.downloads(layer));
    return entry;
  }

  classes(layer) {
    const colours = ramp(layer, palette()).map(hex);
    const words = classWords(layer, this.words);
    const counted = this.counted(layer);
    const marks = { candidates: "diamond", sites: "hollow", planned: "hollow", barriers: "hollow" };
    const shape = layer.shape === "points" ? (marks[layer.role] ?? "disc") : "area";
    const beyond = Math.max(1, layer.breaks.length);
    const items = words.map((text, at) => {
      const [none, extra] = [counted && !counted[at], at >= beyond];
      // the two classes at the end are only shown where there are any
      if (extra && (none || !counted)) return undefined;
      const kind = at === beyond && shape === "disc" ? "cross" : shape;
      const key = el("span", { className: `key-mark ${kind}`, "aria-hidden": "true" });
      key.style.setProperty("--key", colours[at]);
      const people = counted && el("span", { className: "number" }, this.people(counted[at], layer));
      return el("li", {}, key, el("span", {}, text), people);
    });
    const title = layer.breaks.length > 0 && layer.measure_label && el("p", { className: "note" }, layer.measure_label);
    return el("div", { className: "classes" }, title, el("ul", {}, ...items.filter(Boolean)));
  }

  people(count, layer) {
    const unit = layer.columns.find((column) => column.name === layer.weight)?.unit ?? "";
    const gap = /^[A-Za-z]/.test(unit) ? " " : "";
    return `${figure(Math.round(count), this.language)}${gap}${unit}`;
  }

  /** People (or places) of every class; of the figures that are seen, so after a what-if of those. */
  counted(layer) {
    const drawn = this.subject.drawn.get(layer.id);
    if (!drawn?.data) return undefined;
    const values = drawn.gl ? (drawn.gl.points.after ?? drawn.data.columns[layer.measure]) : drawn.values?.();
    if (!values) return undefined;
    const known = this.tallies.get(layer.id);
    if (known?.values === values) return known.counts;
    const counts = tally(values, drawn.weights(), layer);
    this.tallies.set(layer.id, { values, counts });
    return counts;
  }

  onlyBeyond(layer) {
    const box = el("input", { type: "checkbox", checked: this.subject.beyond != null });
    box.addEventListener("change", () => this.subject.onlyBeyond(box.checked ? layer.limit : null));
    const unit = /^[A-Za-z]/.test(layer.unit) ? ` ${layer.unit}` : layer.unit;
    const text = filled(this.words.only_beyond, { limit: `${layer.limit}${unit}` });
    return el("label", { className: "layer-switch sub" }, box, el("span", {}, text));
  }

  downloads(layer) {
    const links = layer.downloads.map((one) => el("a", { href: one.href, download: "" }, one.label));
    return el("p", { className: "note downloads" }, el("span", {}, this.words.download), ...links);
  }

  /** The class of a value in words: for small windows. */
  wordOf(layer, value) {
    return classWords(layer, this.words)[classOf(value, layer)];
  }
}

/** How the layer's features look, as a small drawing. */
function sign(layer) {
  const kinds = { sites: "mark", planned: "ring", candidates: "diamond", barriers: "square", homes: "dots", unserved: "dots" };
  const kind = layer.shape === "points" ? (kinds[layer.role] ?? "disc") : layer.shape === "lines" ? "stroke" : "area";
  return el("span", { className: `sign ${kind} of-${layer.role}`, "aria-hidden": "true" });
}
