// Whom a place reaches: asked of the server, or, in a published site, read from the homes whose nearest place it is.
import { el } from "./element.js";
import { figure, FAR } from "./classes.js";

/** Draws what one row brings, and says its figures in the window that is open. */
export async function around(subject, layer, one, content) {
  const address = subject.group.around
    .replace("{table}", encodeURIComponent(layer.table))
    .replace("{id}", encodeURIComponent(one.id));
  subject.asking?.abort();
  const asking = (subject.asking = new AbortController());
  const busy = el("p", { className: "note busy", role: "status" }, subject.words.asking);
  content.append(busy);
  let found;
  try {
    const answer = await fetch(address, { signal: asking.signal });
    if (answer.ok) found = await answer.json();
  } catch {
    // another place was picked, or the server is gone: the window says what is known already
  }
  busy.remove();
  if (asking.signal.aborted || !found) return;
  subject.reach.fill({ geojson: found });
  content.append(...figures(found.figures ?? [], found.estimate && !layer.estimate && subject.words.estimate));
  for (const note of found.notes ?? []) content.append(el("p", { className: "note" }, note));
}

/** The homes whose nearest place this is: the others fade, and their people are added up. */
export function nearestTo(subject, layer, index, content) {
  const homes = subject.homes();
  if (!homes || homes.layer.nearest?.layer !== layer.id) return;
  homes.set({ focus: index });
  const { language } = subject.atlas.data;
  const sums = sumNearest(homes.data, homes.layer, index);
  const list = sums.map(({ label, unit, all, inside }) => {
    const text = (count) => `${figure(Math.round(count), language)}${/^[A-Za-z]/.test(unit) ? " " : ""}${unit}`;
    return { label, text: inside === undefined ? text(all) : `${text(inside)} / ${text(all)}` };
  });
  const limit = homes.layer.limit;
  const unit = `${/^[A-Za-z]/.test(homes.layer.unit) ? " " : ""}${homes.layer.unit}`;
  const says = limit === null ? subject.words.nearest_all : subject.words.nearest;
  content.append(el("p", { className: "note" }, says.replace("{limit}", `${limit}${unit}`)));
  content.append(...figures(list, homes.layer.estimate && !layer.estimate && subject.words.estimate));
}

/** People of every group whose nearest place is number `index`: all of them, and those within the promise's limit. */
export function sumNearest(points, layer, index) {
  const nearest = points.columns[layer.nearest.column];
  const value = points.columns[layer.measure];
  const unit = layer.columns.find((column) => column.name === layer.weight)?.unit;
  const groups = layer.columns.filter((column) => column.numeric && column.unit === unit && column.name !== layer.measure);
  const sums = groups.map((column) => ({ label: column.label, unit, column: points.columns[column.name], all: 0, inside: 0 }));
  for (let at = 0; at < points.count; at += 1) {
    if (nearest[at] !== index || !(value[at] < FAR)) continue;
    for (const sum of sums) {
      const people = sum.column?.[at];
      if (!(people > 0)) continue;
      sum.all += people;
      if (value[at] <= layer.limit) sum.inside += people;
    }
  }
  return sums.map(({ label, all, inside }) => ({ label, unit, all, inside: layer.limit === null ? undefined : inside }));
}

function figures(list, estimate) {
  if (!list.length) return [];
  const rows = list.flatMap((one) => [el("dt", {}, one.label), el("dd", {}, one.text)]);
  return [el("dl", { className: "reached" }, ...rows), ...(estimate ? [el("span", { className: "badge estimate" }, estimate)] : [])];
}
