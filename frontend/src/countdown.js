// Times that run: how long until something is due, or how long it is overdue, in the words that the page gives.
import { deskNow } from "./moment.js";

const EVERY_MS = 15000;

/** Keeps all `time[data-due]` and `time[data-ago]` of the page in step, also those that come later. */
export function startCountdowns(page) {
  const tick = () => page.querySelectorAll("time[data-due], time[data-ago]").forEach(show);
  tick();
  setInterval(tick, EVERY_MS);
  document.addEventListener("luoshu:section", tick);
}

function show(each) {
  const frozen = each.closest("[data-now]")?.dataset.now; // a replay, a published page: its own moment, not today's
  const now = frozen ? Date.parse(frozen) : deskNow();
  const minutes = Math.round((Date.parse(each.dateTime) - now) / 60000);
  const words = JSON.parse(document.getElementById("desk-told")?.textContent ?? "{}").words;
  if (!words) return;
  const said = each.dataset.due !== undefined ? due(minutes, words) : ago(-minutes, words);
  if (each.textContent !== said) each.textContent = said;
  if (each.dataset.due !== undefined) each.dataset.late = minutes < 0 ? "late" : minutes <= 30 ? "soon" : "";
}

/** "in 2 h 5 min" or "overdue by 20 min". */
export function due(minutes, words) {
  return minutes < 0 ? words.overdue.replace("{span}", span(-minutes, words)) : words.left.replace("{span}", span(minutes, words));
}

/** "5 min ago". */
export function ago(minutes, words) {
  return minutes < 1 ? words.just_now : words.ago.replace("{span}", span(minutes, words));
}

/** Minutes in at most two units. */
export function span(minutes, words) {
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  const parts = days ? [[days, words.days], [hours, words.hours]] : [[hours, words.hours], [rest, words.minutes]];
  const said = parts.filter(([count]) => count).map(([count, unit]) => unit.replace("{count}", count));
  return said.join(words.join) || words.minutes.replace("{count}", 0);
}
