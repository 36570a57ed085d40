// What a small window says of one feature: its name, its figures with their units, and that they are estimates.
import { FAR, figure, SHARE } from "./classes.js";
import { el } from "./element.js";

/** The content of the window; `around` and others may add to it. */
export function popupOf(subject, layer, one) {
  const { words } = subject;
  const { language } = subject.atlas.data;
  const rows = layer.columns
    .filter((column) => column.name in one.values && column.name !== layer.nearest?.column)
    .map((column) => [column, shown(one.values[column.name], column, one.values, words, language)])
    .filter(([, text]) => text !== "");
  const list = el("dl", {}, ...rows.flatMap(([column, text]) => [el("dt", {}, column.label), el("dd", {}, text)]));
  if (one.after !== undefined && layer.measure) {
    const column = layer.columns.find((each) => each.name === layer.measure);
    const text = shown(one.after, column, {}, words, language);
    list.append(el("dt", {}, words.after), el("dd", { className: "after" }, text));
  }
  const badge = layer.estimate && el("span", { className: "badge estimate" }, words.estimate);
  const head = el("p", { className: "popup-head" }, el("strong", {}, one.name || layer.name), badge);
  return el("div", { className: "popup-card" }, head, rows.length || one.after !== undefined ? list : undefined);
}

/** One figure in words: out of reach and not known are said, never shown as a number. */
export function shown(value, column, values, words, language) {
  if (values?.[`${column.name}_beyond`] || (typeof value === "number" && value >= FAR)) return words.out_of_reach;
  if (value === null || value === undefined || Number.isNaN(value)) return column.numeric ? words.none : "";
  if (typeof value !== "number") return String(value);
  const unit = column.unit ?? "";
  if (unit === SHARE) return `${figure(100 * value, language)}%`;
  if (!unit && Number.isInteger(value) && value >= 1000 && value < 3000) return String(value); // a year
  return `${figure(value, language)}${/^[A-Za-z]/.test(unit) ? " " : ""}${unit}`;
}
