// The strip of a drill that is played live: its moment runs on every page, in step with the server.
import { deskNow, keepTo } from "./moment.js";

const ASK_MS = 5000;
const AFTER_ENTRY_MS = 700;
const TURN_MS = 500;

function draw(strip, told) {
  strip.dataset.drillState = told.state;
  const turn = strip.querySelector("[data-drill-turn]");
  turn.hidden = !told.turn;
  turn.textContent = told.turn;
  if (told.turn) turn.href = told.href;
}

/** Keeps the page's moment to that of the drill, where one is played. */
export function startDrill(desk) {
  if (!desk?.drill) return;
  keepTo(desk.drill);
  const strip = document.querySelector(".drill-strip");
  const shown = strip?.querySelector("[data-drill-now]");
  const format = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "short", timeZone: "Asia/Shanghai" });
  const turn = () => shown && (shown.textContent = format.format(deskNow()));
  let asking = 0;
  const ask = async () => {
    clearTimeout(asking);
    if (!document.hidden) {
      try {
        const answer = await fetch("/desk/drill/moment", { cache: "no-store" });
        const told = answer.ok ? await answer.json() : null;
        if (told) keepTo(told);
        if (told && strip) draw(strip, told);
      } catch {
        // no line: the moment runs on as it was told last
      }
    }
    asking = setTimeout(ask, ASK_MS);
  };
  document.addEventListener("luoshu:entry", () => {
    clearTimeout(asking);
    asking = setTimeout(ask, AFTER_ENTRY_MS);
  });
  setInterval(turn, TURN_MS);
  ask();
}
