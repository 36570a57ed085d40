// The live map of a board: the incident over the land, drawn anew from what the section tells each time it comes. The
// server's still drawing is seen first, is printed, and stays where a browser cannot draw.
import { LngLatBounds, Map as MapView, NavigationControl, Popup, ScaleControl } from "maplibre-gl";
import { boardStyle, paintBoard, SIGN_SORTS } from "./boardstyle.js";
import { calm, el } from "./element.js";
import { locale } from "./maplocale.js";
import { onTheme } from "./theme.js";

const NEAR_PIXELS = 12; // a finger is not a needle
const MOST_AT_ONCE = 8;
const CLOSE_ZOOM = 13;
const PADDING = { top: 34, bottom: 34, left: 34, right: 58 };

export class BoardMap {
  /** Takes over the figure of a section that has one; the section stays the same element for as long as the page. */
  constructor(section) {
    this.section = section;
    this.figure = section.querySelector("figure.board-map");
    this.hidden = new Set();
    this.told = read(section);
    this.words = this.told.words;
    this.stage = el("div", { className: "stage" });
    this.figure.append(this.stage);
    this.view = this.makeView();
    this.popup = new Popup({ maxWidth: "19rem", focusAfterOpen: true, closeOnClick: false, offset: 10 });
    this.view.once("load", () => {
      paintBoard(this.view);
      this.fill();
      this.view.once("idle", () => {
        this.figure.classList.add("live");
        this.view.resize();
        this.figure.dataset.ready = "true";
      });
    });
    this.dress();
    this.listen();
    onTheme(() => this.view.isStyleLoaded() && paintBoard(this.view));
  }

  makeView() {
    const land = JSON.parse(document.getElementById("board-land")?.textContent ?? "null");
    const [west, south, east, north] = this.told.bounds;
    const view = new MapView({
      container: this.stage,
      style: boardStyle(land),
      bounds: new LngLatBounds([west, south], [east, north]),
      fitBoundsOptions: { padding: PADDING, maxZoom: CLOSE_ZOOM },
      attributionControl: false,
      localIdeographFontFamily: getComputedStyle(document.body).fontFamily,
      locale: locale(this.words),
      dragRotate: false,
      pitchWithRotate: false,
      maxPitch: 0,
      cooperativeGestures: true, // the wheel scrolls the page and one finger too: with Ctrl or two fingers they move the map
      minZoom: 3,
      maxZoom: 18,
      renderWorldCopies: false,
      fadeDuration: 0,
    });
    view.touchZoomRotate.disableRotation();
    view.keyboard.disableRotation();
    view.addControl(new NavigationControl({ showCompass: false }), "top-right");
    view.addControl(new Buttons(this), "top-right");
    view.addControl(new ScaleControl({ unit: "metric" }), "bottom-left");
    const canvas = view.getCanvas();
    canvas.setAttribute("aria-label", `${this.words.map}. ${this.words.keys}`);
    view.on("movestart", (event) => (this.moved ||= Boolean(event.originalEvent)));
    new ResizeObserver(() => this.fit(false)).observe(this.stage);
    return view;
  }

  /** Everything of the incident, unless somebody has chosen where to look. */
  fit(anyway) {
    if (anyway) this.moved = false;
    if (this.moved) return;
    const [west, south, east, north] = this.told.bounds;
    const how = { padding: PADDING, maxZoom: CLOSE_ZOOM, animate: anyway && !calm() };
    this.view.fitBounds([[west, south], [east, north]], how);
  }

  /** Draws what the section told. */
  fill() {
    const source = this.view.getSource("seen");
    if (!source) return;
    const shown = this.told.features.filter((each) => !this.hidden.has(layerOf(each.sort)));
    source.setData({ type: "FeatureCollection", features: shown.map(feature) });
    this.view.getSource("marks").setData({ type: "FeatureCollection", features: shown.map(mark).filter(Boolean) });
    this.figure.dataset.marks = String(shown.length);
  }

  /** What came anew takes the place of what stood around the map; the map itself stays where it is. */
  take(fresh) {
    if (!fresh.querySelector("figure.board-map")) return false;
    const told = read(fresh);
    if (!told) return false;
    const moved = JSON.stringify(told.bounds) !== JSON.stringify(this.told.bounds);
    this.told = told;
    for (const name of [".panel-head", ".map-key", ".map-list", "figure.board-map > svg", "script[data-map-told]"]) this.swap(fresh, name);
    this.dress();
    this.fill();
    if (moved) this.fit(false);
    this.tellAgain();
    return true;
  }

  swap(fresh, name) {
    const [old, next] = [this.section.querySelector(name), fresh.querySelector(name)];
    if (old && next) {
      if (old.open) next.open = true;
      const at = [...old.querySelectorAll("button, input")].indexOf(document.activeElement);
      old.replaceWith(next);
      if (at >= 0) this.refocus = { name, at };
    } else if (old) old.remove();
    else if (next) this.section.append(next);
  }

  /** The key becomes the list of layers, and the list of all marks leads to them. */
  dress() {
    for (const line of this.section.querySelectorAll(".map-key [data-layer]")) {
      const layer = layerOf(line.dataset.layer);
      const box = el("input", { type: "checkbox", checked: !this.hidden.has(layer) });
      box.addEventListener("change", () => {
        if (box.checked) this.hidden.delete(layer);
        else this.hidden.add(layer);
        this.fill();
      });
      const label = el("label");
      label.append(box, ...line.childNodes);
      line.replaceChildren(label);
    }
    this.section.querySelector(".map-key")?.setAttribute("aria-label", this.words.layers);
    for (const line of this.section.querySelectorAll(".map-list [data-go]")) {
      const button = el("button", { type: "button", className: "plain", onclick: () => this.goTo(line.dataset.go) });
      button.append(...line.childNodes);
      line.replaceChildren(button);
    }
    if (this.refocus) this.section.querySelectorAll(`${this.refocus.name} :is(button, input)`)[this.refocus.at]?.focus();
    this.refocus = null;
  }

  goTo(key) {
    const one = this.told.features.find((each) => each.key === key);
    if (!one) return;
    this.moved = true;
    const at = middleOf(one.geometry);
    const bounds = boundsOf(one.geometry);
    const camera = this.view.cameraForBounds(bounds, { padding: PADDING, maxZoom: CLOSE_ZOOM });
    this.view.easeTo({ center: at, zoom: camera?.zoom ?? CLOSE_ZOOM, duration: calm() ? 0 : 500 });
    this.open(at, [one]);
    this.figure.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
  }

  listen() {
    const { view } = this;
    view.on("click", (event) => this.tell(event.point, event.lngLat));
    view.on("mousemove", ({ point }) => (view.getCanvas().style.cursor = this.under(point).length ? "pointer" : ""));
    view.getCanvas().addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.tell(view.project(view.getCenter()), view.getCenter());
      else if (event.key === "Escape") this.escape();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    this.figure.addEventListener("keydown", (event) => event.key === "Escape" && this.escape());
  }

  escape() {
    if (this.popup.isOpen()) {
      this.popup.remove();
      this.view.getCanvas().focus();
    } else if (this.figure.classList.contains("full")) this.screen(false);
  }

  /** The things whose sign or line is at a place of the screen, those with a sign first. */
  under({ x, y }) {
    const box = [[x - NEAR_PIXELS, y - NEAR_PIXELS], [x + NEAR_PIXELS, y + NEAR_PIXELS]];
    const layers = ["signs", "closed-lines", "ways", "areas"];
    const keys = layers.flatMap((id) => {
      const found = this.view.queryRenderedFeatures(id === "areas" ? [x, y] : box, { layers: [id] });
      return found.map((each) => each.properties.key);
    });
    const byKey = new Map(this.told.features.map((each) => [each.key, each]));
    return [...new Set(keys)].map((key) => byKey.get(key)).filter(Boolean);
  }

  tell(point, at) {
    const found = this.under(point);
    if (!found.length && this.popup.isOpen()) return this.popup.remove();
    const signs = found.filter((each) => !["incident", "area"].includes(each.sort));
    this.open(at, (signs.length ? signs : found).slice(0, MOST_AT_ONCE), at);
  }

  /** A window about things at a place; `here` is where something new can be entered. */
  open(at, found, here) {
    this.about = { at, keys: found.map((each) => each.key), here };
    const content = el("div", { className: "board-popup" }, ...found.map((each) => this.card(each)));
    if (!found.length) content.append(el("p", { className: "note" }, this.words.nothing_here));
    if (here) content.append(...this.doHere(here));
    this.popup.setLngLat(at).setDOMContent(content);
    if (!this.popup.isOpen()) this.popup.addTo(this.view);
  }

  /** An open window says how its things stand now, unless somebody is at work in it. */
  tellAgain() {
    if (!this.popup.isOpen() || this.popup.getElement().contains(document.activeElement)) return;
    const { at, keys, here } = this.about;
    const found = this.told.features.filter((each) => keys.includes(each.key));
    if (found.length) this.open(at, found, here);
    else if (keys.length) this.popup.remove();
  }

  card(one) {
    const rows = one.facts.flatMap(([word, value]) => [el("dt", {}, word), el("dd", {}, value)]);
    const way = el("a", { href: one.href, onclick: (event) => this.toRow(event, one) }, this.words.to_row);
    return el(
      "div",
      { className: "popup-card" },
      el("p", { className: "popup-head" }, el("strong", {}, one.title)),
      rows.length ? el("dl", {}, ...rows) : undefined,
      one.sort === "way" ? el("p", { className: "note" }, this.words.straight) : undefined,
      el("p", { className: "to-row" }, way),
    );
  }

  /** To the row of a thing in its section, which on a phone is another tab. */
  toRow(event, one) {
    if (!one.href.startsWith("#")) return;
    event.preventDefault();
    this.screen(false);
    this.popup.remove();
    location.hash = one.href;
    requestAnimationFrame(() => {
      const row = document.querySelector(`[data-key="${CSS.escape(one.row)}"]`) ?? document.querySelector(one.href);
      row?.closest("details")?.setAttribute("open", "");
      row?.scrollIntoView({ block: "center" });
      row?.classList.add("fresh");
    });
  }

  /** Buttons for the acts of the page that take a place: their windows open with it filled in. */
  doHere({ lng, lat }) {
    const facts = JSON.stringify({ lon: lng.toFixed(5), lat: lat.toFixed(5) });
    const forms = [...document.querySelectorAll("dialog[data-form] form[data-act]")].filter((form) => form.elements.lon);
    if (!forms.length) return [];
    const buttons = forms.map((form) => {
      const own = document.querySelector(`.board [data-do="${CSS.escape(form.dataset.act)}"]`);
      const known = { ...JSON.parse(own?.dataset.facts ?? "{}"), ...JSON.parse(facts) };
      const word = form.closest("dialog").querySelector("h2")?.textContent ?? "";
      const data = { do: form.dataset.act, facts: JSON.stringify(known) };
      return el("button", { type: "button", data, onclick: () => this.popup.remove() }, word);
    });
    const where = `${this.words.here} ${lat.toFixed(4)}, ${lng.toFixed(4)}`;
    return [el("p", { className: "note" }, where), el("div", { className: "does" }, ...buttons)];
  }

  /** The whole window: one finger moves the map there. */
  screen(on) {
    this.figure.classList.toggle("full", on);
    document.documentElement.classList.toggle("map-full", on);
    if (on) this.view.cooperativeGestures.disable();
    else this.view.cooperativeGestures.enable();
    this.onScreen?.(on);
    this.view.resize();
  }
}

/** The buttons of a board's map that MapLibre has not: everything, the whole window. */
class Buttons {
  constructor(map) {
    const { words } = map;
    const whole = el("button", { type: "button", className: "map-whole", title: words.whole, "aria-label": words.whole });
    const screen = el("button", { type: "button", className: "map-screen", title: words.screen, "aria-label": words.screen });
    whole.addEventListener("click", () => map.fit(true));
    screen.addEventListener("click", () => map.screen(!map.figure.classList.contains("full")));
    map.onScreen = (on) => {
      screen.setAttribute("aria-pressed", String(on));
      screen.title = on ? words.screen_less : words.screen;
      screen.setAttribute("aria-label", screen.title);
    };
    this.box = el("div", { className: "maplibregl-ctrl maplibregl-ctrl-group" }, whole, screen);
  }

  onAdd() {
    return this.box;
  }

  onRemove() {
    this.box.remove();
  }
}

function read(from) {
  return JSON.parse(from.querySelector("script[data-map-told]")?.textContent ?? "null");
}

/** Areas of an incident are one layer, however they were said; a way goes with its resource. */
function layerOf(sort) {
  return { incident: "area", way: "way" }[sort] ?? sort;
}

function told({ key, sort, state, label, rank }) {
  return { key, sort, state, label, rank };
}

function feature(one) {
  return { type: "Feature", properties: told(one), geometry: one.geometry };
}

/** The sign of a thing: at its point, a closed road's in its middle; areas and ways have none. */
function mark(one) {
  if (!SIGN_SORTS.includes(one.sort)) return null;
  return { type: "Feature", properties: told(one), geometry: { type: "Point", coordinates: middleOf(one.geometry) } };
}

function flat({ coordinates }) {
  const depth = (found) => (Array.isArray(found[0]) ? 1 + depth(found[0]) : 0);
  const deep = depth(coordinates);
  return deep ? coordinates.flat(deep - 1) : [coordinates];
}

function middleOf(geometry) {
  const spots = flat(geometry);
  if (geometry.type === "Point" || geometry.type === "LineString") return spots[Math.floor(spots.length / 2)];
  const [[west, south], [east, north]] = boundsOf(geometry);
  return [(west + east) / 2, (south + north) / 2];
}

function boundsOf(geometry) {
  const spots = flat(geometry);
  const [x, y] = [0, 1].map((at) => spots.map((spot) => spot[at]));
  return [
    [Math.min(...x), Math.min(...y)],
    [Math.max(...x), Math.max(...y)],
  ];
}

/** Takes over the map of the board, when it is there; again where it comes only with the first thing that has a place. */
export function startBoardMap() {
  const maps = new Map();
  const start = (section) => {
    if (!section.querySelector("figure.board-map[data-script]") || maps.has(section)) return;
    try {
      maps.set(section, new BoardMap(section));
    } catch (error) {
      section.querySelector(".board-map > .stage")?.remove(); // no WebGL: the drawing stays
      console.warn(error);
    }
  };
  document.querySelectorAll("[data-section=map]").forEach(start);
  document.addEventListener("luoshu:fresh", (event) => {
    const { section, fresh } = event.detail;
    if (maps.get(section)?.take(fresh)) event.preventDefault();
    else maps.delete(section);
  });
  document.addEventListener("luoshu:section", (event) => event.detail.dataset.section === "map" && start(event.detail));
}
