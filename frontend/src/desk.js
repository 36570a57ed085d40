// The pages of the desk: what is new appears by itself, what is pressed is kept until the desk has it.
import { startActs } from "./acts.js";
import { startBoard } from "./board.js";
import { startCountdowns } from "./countdown.js";
import { startDrill } from "./drill.js";
import { startLive } from "./live.js";
import { startPasteFile } from "./pastefile.js";
import { startScan } from "./scan.js";
import { startReplay } from "./replay.js";
import { startTray } from "./tray.js";

async function start() {
  const told = document.getElementById("desk-told");
  const desk = told ? JSON.parse(told.textContent) : null;
  startDrill(desk);
  startCountdowns(document);
  startReplay(document);
  startScan(document);
  startPasteFile(document);
  if (desk?.live) {
    desk.outbox = await startTray(desk);
    startActs(desk);
    startLive(desk);
  }
  startBoard(document, desk);
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
