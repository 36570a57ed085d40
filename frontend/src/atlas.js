// The map page: one live map, and what is chosen to be seen on it: a figure by county, or a promise with its layers.
import { LngLatBounds, Map as MapView, NavigationControl, Popup, ScaleControl } from "maplibre-gl";
import { boundsOf, Counties, countyStyle } from "./counties.js";
import { calm, typing } from "./element.js";
import { locale } from "./maplocale.js";
import { readState, writeState } from "./mapstate.js";
import { PaperCopy } from "./papercopy.js";
import { Subject } from "./subject.js";
import { onTheme } from "./theme.js";

const EMPTY = { type: "FeatureCollection", features: [] };

export class Atlas {
  constructor(figure, data) {
    this.figure = figure;
    this.data = data;
    this.words = data.words;
    this.groups = data.groups ?? [];
    this.box = figure.closest(".atlas") ?? figure;
    this.select = document.getElementById("layer");
    this.canvas = figure.querySelector(".map-canvas");
    this.stage = Object.assign(document.createElement("div"), { className: "stage" });
    this.canvas.append(this.stage);
    this.canvas.classList.add("waiting");
    this.state = readState(location.hash);
    this.state.promise ||= new URLSearchParams(location.search).get("promise") ?? "";
    this.view = this.makeView();
    this.popup = new Popup({ closeButton: false, maxWidth: "19rem", focusAfterOpen: false, offset: 10 });
    this.counties = new Counties(this.view, data, figure);
    this.subject = null;
    this.view.once("load", () => {
      this.choose(this.asked());
      this.view.once("idle", () => this.appear());
      this.listen();
    });
    this.paper = new PaperCopy(this);
    onTheme(() => this.repaint());
    this.followSelect();
    this.followTable();
    this.followScreen();
  }

  bounds() {
    const all = this.groups.map((group) => group.bounds).filter(Boolean);
    const own = this.data.polygons?.features?.length ? (this.data.bounds ?? boundsOf(this.data.polygons.features)) : null;
    if (own) return own;
    if (!all.length) return [73, 18, 135, 54];
    const side = (at, pick) => pick(...all.map((one) => one[at]));
    return [side(0, Math.min), side(1, Math.min), side(2, Math.max), side(3, Math.max)];
  }

  makeView() {
    const [west, south, east, north] = this.bounds();
    const flat = Math.cos((((south + north) / 2) * Math.PI) / 180); // a degree of longitude is shorter than one of latitude
    this.shape = String(Math.min(2, Math.max(0.7, ((east - west) * flat) / (north - south || 1))));
    const view = new MapView({
      container: this.stage,
      style: countyStyle(this.data.polygons ?? EMPTY),
      bounds: new LngLatBounds([west, south], [east, north]),
      fitBoundsOptions: { padding: 24 },
      attributionControl: false,
      localIdeographFontFamily: getComputedStyle(document.body).fontFamily,
      locale: locale(this.words),
      dragRotate: false,
      pitchWithRotate: false,
      maxPitch: 0,
      // the wheel scrolls the page and one finger too: with Ctrl or two fingers they move the map
      cooperativeGestures: true,
      minZoom: 3,
      maxZoom: 18,
      renderWorldCopies: false,
      fadeDuration: 0,
      maxTileCacheSize: 64,
    });
    view.touchZoomRotate.disableRotation();
    view.keyboard.disableRotation();
    view.addControl(new NavigationControl({ showCompass: false }), "top-right");
    if (this.groups.length) view.addControl(new ScaleControl({ unit: "metric" }), "bottom-right");
    this.home = this.region = [west, south, east, north];
    this.moved = Boolean(this.state.at);
    if (this.state.at) view.jumpTo({ center: this.state.at.slice(0, 2), zoom: this.state.at[2] });
    view.on("movestart", (event) => (this.moved ||= Boolean(event.originalEvent)));
    new ResizeObserver(() => this.fit()).observe(this.stage);
    return view;
  }

  /** The zoom at which the whole region is seen: sizes of points are measured from it. */
  get homeZoom() {
    return this.view.cameraForBounds(this.home, { padding: 24 })?.zoom ?? this.view.getZoom();
  }

  /** The whole region, unless somebody has chosen where to look. */
  fit() {
    if (!this.moved) this.view.fitBounds(this.home, { padding: 24, animate: false });
  }

  /** Takes the place of the server's drawing: an unpainted WebGL canvas is black, so not before it is painted. */
  appear() {
    this.canvas.style.aspectRatio = this.shape;
    this.canvas.classList.replace("waiting", "live");
    this.view.resize();
    this.view.redraw();
    this.box.dataset.live = "true";
  }

  /** What the address asks for: a promise, a figure, or the first there is. */
  asked() {
    const { promise, layer } = this.state;
    if (promise && this.groups.some((group) => group.commitment === promise)) return `promise:${promise}`;
    if (layer && this.data.layers.some((one) => one.id === layer)) return layer;
    return this.select?.value || (this.groups[0] ? `promise:${this.groups[0].commitment}` : this.data.layers[0]?.id);
  }

  choose(value) {
    if (this.select) this.select.value = value;
    this.popup.remove();
    const group = this.groups.find((one) => `promise:${one.commitment}` === value);
    const same = this.subject?.group === group && group;
    if (!same) this.subject?.leave();
    this.showSection(group?.commitment ?? "");
    this.home = group?.bounds ?? this.region;
    this.fit();
    this.box.classList.toggle("of-promise", Boolean(group));
    if (group) {
      this.counties.show(null);
      if (!same) this.subject = new Subject(this, group);
    } else {
      this.subject = null;
      this.counties.show(this.data.layers.find((one) => one.id === value) ?? this.data.layers[0]);
    }
    this.state = { ...this.state, promise: group?.commitment ?? "", layer: group ? "" : value };
  }

  /** The part beside the map that belongs to what is shown. */
  showSection(commitment) {
    for (const section of document.querySelectorAll("section.subject[data-subject]")) {
      section.hidden = section.dataset.subject !== commitment;
    }
  }

  repaint() {
    if (!this.view.isStyleLoaded() && !this.box.dataset.live) return;
    this.counties.paint();
    this.subject?.paint();
    this.subject?.whatIf?.places.paint();
  }

  /** Remembers in the address what is seen. */
  remember(part = {}) {
    this.state = { ...this.state, ...part };
    clearTimeout(this.remembering);
    this.remembering = setTimeout(() => history.replaceState(null, "", writeState(this.state) || location.pathname + location.search), 200);
  }

  listen() {
    const { view } = this;
    view.on("mousemove", (event) => this.over(event));
    view.getCanvas().addEventListener("mouseleave", () => this.leaveCounty());
    view.on("click", (event) => this.click(event));
    view.on("moveend", () => {
      if (!this.moved) return;
      const { lng, lat } = view.getCenter();
      this.remember({ at: [lng, lat, view.getZoom()] });
    });
    addEventListener("hashchange", () => {
      this.state = readState(location.hash);
      this.choose(this.asked());
    });
    // the letters stand on the buttons, so they work wherever one is on the page
    document.addEventListener("keydown", (event) => {
      if (!typing(event.target) && this.subject?.key(event)) event.preventDefault();
    });
  }

  countyAt(point) {
    return this.view.queryRenderedFeatures(point, { layers: ["counties"] })[0]?.properties.id ?? "";
  }

  over(event) {
    if (this.subject?.over(event)) return;
    const id = this.countyAt(event.point);
    if (id !== this.hovered) this.counties.mark(id);
    this.hovered = id;
    this.view.getCanvas().style.cursor = id && !this.subject ? "pointer" : "";
    if (this.subject) return;
    if (id) this.open(event.lngLat, this.counties.says(id));
    else this.popup.remove();
  }

  leaveCounty() {
    this.hovered = "";
    this.counties.mark("");
    if (!this.subject) this.popup.remove();
  }

  click(event) {
    if (this.subject?.click(event)) return;
    const id = this.countyAt(event.point);
    this.counties.mark(id);
    if (!id || this.subject) return this.popup.remove();
    this.open(event.lngLat, this.counties.says(id));
  }

  open(at, content) {
    this.popup.setLngLat(at).setDOMContent(content);
    if (!this.popup.isOpen()) this.popup.addTo(this.view);
  }

  /** The table beside the map is its list for the keyboard: a row that is entered marks its county, Enter goes there. */
  followTable() {
    for (const row of document.querySelectorAll("table.values tr[data-id]")) {
      const middle = this.counties.middle(row.dataset.id);
      if (!middle) continue;
      row.tabIndex = 0;
      const enter = () => {
        if (!this.box.dataset.live) return;
        this.counties.mark(row.dataset.id);
        if (!this.subject) this.open(middle, this.counties.says(row.dataset.id));
      };
      const goThere = () => this.subject && this.goTo(row.dataset.id);
      row.addEventListener("pointerenter", enter);
      row.addEventListener("focus", enter);
      row.addEventListener("pointerleave", () => this.leaveCounty());
      row.addEventListener("blur", () => this.leaveCounty());
      row.addEventListener("click", (event) => event.target.closest("a") || goThere());
      row.addEventListener("keydown", (event) => event.key === "Enter" && goThere());
    }
  }

  goTo(county) {
    const [west, south, east, north] = boundsOf([this.counties.feature(county)]);
    this.moved = true;
    this.view.fitBounds([west, south, east, north], { padding: 24, animate: !calm(), maxZoom: 12 });
  }

  followSelect() {
    this.select?.addEventListener("change", () => {
      this.state = { ...this.state, on: null, pick: "", what: "", at: null };
      this.moved = false;
      this.choose(this.select.value);
      this.remember();
    });
  }

  /** The whole screen: the browser's own where it has one, else the whole window. */
  followScreen() {
    const button = this.box.querySelector("[data-map-action=screen]");
    if (!button) return;
    button.hidden = false;
    const shows = () => {
      const full = document.fullscreenElement === this.box || this.box.classList.contains("full");
      button.setAttribute("aria-pressed", String(full));
      button.textContent = full ? this.words.screen_less : this.words.screen;
      if (full) this.view.cooperativeGestures.disable();
      else this.view.cooperativeGestures.enable();
    };
    button.addEventListener("click", async () => {
      if (document.fullscreenElement) await document.exitFullscreen();
      else if (this.box.classList.contains("full")) this.box.classList.remove("full");
      else await this.box.requestFullscreen?.().catch(() => this.box.classList.add("full"));
      if (!this.box.requestFullscreen) this.box.classList.toggle("full");
      shows();
    });
    document.addEventListener("fullscreenchange", shows);
  }
}
