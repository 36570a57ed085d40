// The replay: the incident as it stood after each entry, by slider, by key, or running at a speed.
import { typing } from "./element.js";

export function startReplay(page) {
  const box = page.querySelector("[data-replay]");
  const told = page.getElementById?.("replay-frames");
  if (!box || !told) return;
  new Replay(box, JSON.parse(told.textContent));
}

class Replay {
  constructor(box, data) {
    Object.assign(this, { box, data, place: data.frames.length - 1, timer: null });
    this.slider = box.querySelector("input[type=range]");
    this.slider.max = String(Math.max(0, data.frames.length - 1));
    this.stage = box.querySelector("[data-stage]");
    this.play = box.querySelector("[data-replay-action=play]");
    this.speed = box.querySelector("select[name=speed]");
    this.slider.addEventListener("input", () => this.show(Number(this.slider.value)));
    this.play.addEventListener("click", () => (this.timer ? this.stop() : this.start()));
    box.querySelectorAll("[data-step]").forEach((button) =>
      button.addEventListener("click", () => this.step(Number(button.dataset.step))),
    );
    box.querySelectorAll("[data-go]").forEach((row) =>
      row.addEventListener("click", () => this.show(this.placeOf(Number(row.dataset.go)))),
    );
    document.addEventListener("keydown", (event) => this.key(event));
    const asked = Number(new URLSearchParams(location.hash.slice(1)).get("entry"));
    this.show(asked ? this.placeOf(asked) : 0);
    box.querySelectorAll("[hidden][data-live-only]").forEach((each) => (each.hidden = false));
  }

  placeOf(number) {
    const found = this.data.frames.findIndex((frame) => frame.number >= number);
    return found < 0 ? this.data.frames.length - 1 : found;
  }

  key(event) {
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const steps = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10 };
    if (event.target === this.slider && event.key.startsWith("Arrow")) return;
    if (steps[event.key]) this.step(steps[event.key]);
    else if (event.key === " " && event.target.tagName !== "BUTTON") this.timer ? this.stop() : this.start();
    else if (event.key === "Home") this.show(0);
    else if (event.key === "End") this.show(this.data.frames.length - 1);
    else return;
    event.preventDefault();
  }

  step(by) {
    this.stop();
    this.show(this.place + by);
  }

  start() {
    if (this.place >= this.data.frames.length - 1) this.show(0);
    this.play.setAttribute("aria-pressed", "true");
    this.play.textContent = this.play.dataset.stop;
    const next = () => {
      if (this.place >= this.data.frames.length - 1) return this.stop();
      this.show(this.place + 1);
      this.timer = setTimeout(next, this.pause());
    };
    this.timer = setTimeout(next, this.pause());
  }

  /** The true pause between two entries, shortened by the speed; never so long that it seems to stand. */
  pause() {
    const { frames } = this.data;
    const gap = Date.parse(frames[this.place + 1]?.at) - Date.parse(frames[this.place]?.at);
    return Math.min(2500, Math.max(150, (gap || 0) / Number(this.speed?.value || 600)));
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = null;
    this.play.setAttribute("aria-pressed", "false");
    this.play.textContent = this.play.dataset.play;
  }

  show(place) {
    const { frames } = this.data;
    this.place = Math.max(0, Math.min(frames.length - 1, place));
    const frame = frames[this.place];
    if (!frame) return;
    this.slider.value = String(this.place);
    this.slider.setAttribute("aria-valuetext", frame.time);
    for (const slot of this.box.querySelectorAll("[data-frame]")) {
      const value = frame[slot.dataset.frame] ?? "";
      if (slot.textContent !== String(value)) slot.textContent = value;
    }
    for (const slot of this.box.querySelectorAll("[data-frame-list]")) {
      // most rows stand in many frames: a frame names them by their place
      this.list(slot, (frame[slot.dataset.frameList] ?? []).map((place) => this.data.rows[place]));
    }
    for (const row of this.box.querySelectorAll("[data-go]")) {
      const number = Number(row.dataset.go);
      row.classList.toggle("past", number < frame.number);
      row.classList.toggle("now", number === frame.number);
    }
    this.box.querySelector("[data-go].now")?.scrollIntoView?.({ block: "nearest" });
    const level = this.box.querySelector("[data-frame-level]");
    if (level) level.dataset.level = frame.level_code ?? "";
    remember(frame.number);
  }

  list(slot, rows) {
    slot.replaceChildren(
      ...rows.map((row) => {
        const line = document.createElement("li");
        line.dataset.state = row.state ?? "";
        const what = Object.assign(document.createElement("span"), { textContent: row.text, className: "what" });
        const state = Object.assign(document.createElement("span"), { textContent: row.says ?? "", className: row.state ? "state" : "note" });
        if (row.state) state.dataset.state = row.state;
        line.append(what, state);
        return line;
      }),
    );
  }
}

/** The address names the entry, so that it can be sent to others; a page opened from a folder may not allow it. */
function remember(number) {
  try {
    history.replaceState(null, "", `#entry=${number}`);
  } catch {
    // the replay goes on without it
  }
}
