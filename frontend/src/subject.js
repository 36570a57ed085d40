// A promise on the map: its layers are fetched and drawn by their role, picked by click, key or name, and left again.
import { Areas } from "./areas.js";
import { around, nearestTo } from "./reaching.js";
import { layerData } from "./layerfile.js";
import { Legend } from "./legendlist.js";
import { Marks } from "./marks.js";
import { popupOf } from "./popup.js";
import { search } from "./search.js";
import { calm, toast } from "./element.js";
import { WhatIf } from "./whatif.js";

const POLL_MS = 2000;
const AFTER = { homes: 0, unserved: 1, units: 2, areas: 3, counties: 4, reach: 5, barriers: 6, candidates: 7, planned: 8, sites: 9 };

export class Subject {
  constructor(atlas, group) {
    this.atlas = atlas;
    this.group = group;
    this.words = atlas.words;
    this.view = atlas.view;
    this.section = document.querySelector(`section.subject[data-subject="${CSS.escape(group.commitment)}"]`);
    this.drawn = new Map(); // layer id -> Marks or Areas
    this.over_ = null;
    this.picked = null;
    this.reach = new Areas(this, { id: "around", name: "", shape: "polygons", role: "reach", breaks: [], columns: [] });
    this.legend = new Legend(this);
    this.load();
  }

  get layers() {
    return this.group.layers;
  }

  async load() {
    if (this.group.computing) await this.wait();
    if (this.left) return;
    const order = [...this.layers].sort((one, other) => (AFTER[one.role] ?? 5) - (AFTER[other.role] ?? 5));
    const asked = this.atlas.state.on;
    this.on = new Set(asked ?? order.filter((layer) => this.startsOn(layer)).map((layer) => layer.id));
    this.legend.draw();
    // small layers first, so that something is seen at once; each finds its own place among the others
    const wanted = order.filter((layer) => this.on.has(layer.id)).sort((one, other) => one.count - other.count);
    await Promise.all(wanted.map((layer) => this.show(layer)));
    if (this.left) return;
    search(this);
    if (this.group.what_if) this.whatIf = new WhatIf(this, this.group.what_if);
    this.legend.draw();
    if (this.atlas.state.pick) this.pickByName(this.atlas.state.pick);
    this.settle();
  }

  /** Draws all of the points once everything else is there. */
  settle() {
    this.view.once("idle", () => {
      for (const drawn of this.drawn.values()) drawn.whole?.();
      this.view.once("render", () => {
        if (!this.left) this.atlas.box.dataset.ready = this.group.commitment;
      });
      this.view.triggerRepaint();
    });
    this.view.triggerRepaint();
  }

  /** Homes say by themselves what shares by county and spots of the unserved say once more. */
  startsOn(layer) {
    const homes = this.layers.some((one) => one.role === "homes");
    return layer.on && !(homes && ["counties", "unserved"].includes(layer.role));
  }

  /** Asks again until the server has computed the layers. */
  async wait() {
    const says = this.legend.busy(this.words.computing);
    while (this.group.computing && !this.left) {
      await new Promise((done) => setTimeout(done, POLL_MS));
      try {
        const address = new URL("/map.json", location.href);
        address.search = new URLSearchParams({ day: this.group.day, language: this.atlas.data.language });
        const answer = await (await fetch(address)).json();
        const found = answer.groups.find((one) => one.commitment === this.group.commitment);
        if (found && !found.computing) Object.assign(this.group, found);
      } catch {
        // the server may be restarting: ask again
      }
    }
    says.remove();
    if (this.group.fault) toast(this.group.fault);
  }

  /** Draws a layer, fetching it the first time. */
  async show(layer) {
    this.on.add(layer.id);
    const drawn = this.drawn.get(layer.id);
    if (drawn) return drawn.shown(true);
    const made = layer.shape === "points" ? new Marks(this, layer) : new Areas(this, layer);
    this.drawn.set(layer.id, made);
    try {
      const data = await layerData(layer);
      if (!this.left) made.fill(data);
    } catch (error) {
      this.drawn.delete(layer.id);
      this.on.delete(layer.id);
      toast((this.words.layer_failed ?? "{name}").replace("{name}", layer.name));
      console.warn(error);
    }
  }

  hide(layer) {
    this.on.delete(layer.id);
    this.drawn.get(layer.id)?.shown(false);
  }

  async turn(layer, on) {
    if (on) await this.show(layer);
    else this.hide(layer);
    this.atlas.remember({ on: [...this.on] });
    this.legend.draw();
  }

  paint() {
    for (const drawn of [...this.drawn.values(), this.reach]) drawn.paint();
    this.legend.draw();
  }

  /** The marks of one role, loaded ones only. */
  byRole(role) {
    return [...this.drawn.values()].find((one) => one.layer.role === role && one.data);
  }

  homes() {
    return this.byRole("homes");
  }

  /** Only what lies beyond the promise's limit; null: all. */
  onlyBeyond(limit) {
    this.beyond = limit;
    this.homes()?.set({ over: limit });
  }

  /** What lies under the pointer: the uppermost place, or the nearest home; {marks, at} or undefined. */
  under(point, reach, takes = () => true) {
    const order = [...this.drawn.values()].filter((one) => one.data && this.on.has(one.layer.id) && takes(one.layer));
    order.sort((one, other) => (AFTER[other.layer.role] ?? 5) - (AFTER[one.layer.role] ?? 5));
    for (const marks of order) {
      if (!marks.find) continue;
      const at = marks.find(point, marks.small ? reach / 2 : reach);
      if (at >= 0) return { marks, at };
    }
    for (const area of order.filter((one) => !one.find)) {
      const feature = area.under(point);
      if (feature) return { marks: area, feature };
    }
    return undefined;
  }

  over(event) {
    const found = this.under(event.point, 14);
    const aiming = this.whatIf?.mode;
    this.view.getCanvas().style.cursor = aiming ? "crosshair" : found ? "pointer" : "";
    return this.whatIf?.over(event);
  }

  click(event) {
    if (this.whatIf?.click(event)) return true;
    const coarse = event.originalEvent?.pointerType === "touch" || matchMedia("(pointer: coarse)").matches;
    const found = this.under(event.point, coarse ? 24 : 14);
    if (!found) {
      this.unpick();
      return false;
    }
    this.pick(found, event.lngLat);
    return true;
  }

  key(event) {
    if (this.whatIf?.key(event)) return true;
    if (event.key === "Escape" && this.picked) {
      this.unpick();
      return true;
    }
    return false;
  }

  /** Shows what is known of one feature; of a place of a table also whom it reaches. */
  pick({ marks, at, feature }, lngLat) {
    this.unpick();
    const { layer } = marks;
    const one = marks.about(at, feature);
    this.picked = { layer, id: one.id };
    const place = one.at ?? lngLat;
    const content = popupOf(this, layer, one);
    this.atlas.open(place, content);
    if (one.id) this.atlas.remember({ pick: `${layer.id}/${one.id}` });
    if (!layer.table || !one.id) return;
    if (this.group.around) around(this, layer, one, content);
    else nearestTo(this, layer, at, content);
  }

  pickByName(name) {
    const [, id] = /^([^/]+)\/(.*)$/s.exec(name) ?? [];
    const layer = this.layers.find((one) => name.startsWith(`${one.id}/`));
    const marks = layer && this.drawn.get(layer.id);
    const at = marks?.data?.ids?.indexOf(name.slice(layer.id.length + 1)) ?? -1;
    if (!id || at < 0) return;
    // a link that says where to look is followed to the letter
    if (this.atlas.state.at) this.pick({ marks, at });
    else this.go(marks, at);
  }

  /** Looks at one place of a layer and picks it. */
  go(marks, at) {
    const centre = marks.lonLat(at);
    this.atlas.moved = true;
    const zoom = Math.max(this.view.getZoom(), 12.5);
    this.view.easeTo({ center: centre, zoom, animate: !calm(), duration: 600 });
    this.pick({ marks, at });
  }

  unpick() {
    if (!this.picked) return;
    this.picked = null;
    this.asking?.abort();
    this.reach.clear();
    this.homes()?.set({ focus: -1 });
    this.atlas.popup.remove();
    this.atlas.remember({ pick: "" });
  }

  leave() {
    this.left = true;
    this.unpick();
    this.whatIf?.leave();
    for (const drawn of [...this.drawn.values(), this.reach]) drawn.remove();
    this.legend.clear();
    delete this.atlas.box.dataset.ready;
  }
}
