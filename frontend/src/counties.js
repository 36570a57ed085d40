// The counties of the region: shaded by a published figure, or as quiet ground under the layers of a promise. The table
// beside the map is their list for the keyboard.
import { bare, legend, middle, paintExpression } from "./layer.js";
import { el } from "./element.js";
import { colour } from "./theme.js";

// a name with its value is placed first; where that has no room, the name alone may have
const LETTERS = { "text-font": ["sans"], "text-size": 12.5, "text-padding": 0, "text-max-width": 12 };

/** The style's sources and layers of the counties; slots between them take the layers of promises. */
export function countyStyle(polygons) {
  const points = polygons.features.map((feature) => ({
    type: "Feature",
    properties: { id: feature.properties.id, name: feature.properties.name },
    geometry: { type: "Point", coordinates: middle(feature.geometry) },
  }));
  const slot = (id) => ({ id: `slot-${id}`, type: "background", layout: { visibility: "none" } });
  return {
    version: 8,
    transition: { duration: 0, delay: 0 },
    sources: {
      counties: { type: "geojson", data: polygons, promoteId: "id" },
      names: { type: "geojson", data: { type: "FeatureCollection", features: points } },
    },
    layers: [
      { id: "ground", type: "background" },
      { id: "counties", type: "fill", source: "counties" },
      slot("counties"),
      slot("units"),
      slot("areas"),
      { id: "edges", type: "line", source: "counties", layout: { "line-join": "round" } },
      { id: "current", type: "line", source: "counties", filter: ["==", ["get", "id"], ""] },
      slot("homes"),
      slot("lines"),
      { id: "names", type: "symbol", source: "names", layout: LETTERS },
      { id: "values", type: "symbol", source: "names", layout: LETTERS },
      slot("sites"),
    ],
  };
}

export class Counties {
  constructor(view, data, figure) {
    this.view = view;
    this.data = data;
    this.figure = figure;
    this.features = data.polygons?.features ?? [];
    this.layer = null;
  }

  /** Shades the counties by a layer of figures; null: they are the ground of something else. */
  show(layer) {
    this.layer = layer;
    this.paint();
    for (const cell of document.querySelectorAll("table.values [data-layer]")) {
      cell.hidden = cell.dataset.layer !== layer?.id;
    }
  }

  paint() {
    const set = (layer, name, value) => this.view.setPaintProperty(layer, name, value);
    set("ground", "background-color", colour(this.layer ? "surface" : "map-ground"));
    set("edges", "line-color", colour(this.layer ? "surface" : "map-edge"));
    set("edges", "line-width", this.layer ? 1.25 : 1);
    set("current", "line-color", colour("heart"));
    set("current", "line-width", 2.5);
    if (this.layer) this.shade();
    else this.rest();
  }

  rest() {
    this.view.setPaintProperty("counties", "fill-color", colour("map-land"));
    this.view.setLayoutProperty("names", "text-field", ["get", "name"]);
    this.view.setLayoutProperty("values", "text-field", "");
    this.view.setPaintProperty("names", "text-color", colour("muted"));
    this.view.setPaintProperty("names", "text-halo-color", colour("map-land"));
    this.view.setPaintProperty("names", "text-halo-width", 1.6);
  }

  shade() {
    const set = (layer, name, value) => this.view.setPaintProperty(layer, name, value);
    const [shadesOfNow, inks] = ["class", "on-class"].map((name) =>
      [0, 1, 2, 3, 4].map((place) => colour(`${name}-${place}`)),
    );
    set("counties", "fill-color", paintExpression(this.layer, shadesOfNow, colour("class-none")));
    for (const words of ["names", "values"]) {
      set(words, "text-color", paintExpression(this.layer, inks, colour("on-class-none")));
      set(words, "text-halo-color", paintExpression(this.layer, shadesOfNow, colour("class-none")));
      set(words, "text-halo-width", 1.2);
    }
    const texts = Object.keys(this.layer.values).flatMap((id) => [id, bare(this.layer, id)]);
    this.view.setLayoutProperty("names", "text-field", ["get", "name"]);
    const value = texts.length && this.view.getContainer().clientWidth > 520;
    const words = value ? ["match", ["get", "id"], ...texts, ""] : "";
    this.view.setLayoutProperty("values", "text-field", ["concat", ["get", "name"], "\n", words]);
    this.explain();
  }

  /** The legend of the figure that is shown. */
  explain() {
    const list = this.figure.querySelector(".legend");
    if (!list) return;
    const lines = legend(this.layer, this.features, this.data.words.none ?? "");
    list.replaceChildren(
      ...lines.map((line) => el("li", {}, el("span", { className: `swatch ${line.name}` }), line.text)),
    );
    this.view.getCanvas().setAttribute("aria-label", this.layer.name);
  }

  /** Marks one county on the map and in the tables; "" marks none. */
  mark(id) {
    this.view.setFilter("current", ["==", ["get", "id"], id]);
    for (const row of document.querySelectorAll("table.values tr[data-id]")) {
      row.classList.toggle("current", id !== "" && row.dataset.id === id);
    }
  }

  feature(id) {
    return this.features.find((one) => String(one.properties.id) === id);
  }

  middle(id) {
    const feature = this.feature(id);
    return feature ? middle(feature.geometry) : null;
  }

  /** What is known of one county, for a small window. */
  says(id) {
    const feature = this.feature(id);
    const text = this.layer?.texts?.[id] ?? this.data.words.none ?? "";
    const box = el("div", {}, el("strong", {}, feature.properties.name), ` ${text}`);
    if (this.layer?.href) box.append(el("br"), el("a", { href: this.layer.href }, this.layer.name));
    return box;
  }
}

/** West, south, east and north of polygons. */
export function boundsOf(features) {
  const points = features.flatMap((feature) =>
    feature.geometry.coordinates.flat(feature.geometry.type === "Polygon" ? 1 : 2),
  );
  const found = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    found[0] = Math.min(found[0], x);
    found[1] = Math.min(found[1], y);
    found[2] = Math.max(found[2], x);
    found[3] = Math.max(found[3], y);
  }
  return found;
}
