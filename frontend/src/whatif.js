// Trying things out on the map: the gestures that make changes, and the question to the server after each of them.
// Every gesture has a key: the edit's letter, arrows to move the map under the cross, Enter to act there, Esc to stop.
import { bytes, decode } from "./pointfile.js";
import { el, filled, toast, sentences } from "./element.js";
import { TriedPlaces } from "./triedplaces.js";
import { askFields } from "./tryform.js";
import { TrialPanel } from "./trialpanel.js";
import { readBack, Trial, written } from "./trial.js";

const PATIENCE = 6; // times that a busy server is asked again

export class WhatIf {
  constructor(subject, about) {
    this.subject = subject;
    this.about = about;
    this.words = subject.words;
    this.atlas = subject.atlas;
    this.view = subject.view;
    this.trial = readBack(this.atlas.state.what);
    this.kept = new Map(); // layers as they are in the book, by id
    this.bar = this.makeBar();
    this.places = new TriedPlaces(subject, about.edits);
    this.panel = new TrialPanel(this);
    this.card = el("div", { className: "map-card", hidden: true });
    this.atlas.canvas.append(this.card);
    this.press = (event) => this.grab(event);
    this.view.on("mousedown", this.press);
    this.view.on("touchstart", this.press);
    if (this.trial.changes.length) this.ask();
  }

  makeBar() {
    const buttons = this.about.edits.map((edit) => {
      const key = edit.key && el("kbd", {}, edit.key.toUpperCase());
      const shown = { type: "button", className: `try try-${edit.do}`, title: edit.hint, "aria-pressed": "false" };
      const button = el("button", { ...shown, "aria-keyshortcuts": edit.key, data: { edit: name(edit) } }, edit.label, key);
      button.addEventListener("click", () => (this.mode === edit ? this.stop() : this.start(edit)));
      return button;
    });
    const title = el("span", { className: "try-title" }, this.words.what_if);
    const bar = el("div", { className: "try-bar", role: "toolbar", "aria-label": this.words.what_if }, title, ...buttons);
    this.atlas.canvas.after(bar);
    return bar;
  }

  start(edit) {
    this.stop();
    this.mode = edit;
    this.atlas.popup.remove();
    for (const button of this.bar.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.edit === name(edit)));
    }
    for (const id of edit.layers ?? []) {
      const layer = this.subject.layers.find((one) => one.id === id);
      if (layer && !this.subject.on.has(id)) this.subject.turn(layer, true);
    }
    this.say(edit.hint);
    this.atlas.canvas.classList.add("aiming");
    this.view.getCanvas().focus({ preventScroll: true });
  }

  /** Ends the gesture that has begun; what was changed stays. */
  stop() {
    this.mode = undefined;
    this.first = undefined;
    this.carried = undefined;
    this.card.hidden = true;
    this.pin(undefined);
    this.atlas.canvas.classList.remove("aiming");
    this.view.dragPan.enable();
    for (const button of this.bar.querySelectorAll("button")) button.setAttribute("aria-pressed", "false");
  }

  /** A line over the map that says what to do. */
  say(words) {
    const cancel = el("button", { type: "button", className: "tool" }, this.words.cancel);
    cancel.addEventListener("click", () => this.stop());
    const keys = el("span", { className: "note" }, this.words.aim);
    this.card.replaceChildren(el("p", { role: "status" }, words), keys, cancel);
    this.card.hidden = false;
  }

  key(event) {
    const undoing = event.ctrlKey || event.metaKey;
    if (undoing && event.key.toLowerCase() === "z") {
      this.set(event.shiftKey ? this.trial.redo() : this.trial.undo());
      return true;
    }
    if (undoing && event.key.toLowerCase() === "y") {
      this.set(this.trial.redo());
      return true;
    }
    if (undoing || event.altKey) return false;
    if (event.key === "Escape" && this.mode) {
      this.stop();
      return true;
    }
    if (event.key === "Enter" && this.mode && event.target === this.view.getCanvas()) {
      this.act(this.view.getCenter());
      return true;
    }
    const edit = this.about.edits.find((one) => one.key && one.key === event.key.toLowerCase());
    if (!edit) return false;
    this.start(edit);
    return true;
  }

  click(event) {
    if (!this.mode) return false;
    this.act(event.lngLat);
    return true;
  }

  over() {
    return Boolean(this.mode);
  }

  /** Begins to drag a place. */
  grab(event) {
    if (this.mode?.gesture !== "drag" || this.carried) return;
    const found = this.pickable(event.point);
    if (!found) return;
    event.preventDefault();
    this.carried = found;
    const follow = (moved) => this.pin(moved.lngLat);
    const [moves, ends] = event.type === "touchstart" ? ["touchmove", "touchend"] : ["mousemove", "mouseup"];
    this.view.on(moves, follow);
    this.view.once(ends, (ended) => {
      this.view.off(moves, follow);
      const far = Math.hypot(ended.point.x - event.point.x, ended.point.y - event.point.y) > 4;
      if (far) this.moveTo(ended.lngLat);
      else this.carry(found);
    });
  }

  pickable(point) {
    const found = this.subject.under(point, 20, (layer) => (this.mode.layers ?? []).includes(layer.id));
    if (!found) return undefined;
    const one = found.marks.about(found.at, found.feature);
    return one.id ? one : undefined;
  }

  /** A place is picked and will be put where the next click is: dragging without dragging. */
  carry(one) {
    this.carried = one;
    this.justCarried = true;
    setTimeout(() => (this.justCarried = false), 50); // the click that ends the same press is not the second one
    this.say(filled(this.words.carry, { name: one.name || one.id }));
  }

  act(at) {
    const edit = this.mode;
    if (edit.gesture === "point") return this.ask_(edit, { [edit.at.x ?? "x"]: at.lng, [edit.at.y ?? "y"]: at.lat }, at);
    if (edit.gesture === "line") return this.line(edit, at);
    if (edit.gesture === "drag") {
      if (this.justCarried) return undefined;
      if (this.carried) return this.moveTo(at);
      const found = this.pickable(this.view.project(at));
      return found ? this.carry(found) : this.say(edit.hint);
    }
    const found = this.pickable(this.view.project(at));
    if (!found) return this.say(edit.hint);
    return this.change(edit, { id: found.id, ...edit.row }, found.name || found.id);
  }

  moveTo(at) {
    const { carried, mode } = this;
    if (!carried) return;
    this.change(mode, { id: carried.id, ...mode.row, ...round({ [mode.at.x ?? "x"]: at.lng, [mode.at.y ?? "y"]: at.lat }) }, carried.name || carried.id);
  }

  line(edit, at) {
    if (!this.first) {
      this.first = at;
      this.pin(at);
      return this.say(this.words.second_point);
    }
    const [from, to] = [this.first, at];
    const ends = `LINESTRING (${[from, to].map((one) => `${one.lng.toFixed(6)} ${one.lat.toFixed(6)}`).join(", ")})`;
    const { wkt, x, y, x2, y2 } = edit.at;
    const places = wkt ? { [wkt]: ends } : { [x]: from.lng, [y]: from.lat, [x2]: to.lng, [y2]: to.lat };
    return this.ask_(edit, places, at);
  }

  /** Asks what has to be known of a new row, and then adds it. */
  ask_(edit, places, at) {
    const add = (values) => this.change(edit, { id: this.trial.newId(), ...edit.row, ...values, ...round(places) }, values.name ?? "");
    this.pin(at);
    if (!edit.fields?.length) return add({});
    return askFields(this, edit, add);
  }

  /** A mark where something is about to be. */
  pin(at) {
    this.pinned?.remove();
    this.pinned = undefined;
    if (!at) return;
    const mark = el("span", { className: "map-pin", "aria-hidden": "true" });
    const place = () => {
      const { x, y } = this.view.project(at);
      mark.style.transform = `translate(${x}px, ${y}px)`;
    };
    place();
    this.atlas.stage.append(mark);
    this.view.on("move", place);
    this.pinned = { remove: () => (mark.remove(), this.view.off("move", place)) };
  }

  change(edit, row, said) {
    const own = { edit: name(edit), table: edit.table, said };
    const emptied = edit.do === "close" && Object.keys(edit.row ?? {}).length === 0;
    this.stop();
    this.set(this.trial.add(emptied ? { ...own, remove: row.id } : { ...own, row }));
  }

  /** A change in words of the page's language: "new place X". */
  wordsOf(change) {
    const edit = this.about.edits.find((one) => name(one) === change.edit);
    return [edit?.label ?? change.edit, change.said].filter(Boolean).join(" · ");
  }

  set(trial) {
    if (trial === this.trial) return;
    this.trial = trial;
    this.atlas.remember({ what: written(trial) });
    if (trial.changes.length) this.ask();
    else this.reset();
  }

  /** All as the book says. */
  reset() {
    this.asking?.abort();
    this.answer = undefined;
    this.restore();
    this.places.draw([]);
    this.panel.draw();
    this.subject.legend.draw();
  }

  restore() {
    this.subject.homes()?.gl?.setAfter(null);
    for (const drawn of this.subject.drawn.values()) drawn.setAfter?.(null);
    for (const [id, points] of this.kept) this.subject.drawn.get(id)?.fill({ points });
    this.kept.clear();
  }

  /** Asks the server what all changes together bring; the newest question wins. */
  async ask() {
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    this.panel.busy();
    const body = JSON.stringify(this.trial.body(this.subject.group.commitment, this.subject.group.day));
    const sent = { method: "POST", body, headers: { "content-type": "application/json" }, signal: asking.signal };
    try {
      let answer = await fetch(this.about.href, sent);
      for (let again = 0; answer.status === 503 && again < PATIENCE; again += 1) {
        const seconds = Number(answer.headers.get("retry-after")) || 1;
        await new Promise((done) => setTimeout(done, 1000 * seconds));
        answer = await fetch(this.about.href, sent);
      }
      const found = await answer.json();
      if (!answer.ok) throw Object.assign(new Error(answer.status), { says: found.error });
      if (!asking.signal.aborted) this.take(found);
    } catch (error) {
      if (asking.signal.aborted) return;
      const { says, mend } = error.says ?? {};
      toast(sentences(says, mend) || this.words.no_answer);
      this.panel.draw();
    }
  }

  take(answer) {
    this.answer = answer;
    this.places.draw(this.trial.changes, this.kept);
    for (const [id, text] of Object.entries(answer.layers ?? {})) {
      const marks = this.subject.drawn.get(id);
      if (!marks?.gl) continue;
      const points = decode(bytes(text));
      const values = points.columns[marks.layer.measure];
      const same = marks.layer.role === "homes" && values?.length === marks.data.count;
      if (same) marks.gl.setAfter(values);
      else if (points.lon) {
        if (!this.kept.has(id)) this.kept.set(id, marks.data);
        marks.fill({ points });
        marks.shown(this.subject.on.has(id));
      }
    }
    for (const [id, values] of Object.entries(answer.values ?? {})) this.subject.drawn.get(id)?.setAfter?.(values);
    this.panel.draw();
    this.subject.legend.draw();
  }

  leave() {
    this.stop();
    this.asking?.abort();
    this.view.off("mousedown", this.press);
    this.view.off("touchstart", this.press);
    this.places.remove();
    this.bar.remove();
    this.card.remove();
    this.panel.remove();
  }
}

function name(edit) {
  return `${edit.do}-${edit.table}`;
}

/** Degrees to a tenth of a metre. */
function round(places) {
  return Object.fromEntries(
    Object.entries(places).map(([key, value]) => [key, typeof value === "number" ? Math.round(value * 1e6) / 1e6 : value]),
  );
}
