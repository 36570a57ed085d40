// How the live map of a board looks: the layers, and signs drawn by hand in the colours of the page, the same as in the key.
import { colour } from "./theme.js";

const SIGNS = {
  closure: { d: "M-5-5L5 5M5-5L-5 5", line: "late", wide: 3 },
  people: { d: "M-6 6V1.5A6 4.5 0 0 1 6 1.5V6ZM0-8A3.4 3.4 0 1 1 0-1.2A3.4 3.4 0 1 1 0-8Z", fill: "heart" },
  shelter: { d: "M-6.5 0L0-6.5L6.5 0V6H-6.5Z", fill: "done" },
  store: { d: "M-5-5H5V5H-5Z", fill: "surface", line: "ink", wide: 2 },
  reading: { d: "M-4.5 0A4.5 4.5 0 1 1 4.5 0A4.5 4.5 0 1 1-4.5 0Z", fill: "accent" },
  task: { d: "M0-6L6 0L0 6L-6 0Z", fill: "soon" },
  resource: { d: "M0 6L-6-5H6Z", fill: "drill" },
  way: { d: "M-3-4L4 0L-3 4", line: "drill", wide: 2.4 },
};
const SIZE = 20;
const RATIO = 2;
const EMPTY = { type: "FeatureCollection", features: [] };
const AREAS = ["in", ["geometry-type"], ["literal", ["Polygon", "MultiPolygon"]]];

/** Sorts that stand on the map as a sign with a name. */
export const SIGN_SORTS = ["closure", "people", "shelter", "store", "reading", "task", "resource"];

/** The style: the land and its names below, then areas, ways, closed roads and signs. */
export function boardStyle(land) {
  const features = land?.features ?? [];
  const names = features.map(({ properties }) => ({
    type: "Feature",
    properties: { name: properties.name },
    geometry: { type: "Point", coordinates: properties.at },
  }));
  const letters = { "text-font": ["sans"], "text-size": 12.5 };
  const of = (...sorts) => ["in", ["get", "sort"], ["literal", sorts]];
  const line = { "line-join": "round", "line-cap": "round" };
  return {
    version: 8,
    transition: { duration: 0, delay: 0 },
    sources: {
      land: { type: "geojson", data: land ?? EMPTY },
      names: { type: "geojson", data: { type: "FeatureCollection", features: names } },
      seen: { type: "geojson", data: EMPTY },
      marks: { type: "geojson", data: EMPTY },
    },
    layers: [
      { id: "ground", type: "background" },
      { id: "land", type: "fill", source: "land" },
      { id: "edges", type: "line", source: "land", layout: line },
      { id: "areas", type: "fill", source: "seen", filter: ["all", AREAS, of("incident", "area")] },
      { id: "area-edges", type: "line", source: "seen", filter: ["all", AREAS, of("incident", "area")], layout: line },
      { id: "closed-areas", type: "fill", source: "seen", filter: ["all", AREAS, of("closure")] },
      { id: "names", type: "symbol", source: "names", layout: { ...letters, "text-field": ["get", "name"], "text-padding": 4 } },
      { id: "closed-lines", type: "line", source: "seen", filter: of("closure"), layout: line },
      { id: "ways", type: "line", source: "seen", filter: of("way"), layout: line },
      {
        id: "way-heads",
        type: "symbol",
        source: "seen",
        filter: of("way"),
        layout: {
          "symbol-placement": "line",
          "symbol-spacing": 70,
          "icon-image": "sign-way",
          "icon-allow-overlap": true,
          "icon-ignore-placement": true,
        },
      },
      {
        id: "labels", // below the signs, which have their room first: a name never lies on a sign
        type: "symbol",
        source: "marks",
        layout: {
          ...letters,
          "symbol-sort-key": ["get", "rank"],
          "text-field": ["get", "label"],
          "text-variable-anchor": ["left", "right", "top", "bottom"],
          "text-radial-offset": 1,
          "text-max-width": 12,
          "text-padding": 1,
        },
      },
      {
        id: "signs",
        type: "symbol",
        source: "marks",
        layout: {
          "symbol-sort-key": ["-", 0, ["get", "rank"]], // what matters most lies on top
          "icon-image": ["concat", "sign-", ["get", "sort"]],
          "icon-allow-overlap": true,
          "icon-padding": 0,
        },
      },
    ],
  };
}

/** Colours and signs as the page has them now. */
export function paintBoard(view) {
  const set = (layer, name, value) => view.setPaintProperty(layer, name, value);
  set("ground", "background-color", colour("map-ground"));
  set("land", "fill-color", colour("map-land"));
  set("edges", "line-color", colour("map-edge"));
  set("areas", "fill-color", colour("accent"));
  set("areas", "fill-opacity", 0.14);
  set("area-edges", "line-color", colour("accent"));
  set("area-edges", "line-width", 1.8);
  set("area-edges", "line-dasharray", [3, 2]);
  set("closed-areas", "fill-color", colour("late"));
  set("closed-areas", "fill-opacity", 0.18);
  set("closed-lines", "line-color", colour("late"));
  set("closed-lines", "line-width", 4);
  set("ways", "line-color", colour("drill"));
  set("ways", "line-width", 1.8);
  set("ways", "line-dasharray", [2, 2]);
  for (const [layer, ink] of [["names", "muted"], ["labels", "ink"]]) {
    set(layer, "text-color", colour(ink));
    set(layer, "text-halo-color", colour(layer === "names" ? "map-land" : "surface"));
    set(layer, "text-halo-width", 1.5);
  }
  for (const [name, sign] of Object.entries(SIGNS)) {
    const image = drawSign(sign);
    if (view.hasImage(`sign-${name}`)) view.updateImage(`sign-${name}`, image);
    else view.addImage(`sign-${name}`, image, { pixelRatio: RATIO });
  }
}

function drawSign({ d, fill, line, wide }) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE * RATIO;
  const pen = canvas.getContext("2d");
  const path = new Path2D(d);
  pen.scale(RATIO, RATIO);
  pen.translate(SIZE / 2, SIZE / 2);
  pen.lineJoin = pen.lineCap = "round";
  const stroke = (name, width) => {
    pen.strokeStyle = colour(name);
    pen.lineWidth = width;
    pen.stroke(path);
  };
  stroke("surface", (wide ?? 0) + 2.6); // a rim, so that it is seen on any ground
  if (fill) {
    pen.fillStyle = colour(fill);
    pen.fill(path);
  }
  if (line) stroke(line, wide);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}
