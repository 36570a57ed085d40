// The board's own small things: sections as tabs on a phone, keys, the wall view, filters of lists.
import { el, typing } from "./element.js";

export function startBoard(page, desk) {
  const board = page.querySelector(".board");
  if (!board) return;
  const choose = startTabs(board);
  startKeys(board, choose);
  for (const button of page.querySelectorAll("[data-board-action=wall]")) {
    button.hidden = false;
    button.addEventListener("click", () => turnWall(board, button));
  }
  startMap(board);
  if (desk) document.addEventListener("luoshu:section", (event) => showFresh(event.detail));
}

/** On a narrow screen one section at a time, named in the address; on a wide one the same links scroll. */
function startTabs(board) {
  const tabs = [...board.querySelectorAll(".board-tabs a")];
  const choose = () => {
    const wanted = tabs.find((tab) => tab.hash === location.hash) ?? tabs[0];
    for (const tab of tabs) {
      const chosen = tab === wanted;
      if (chosen) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
      board.querySelector(tab.hash)?.classList.toggle("chosen", chosen);
    }
    board.classList.add("tabbed");
  };
  addEventListener("hashchange", choose);
  choose();
  return choose;
}

/** The live map is large: its script is fetched when the map is looked at, on a phone with its tab. */
function startMap(board) {
  const section = board.querySelector("[data-section=map]");
  if (!section || !window.IntersectionObserver) return;
  let loaded = false;
  const look = new IntersectionObserver((seen) => {
    const address = section.querySelector("figure[data-script]")?.dataset.script;
    if (!address || !seen.some((each) => each.isIntersecting)) return;
    look.disconnect();
    loaded = true;
    document.head.append(el("script", { src: address }));
  }, { rootMargin: "200px" });
  look.observe(section);
  // the map may come only with the first thing that has a place
  document.addEventListener("luoshu:section", (event) => {
    if (event.detail !== section || !section.querySelector("figure[data-script]")) return;
    look.unobserve(section);
    if (!loaded) look.observe(section);
  });
}

function startKeys(board, choose) {
  const links = [...board.querySelectorAll(".board-tabs a")];
  document.addEventListener("keydown", (event) => {
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const place = Number(event.key) - 1;
    if (event.key === "?") document.getElementById("board-keys")?.showModal();
    else if (links[place]) {
      location.hash = links[place].hash;
      choose(); // a section that is not shown yet takes no focus
      board.querySelector(links[place].hash)?.focus({ preventScroll: false });
    } else {
      const button = document.querySelector(`[data-key-press="${CSS.escape(event.key)}"]`);
      if (!button) return;
      button.click();
    }
    event.preventDefault();
  });
}

/** For the wall of the room: no forms, larger type, nothing to press. */
function turnWall(board, button) {
  const on = !board.classList.contains("wall");
  board.classList.toggle("wall", on);
  document.documentElement.classList.toggle("on-wall", on);
  button.setAttribute("aria-pressed", String(on));
  if (on) document.documentElement.requestFullscreen?.().catch(() => {});
  else if (document.fullscreenElement) document.exitFullscreen();
}

/** Counts in the tabs follow the sections. */
function showFresh(section) {
  const count = section.querySelector("[data-count]")?.dataset.count;
  const tab = document.querySelector(`.board-tabs a[href="#${CSS.escape(section.id)}"] .count`);
  if (tab && count !== undefined) tab.textContent = count === "0" ? "" : count;
}
