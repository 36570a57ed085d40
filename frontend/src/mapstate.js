// What the map's address says after the #: which subject, which layers, where one looks, what is picked and tried.

/** Reads an address: {promise, layer, on: [id] | null, at: [lon, lat, zoom] | null, pick: "layer/id", what}. */
export function readState(hash) {
  const found = new URLSearchParams(hash.replace(/^#/, ""));
  const at = (found.get("at") ?? "").split(",").map(Number);
  const good = at.length === 3 && at.every(Number.isFinite) && Math.abs(at[0]) <= 180 && Math.abs(at[1]) <= 85;
  return {
    promise: found.get("promise") ?? "",
    layer: found.get("layer") ?? "",
    on: found.has("on") ? found.get("on").split("~").filter(Boolean) : null,
    at: good ? at : null,
    pick: found.get("pick") ?? "",
    what: found.get("what") ?? "",
  };
}

/** Writes an address; parts that say nothing are left out. */
export function writeState({ promise, layer, on, at, pick, what }) {
  const parts = new URLSearchParams();
  if (promise) parts.set("promise", promise);
  if (layer) parts.set("layer", layer);
  if (on) parts.set("on", on.join("~"));
  if (at) parts.set("at", at.map((part, place) => part.toFixed(place < 2 ? 5 : 2)).join(","));
  if (pick) parts.set("pick", pick);
  if (what) parts.set("what", what);
  const text = parts.toString().replaceAll("%2C", ",");
  return text ? `#${text}` : "";
}
