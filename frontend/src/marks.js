// A layer of points on the map: homes by the hundred thousand, or places with names.
import { makeGrid } from "./nearby.js";
import { numbers, ramp } from "./classes.js";
import { mercator, placed, PointLayer } from "./pointlayer.js";
import { SHAPES } from "./pointshader.js";
import { colour } from "./theme.js";

const SHAPE_OF = { sites: "mark", planned: "ring", candidates: "diamond", barriers: "square" };
const SMALL = new Set(["homes", "unserved"]);
const NAMED = new Set(["sites", "planned"]);
const MOST_NAMES = 20_000;
const MANY = 100_000; // more are drawn as a sample as long as the map is not at rest

/** The colours of the page for `ramp`. */
export function palette() {
  const names = ["near", "edge", "past", "far", "low", "high", "beyond", "unknown", "plain"];
  return Object.fromEntries(names.map((name) => [name, colour(`point-${name}`)]));
}

/** Square roots of people over their mean, so that a disc's area says how many they are; mean 1. */
export function sizes(weights) {
  if (!weights) return undefined;
  let [sum, count] = [0, 0];
  for (const weight of weights) if (weight > 0 && weight < Infinity) [sum, count] = [sum + weight, count + 1];
  if (!count) return undefined;
  const mean = sum / count;
  const found = new Float32Array(weights.length);
  for (let at = 0; at < found.length; at += 1) found[at] = Math.sqrt(Math.max(0, weights[at]) / mean);
  return found;
}

export class Marks {
  constructor(subject, layer) {
    this.subject = subject;
    this.view = subject.view;
    this.layer = layer;
    this.small = SMALL.has(layer.role);
    this.key = `${subject.group.commitment}/${layer.id}`;
  }

  fill({ points }) {
    this.remove();
    this.data = points;
    const { columns, lon, lat } = points;
    this.places = placed(lon, lat);
    this.places.value = columns[this.layer.measure];
    // homes by their people, candidates by what they would bring
    const sized = this.small ? this.layer.weight : this.layer.role === "candidates" ? this.layer.measure : "";
    this.places.weight = sizes(columns[sized]);
    this.places.nearest = this.layer.nearest ? columns[this.layer.nearest.column] : undefined;
    const look = { breaks: this.layer.breaks ?? [], upper: this.layer.high_is_bad };
    const shape = SHAPES[SHAPE_OF[this.layer.role] ?? "disc"];
    this.gl = new PointLayer(this.key, this.places, { ...look, shape, beyond: this.small ? SHAPES.cross : shape, soft: points.count < MANY });
    this.gl.set(this.small ? this.smallSize() : this.markSize());
    if (this.small && points.count > MANY) this.sparse();
    this.paint();
    this.view.addLayer(this.gl, this.small ? "slot-homes" : "slot-sites");
    if (NAMED.has(this.layer.role)) this.nameThem();
  }

  /** Marks of places are larger than homes, but smaller the more there are. */
  markSize() {
    const canvas = this.view.getCanvas();
    const room = 0.025 * canvas.clientWidth * canvas.clientHeight;
    const base = Math.min(14, Math.max(5, Math.sqrt(room / Math.max(1, this.data.count))));
    return { base: this.layer.role === "candidates" ? 0.85 * base : base, from: this.subject.atlas.homeZoom, most: 22, grow: 1.2 };
  }

  /** Homes fill an eighth of the screen when all of the region is seen. */
  smallSize() {
    const canvas = this.view.getCanvas();
    const room = 0.13 * canvas.clientWidth * canvas.clientHeight;
    const base = Math.min(7, Math.max(0.6, Math.sqrt(room / Math.max(1, this.data.count))));
    return { base, from: this.subject.atlas.homeZoom, most: 26, opacity: 0.9 };
  }

  /** All points are drawn from now on, once the map is at rest. */
  whole() {
    if (!this.gl?.loading) return;
    this.gl.loading = false;
    this.view.triggerRepaint();
  }

  /** Of very many points only a sample is drawn while the map loads or moves. */
  sparse() {
    this.gl.loading = !this.subject.atlas.box.dataset.ready;
    this.onMove = () => (this.gl.moving = true);
    this.onRest = () => {
      this.gl.moving = false;
      this.view.triggerRepaint();
    };
    this.view.on("movestart", this.onMove);
    this.view.on("moveend", this.onRest);
  }

  nameThem() {
    if (this.data.count > MOST_NAMES || !this.data.names.length) return;
    const features = this.data.names.map((name, at) => ({
      type: "Feature",
      properties: { name, at },
      geometry: { type: "Point", coordinates: this.lonLat(at) },
    }));
    this.source(`${this.key}/names`, { type: "FeatureCollection", features });
    this.view.addLayer(
      {
        id: `${this.key}/names`,
        type: "symbol",
        source: `${this.key}/names`,
        minzoom: 10.5,
        layout: {
          "text-field": ["get", "name"],
          "text-font": ["sans"],
          "text-size": 12,
          "text-variable-anchor": ["left", "right", "top", "bottom"],
          "text-radial-offset": 0.8,
          "text-max-width": 9,
          "text-padding": 2,
        },
      },
      undefined,
    );
    this.paintNames();
  }

  source(id, data) {
    if (this.view.getSource(id)) this.view.getSource(id).setData(data);
    else this.view.addSource(id, { type: "geojson", data });
  }

  paint() {
    if (!this.gl) return;
    const main = { sites: "mark-site", planned: "mark-planned", barriers: "heart", candidates: "point-high" };
    const one = numbers(colour(main[this.layer.role] ?? "mark-site"));
    const colours = this.layer.measure ? ramp(this.layer, palette()) : Array.from({ length: 14 }, () => one);
    this.gl.paint({ colours, halo: numbers(colour("surface")) });
    this.paintNames();
  }

  paintNames() {
    const id = `${this.key}/names`;
    if (!this.view.getLayer(id)) return;
    this.view.setPaintProperty(id, "text-color", colour("ink"));
    this.view.setPaintProperty(id, "text-halo-color", colour("surface"));
    this.view.setPaintProperty(id, "text-halo-width", 1.4);
  }

  set(state) {
    this.gl?.set(state);
  }

  shown(on) {
    this.gl?.set({ shown: on });
    const id = `${this.key}/names`;
    if (this.view.getLayer(id)) this.view.setLayoutProperty(id, "visibility", on ? "visible" : "none");
  }

  lonLat(at) {
    return [this.data.lon[at], this.data.lat[at]];
  }

  /** The place in the arrays of the point nearest to a place on the screen, or -1. */
  find(point, pixels) {
    this.grid ??= makeGrid(this.places.x, this.places.y);
    const { lng, lat } = this.view.unproject(point);
    const [x, y] = mercator(lng, lat);
    const world = 512 * 2 ** this.view.getZoom();
    const limit = this.gl.state.over;
    const value = this.places.value;
    const takes = limit === null || !value ? undefined : (at) => !(value[at] <= limit);
    return this.grid.nearest(x - this.places.anchor[0], y - this.places.anchor[1], pixels / world, takes);
  }

  /** What is known of one point: {id, name, at, values: {column: value}, index}. */
  about(at) {
    const { ids, names, columns } = this.data;
    const values = Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, column[at]]));
    const after = this.gl.points.after?.[at];
    return { id: ids[at] ?? "", name: names[at] ?? "", at: this.lonLat(at), values, after, index: at };
  }

  /** People of every point, for the legend. */
  weights() {
    return this.data.columns[this.layer.weight];
  }

  /** The names and rows for the search. */
  names() {
    return this.data?.names ?? [];
  }

  remove() {
    if (this.onMove) {
      this.view.off("movestart", this.onMove);
      this.view.off("moveend", this.onRest);
      this.onMove = undefined;
    }
    for (const id of [`${this.key}/names`, this.key]) if (this.view.getLayer(id)) this.view.removeLayer(id);
    if (this.view.getSource(`${this.key}/names`)) this.view.removeSource(`${this.key}/names`);
    this.gl = undefined;
    this.grid = undefined;
  }
}
