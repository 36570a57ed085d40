// The map's layers as plain functions: which class a value belongs to, what the legend says, what the map paints.

/**
 * The shade of a value, 0 (lowest) to 4: `lows` are the lower ends of at most five classes, spread over the whole ramp;
 * undefined where there is no value.
 */
export function shade(value, lows) {
  if (value === null || value === undefined || Number.isNaN(value)) return undefined;
  const below = lows.filter((low) => value >= low).length;
  return Math.floor((Math.max(0, below - 1) * 4) / Math.max(1, lows.length - 1));
}

/** Each place's shade: {"410302": 3, ...}; places without a value are left out. */
export function shades(layer) {
  const found = {};
  for (const [id, value] of Object.entries(layer.values)) {
    const place = shade(value, layer.classes ?? []);
    if (place !== undefined) found[id] = place;
  }
  return found;
}

/** The colour of every place as a MapLibre expression. */
export function paintExpression(layer, colours, none) {
  const pairs = Object.entries(shades(layer)).flatMap(([id, place]) => [id, colours[place]]);
  return pairs.length ? ["match", ["get", "id"], ...pairs, none] : none;
}

/** A place's figure without its unit where the text ends with it: the map has little room, and the layer names it. */
export function bare(layer, id) {
  const text = layer.texts?.[id] ?? "";
  return layer.unit && text.endsWith(layer.unit) ? text.slice(0, -layer.unit.length).trim() : text;
}

/** Lines of the legend: {name: "class-0".., text}, from the lowest class that holds a value up, then the empty one. */
export function legend(layer, features, none) {
  const found = new Map();
  for (const [id, place] of Object.entries(shades(layer))) {
    const [low, high] = found.get(place) ?? [id, id];
    found.set(place, [
      layer.values[id] < layer.values[low] ? id : low,
      layer.values[id] > layer.values[high] ? id : high,
    ]);
  }
  const text = (id) => layer.texts?.[id] ?? String(layer.values[id]);
  const lines = [...found]
    .sort(([one], [other]) => one - other)
    .map(([place, [low, high]]) => ({
      name: `class-${place}`,
      text: text(low) === text(high) ? text(low) : `${bare(layer, low) || text(low)} – ${text(high)}`,
    }));
  const empty = features.some((feature) => !(feature.properties.id in layer.values));
  return empty ? [...lines, { name: "class-none", text: none }] : lines;
}

/** The middle of a polygon's largest ring, for its label: the area's centroid. */
export function middle(geometry) {
  const rings =
    geometry.type === "MultiPolygon" ? geometry.coordinates.map((part) => part[0]) : [geometry.coordinates[0]];
  return rings.map(centroid).sort((one, other) => other.area - one.area)[0].at;
}

function centroid(ring) {
  let [area, x, y] = [0, 0, 0];
  for (let at = 0; at < ring.length - 1; at += 1) {
    const [[x0, y0], [x1, y1]] = [ring[at], ring[at + 1]];
    const cross = x0 * y1 - x1 * y0;
    area += cross / 2;
    x += (x0 + x1) * cross;
    y += (y0 + y1) * cross;
  }
  return area === 0 ? { area: 0, at: ring[0] } : { area: Math.abs(area), at: [x / (6 * area), y / (6 * area)] };
}
