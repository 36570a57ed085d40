// A layer of lines or polygons: from GeoJSON, or from tiles in one static file where there are very many.
import { hex, ramp } from "./classes.js";
import { palette } from "./marks.js";
import { colour } from "./theme.js";

const SLOTS = { counties: "slot-counties", units: "slot-units" }; // large areas lie below small ones
const TILED = "layer"; // the name of the only layer within the tiles

export class Areas {
  constructor(subject, layer) {
    this.subject = subject;
    this.view = subject.view;
    this.layer = layer;
    this.key = `${subject.group.commitment}/${layer.id}`;
  }

  fill({ geojson, tiles }) {
    this.remove();
    this.data = { geojson, tiles, ids: (geojson?.features ?? []).map((one) => String(one.properties?.id ?? "")) };
    const source = tiles
      ? { type: "vector", url: `pmtiles://${tiles}` }
      : { type: "geojson", data: geojson, generateId: true };
    this.view.addSource(this.key, source);
    const from = { source: this.key, ...(tiles ? { "source-layer": TILED } : {}) };
    const areas = ["match", ["geometry-type"], ["Polygon", "MultiPolygon"], true, false];
    this.view.addLayer({ id: `${this.key}/fill`, type: "fill", ...from, filter: areas }, SLOTS[this.layer.role] ?? "slot-areas");
    this.view.addLayer(
      { id: `${this.key}/line`, type: "line", ...from, layout: { "line-join": "round", "line-cap": "round" } },
      "slot-lines",
    );
    this.paint();
  }

  clear() {
    this.remove();
    this.data = undefined;
  }

  paint() {
    if (!this.view.getLayer(`${this.key}/fill`)) return;
    const set = (part, name, value) => this.view.setPaintProperty(`${this.key}/${part}`, name, value);
    const { role, measure } = this.layer;
    const main = { reach: "accent", barriers: "heart", counties: "map-edge", areas: "map-edge" }[role] ?? "accent";
    set("fill", "fill-color", measure ? this.classColours() : colour(main));
    set("fill", "fill-opacity", measure ? 0.55 : role === "reach" ? 0.16 : 0.04);
    set("line", "line-color", role === "reach" ? this.reachLines() : colour(main));
    set("line", "line-width", { reach: 1.6, barriers: 2.4, counties: 0.8, areas: 0.6 }[role] ?? 1);
  }

  /** Streets within reach are lines of a colour of their own, beside the edge of the area. */
  reachLines() {
    const streets = ["match", ["geometry-type"], ["LineString", "MultiLineString"], true, false];
    return ["case", streets, colour("point-near"), colour("accent")];
  }

  classColours() {
    const colours = ramp(this.layer, palette()).map(hex);
    const { breaks, measure } = this.layer;
    const count = Math.max(1, breaks.length);
    const value = ["coalesce", ["get", measure], -1];
    const steps = breaks.slice(1).flatMap((low, at) => [this.layer.high_is_bad ? low + 1e-9 : low, colours[at + 1]]);
    const classes = steps.length ? ["step", ["to-number", value], colours[0], ...steps] : colours[0];
    const beyond = ["==", ["get", `${measure}_beyond`], true];
    return ["case", beyond, colours[count], ["has", measure], this.known(classes, colours[count + 1]), colours[count + 1]];
  }

  known(classes, otherwise) {
    return ["case", ["==", ["get", this.layer.measure], null], otherwise, classes];
  }

  /** The figures after a what-if, by the features' ids; null: as they are in the book. Tiles keep theirs. */
  setAfter(values) {
    const { measure } = this.layer;
    const source = this.view.getSource(this.key);
    if (!this.data?.geojson || !measure || !source) return;
    const changed = (one) => ({ ...one.properties, [measure]: values[one.properties.id] ?? one.properties[measure] });
    const features = this.data.geojson.features.map((one) => (values ? { ...one, properties: changed(one) } : one));
    source.setData({ ...this.data.geojson, features });
    this.after = values ? features : undefined;
  }

  set() {
    // points only
  }

  shown(on) {
    for (const part of ["fill", "line"]) {
      const id = `${this.key}/${part}`;
      if (this.view.getLayer(id)) this.view.setLayoutProperty(id, "visibility", on ? "visible" : "none");
    }
  }

  under(point) {
    if (this.layer.role === "counties" || !this.view.getLayer(`${this.key}/fill`)) return undefined;
    const { x, y } = point;
    const box = [
      [x - 4, y - 4],
      [x + 4, y + 4],
    ];
    return this.view.queryRenderedFeatures(box, { layers: [`${this.key}/fill`, `${this.key}/line`] })[0];
  }

  about(at, feature) {
    const { id, name, ...values } = feature.properties;
    return { id: id === undefined ? "" : String(id), name: name ?? "", values };
  }

  /** The figures of the layer's measure, for the legend; tiles do not tell them. */
  values() {
    const { measure } = this.layer;
    const features = this.after ?? this.data?.geojson?.features;
    if (!features || !measure) return undefined;
    return features.map(({ properties }) => (properties[`${measure}_beyond`] ? Infinity : (properties[measure] ?? NaN)));
  }

  weights() {
    const { weight } = this.layer;
    return weight ? this.data.geojson.features.map(({ properties }) => properties[weight] ?? NaN) : undefined;
  }

  names() {
    return (this.data?.geojson?.features ?? []).map((one) => one.properties?.name ?? "");
  }

  lonLat(at) {
    let place = this.data.geojson.features[at].geometry.coordinates;
    while (Array.isArray(place[0])) place = place[0];
    return place;
  }

  remove() {
    for (const part of ["fill", "line"]) {
      if (this.view.getLayer(`${this.key}/${part}`)) this.view.removeLayer(`${this.key}/${part}`);
    }
    if (this.view.getSource(this.key)) this.view.removeSource(this.key);
  }
}
