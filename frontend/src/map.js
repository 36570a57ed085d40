// The map by county, live: MapLibre over polygons that stand in the page. No tile, glyph or sprite is ever fetched: the
// worker is started from a string, and names are drawn with the machine's own fonts.
import { LngLatBounds, Map as MapView, NavigationControl, Popup, setWorkerUrl } from "maplibre-gl";
import sheet from "text:maplibre-gl/dist/maplibre-gl.css";
import worker from "worker:maplibre-gl/dist/maplibre-gl-worker.mjs";
import { bare, legend, middle, paintExpression } from "./layer.js";
import { colour, onTheme } from "./theme.js";

// the ending tells MapLibre to start it as a plain script: module workers are refused to pages opened from a folder
setWorkerUrl(`${URL.createObjectURL(new Blob([worker], { type: "text/javascript" }))}#worker.cjs`);

// a name with its value is placed first; where that has no room, the name alone may have
const LETTERS = { "text-font": ["sans"], "text-size": 12.5, "text-padding": 0, "text-max-width": 12 };

class CountyMap {
  constructor(figure, data) {
    this.figure = figure;
    this.data = data;
    this.layer = data.layers[0];
    this.features = data.polygons.features;
    this.select = document.getElementById("layer");
    this.canvas = figure.querySelector(".map-canvas");
    this.stage = Object.assign(document.createElement("div"), { className: "stage" });
    this.canvas.append(this.stage);
    this.canvas.classList.add("live");
    this.view = this.makeView();
    this.popup = new Popup({ closeButton: false, maxWidth: "18rem", focusAfterOpen: false });
    this.view.once("load", () => this.paint());
    this.view.on("mousemove", "counties", (event) => this.over(event.features[0], event.lngLat));
    this.view.on("mouseleave", "counties", () => this.over(undefined));
    this.view.on("click", "counties", (event) => this.over(event.features[0], event.lngLat));
    onTheme(() => this.paint());
    this.followTable();
    this.followSelect();
  }

  makeView() {
    const [west, south, east, north] = this.data.bounds ?? boundsOf(this.features);
    const flat = Math.cos((((south + north) / 2) * Math.PI) / 180); // a degree of longitude is shorter than one of latitude
    this.canvas.style.aspectRatio = String(((east - west) * flat) / (north - south));
    const view = new MapView({
      container: this.stage,
      style: this.style(),
      bounds: new LngLatBounds([west, south], [east, north]),
      fitBoundsOptions: { padding: 24 },
      attributionControl: false,
      localIdeographFontFamily: getComputedStyle(document.body).fontFamily,
      locale: locale(this.data.words),
      dragRotate: false,
      pitchWithRotate: false,
      scrollZoom: false, // the wheel scrolls the page; buttons, keys, double click and two fingers zoom
      minZoom: 4,
      maxZoom: 13,
      renderWorldCopies: false,
      fadeDuration: 0,
    });
    view.touchZoomRotate.disableRotation();
    view.keyboard.disableRotation();
    view.addControl(new NavigationControl({ showCompass: false }), "top-right");
    new ResizeObserver(() => view.fitBounds([west, south, east, north], { padding: 24, animate: false })).observe(
      this.stage,
    );
    return view;
  }

  style() {
    const points = this.features.map((feature) => ({
      type: "Feature",
      properties: { id: feature.properties.id, name: feature.properties.name },
      geometry: { type: "Point", coordinates: middle(feature.geometry) },
    }));
    return {
      version: 8,
      sources: {
        counties: { type: "geojson", data: this.data.polygons, promoteId: "id" },
        names: { type: "geojson", data: { type: "FeatureCollection", features: points } },
      },
      layers: [
        { id: "ground", type: "background" },
        { id: "counties", type: "fill", source: "counties" },
        { id: "edges", type: "line", source: "counties", layout: { "line-join": "round" } },
        { id: "current", type: "line", source: "counties", filter: ["==", ["get", "id"], ""] },
        { id: "names", type: "symbol", source: "names", layout: LETTERS },
        { id: "values", type: "symbol", source: "names", layout: LETTERS },
      ],
    };
  }

  paint() {
    const shadesOfNow = [0, 1, 2, 3, 4].map((place) => colour(`class-${place}`));
    const set = (layer, name, value) => this.view.setPaintProperty(layer, name, value);
    set("ground", "background-color", colour("surface"));
    set("counties", "fill-color", paintExpression(this.layer, shadesOfNow, colour("class-none")));
    set("edges", "line-color", colour("surface"));
    set("edges", "line-width", 1.25);
    set("current", "line-color", colour("heart"));
    set("current", "line-width", 2.5);
    const inks = [0, 1, 2, 3, 4].map((place) => colour(`on-class-${place}`));
    for (const words of ["names", "values"]) {
      set(words, "text-color", paintExpression(this.layer, inks, colour("on-class-none")));
      set(words, "text-halo-color", paintExpression(this.layer, shadesOfNow, colour("class-none")));
      set(words, "text-halo-width", 1.2);
    }
    const texts = Object.keys(this.layer.values).flatMap((id) => [id, bare(this.layer, id)]);
    this.view.setLayoutProperty("names", "text-field", ["get", "name"]);
    const value = texts.length && this.stage.clientWidth > 520 ? ["match", ["get", "id"], ...texts, ""] : "";
    this.view.setLayoutProperty("values", "text-field", ["concat", ["get", "name"], "\n", value]);
    this.explain();
  }

  /** The legend of the layer that is shown. */
  explain() {
    const list = this.figure.querySelector(".legend");
    if (!list) return;
    const lines = legend(this.layer, this.features, this.data.words.none ?? "");
    list.replaceChildren(
      ...lines.map((line) => {
        const item = document.createElement("li");
        item.append(Object.assign(document.createElement("span"), { className: `swatch ${line.name}` }), line.text);
        return item;
      }),
    );
    this.stage.querySelector("canvas")?.setAttribute("aria-label", this.layer.name);
  }

  /** Shows what is known of one county beside the pointer, and its row in the table. */
  over(feature, at) {
    const id = feature?.properties.id ?? "";
    this.view.setFilter("current", ["==", ["get", "id"], id]);
    for (const row of document.querySelectorAll("table.values tr[data-id]")) {
      row.classList.toggle("current", row.dataset.id === id);
    }
    this.view.getCanvas().style.cursor = id ? "pointer" : "";
    if (!feature) return this.popup.remove();
    this.popup.setLngLat(at).setDOMContent(this.says(feature.properties));
    if (!this.popup.isOpen()) this.popup.addTo(this.view);
  }

  says({ id, name }) {
    const box = document.createElement("div");
    const figure = this.layer.texts?.[id] ?? this.data.words.none ?? "";
    box.append(Object.assign(document.createElement("strong"), { textContent: name }), ` ${figure}`);
    if (this.layer.href) {
      const link = Object.assign(document.createElement("a"), { href: this.layer.href, textContent: this.layer.name });
      box.append(document.createElement("br"), link);
    }
    return box;
  }

  /** The table beside the map is its list for the keyboard: a row that is entered marks its county. */
  followTable() {
    for (const row of document.querySelectorAll("table.values tr[data-id]")) {
      const feature = this.features.find((one) => one.properties.id === row.dataset.id);
      if (!feature) continue;
      row.tabIndex = 0;
      const enter = () => this.view.loaded() && this.over(feature, middle(feature.geometry));
      row.addEventListener("pointerenter", enter);
      row.addEventListener("focus", enter);
      row.addEventListener("pointerleave", () => this.over(undefined));
      row.addEventListener("blur", () => this.over(undefined));
    }
  }

  followSelect() {
    if (!this.select) return;
    const asked = new URLSearchParams(location.hash.slice(1)).get("layer");
    if (asked && this.data.layers.some((layer) => layer.id === asked)) this.select.value = asked;
    const take = () => {
      this.layer = this.data.layers.find((layer) => layer.id === this.select.value) ?? this.data.layers[0];
      for (const cell of document.querySelectorAll("table.values [data-layer]")) {
        cell.hidden = cell.dataset.layer !== this.layer.id;
      }
    };
    take();
    this.select.addEventListener("change", () => {
      take();
      history.replaceState(null, "", `#layer=${encodeURIComponent(this.layer.id)}`);
      this.paint();
    });
  }
}

/** MapLibre's own few words, where the page has them; else none, so that no English stands on a Chinese page. */
function locale(words) {
  return {
    "Map.Title": words.map ?? "",
    "NavigationControl.ZoomIn": words.zoom_in ?? "+",
    "NavigationControl.ZoomOut": words.zoom_out ?? "−",
  };
}

function boundsOf(features) {
  const points = features.flatMap((feature) =>
    feature.geometry.coordinates.flat(feature.geometry.type === "Polygon" ? 1 : 2),
  );
  const [xs, ys] = [points.map((point) => point[0]), points.map((point) => point[1])];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

function start() {
  for (const figure of document.querySelectorAll("figure[data-map]")) {
    const data = JSON.parse(document.getElementById(figure.dataset.map)?.textContent ?? "null");
    if (!data?.polygons?.features?.length || !data.layers?.length) continue;
    try {
      new CountyMap(figure, data);
    } catch (error) {
      figure.querySelector(".stage")?.remove(); // no WebGL: the server's drawing is still there
      figure.querySelector(".map-canvas")?.classList.remove("live");
      console.warn(error);
    }
  }
}

document.head.append(Object.assign(document.createElement("style"), { textContent: sheet }));
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
