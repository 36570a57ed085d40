// Rings around what is tried out: new and moved places, the places that were closed, new lines.
import { colour } from "./theme.js";

const ID = "tried";

export class TriedPlaces {
  /** `edits` tell which columns of a row hold where it lies. */
  constructor(subject, edits) {
    this.subject = subject;
    this.edits = edits;
    this.view = subject.view;
  }

  /** Marks the rows of all changes; `kept` holds the layers as they are in the book, for rows that are gone. */
  draw(changes, kept = new Map()) {
    const found = [...new Map(changes.map((change) => [change.remove ?? change.row.id, change])).values()];
    const features = found.map((change) => this.feature(change, kept)).filter(Boolean);
    const data = { type: "FeatureCollection", features };
    if (this.view.getSource(ID)) return this.view.getSource(ID).setData(data);
    if (!features.length) return undefined;
    this.view.addSource(ID, { type: "geojson", data });
    this.view.addLayer({ id: `${ID}/line`, type: "line", source: ID, layout: { "line-cap": "round" } }, "slot-sites");
    this.view.addLayer({ id: `${ID}/ring`, type: "circle", source: ID, filter: ["==", ["geometry-type"], "Point"] });
    return this.paint();
  }

  feature({ edit, remove, row }, kept) {
    const placed = row && lies(row, this.edits.find((one) => `${one.do}-${one.table}` === edit)?.at ?? {});
    if (placed) return placed;
    for (const marks of this.subject.drawn.values()) {
      const points = kept.get(marks.layer.id) ?? marks.data;
      const at = points?.lon && points.ids.indexOf(remove ?? row.id);
      if (at >= 0) return shaped("Point", [points.lon[at], points.lat[at]]);
    }
    return undefined;
  }

  paint() {
    if (!this.view.getLayer(`${ID}/ring`)) return;
    const trial = colour("trial-mark");
    this.view.setPaintProperty(`${ID}/ring`, "circle-radius", 13);
    this.view.setPaintProperty(`${ID}/ring`, "circle-opacity", 0);
    this.view.setPaintProperty(`${ID}/ring`, "circle-stroke-width", 3);
    this.view.setPaintProperty(`${ID}/ring`, "circle-stroke-color", trial);
    this.view.setPaintProperty(`${ID}/line`, "line-color", trial);
    this.view.setPaintProperty(`${ID}/line`, "line-width", 4);
  }

  remove() {
    for (const part of ["ring", "line"]) if (this.view.getLayer(`${ID}/${part}`)) this.view.removeLayer(`${ID}/${part}`);
    if (this.view.getSource(ID)) this.view.removeSource(ID);
  }
}

/** Where a changed row lies, as its columns say: a point, two points as a line, or a line written out. */
export function lies(row, { x = "x", y = "y", x2, y2, wkt }) {
  const line = /^LINESTRING \((.+)\)$/.exec(row[wkt] ?? "")?.[1];
  if (line) return shaped("LineString", line.split(", ").map((pair) => pair.split(" ").map(Number)));
  if (typeof row[x] !== "number" || typeof row[y] !== "number") return undefined;
  if (x2 && typeof row[x2] === "number") return shaped("LineString", [[row[x], row[y]], [row[x2], row[y2]]]);
  return shaped("Point", [row[x], row[y]]);
}

function shaped(type, coordinates) {
  return { type: "Feature", properties: {}, geometry: { type, coordinates } };
}
