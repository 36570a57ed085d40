// Before and after on one map: a line that is dragged over it, and a button that shows the book's own as long as it is
// held.
import { el } from "./element.js";

export function compareBar(whatIf) {
  const { words, atlas, subject } = whatIf;
  const hold = el("button", { type: "button", "aria-pressed": "false" }, words.hold_before);
  const slide = el("input", { type: "range", min: "0", max: "100", value: "0", step: "1", "aria-label": words.slide });
  const only = el("input", { type: "checkbox" });
  const line = el("span", { className: "compare-line", "aria-hidden": "true", hidden: true }, el("i", {}, words.before), el("i", {}, words.after));
  const bar = el(
    "div",
    { className: "compare", hidden: true },
    hold,
    el("label", { className: "slide" }, el("span", {}, words.slide), slide),
    el("label", {}, only, words.only_changed),
  );
  atlas.stage.append(line);
  (atlas.figure.querySelector(".try-bar") ?? atlas.canvas).after(bar);
  const banner = el("span", { className: "trial-banner", "aria-hidden": "true" }, `${words.what_if} · ${words.not_written}`);
  atlas.canvas.append(banner);

  const split = () => {
    const share = Number(slide.value) / 100;
    line.hidden = share === 0 || bar.hidden;
    line.style.left = `${100 * share}%`;
    subject.homes()?.set({ split: bar.hidden ? 2 : share === 0 ? -2 : share * 2 - 1 });
  };
  const held = (on) => {
    hold.setAttribute("aria-pressed", String(on));
    if (on) subject.homes()?.set({ split: 2 });
    else split();
  };
  slide.addEventListener("input", split);
  only.addEventListener("change", () => subject.homes()?.set({ changed: only.checked }));
  hold.addEventListener("pointerdown", (event) => {
    hold.setPointerCapture(event.pointerId);
    held(true);
  });
  for (const end of ["pointerup", "pointercancel", "blur"]) hold.addEventListener(end, () => held(false));
  hold.addEventListener("keydown", (event) => {
    if ([" ", "Enter"].includes(event.key)) {
      event.preventDefault();
      held(true);
    }
  });
  hold.addEventListener("keyup", () => held(false));
  hold.addEventListener("contextmenu", (event) => event.preventDefault());

  return {
    shown(on) {
      bar.hidden = !on;
      if (!on) only.checked = false;
      split();
    },
    remove() {
      for (const part of [bar, line, banner]) part.remove();
    },
  };
}
