// Where a layer's figures come from: the server's files, or scripts beside a page that was opened from a folder.
import { bytes, decode } from "./pointfile.js";

const arrived = new Map(); // what scripts have brought: key -> payload

globalThis.luoshuLayer = (key, payload) => arrived.set(key, payload);

/** A layer's data: {points} or {geojson} or {tiles: address}; rejects with an Error where it cannot be had. */
export async function layerData(layer) {
  let href = layer.href;
  if (!href) return layer.geojson ? { geojson: layer.geojson } : { points: emptyPoints() };
  const folder = location.protocol === "file:";
  if (ends(href, ".pmtiles")) {
    if (!folder) return { tiles: new URL(href, document.baseURI).href };
    href = layer.fallback;
    if (!href) throw new Error(layer.id);
  }
  if (ends(href, ".js")) return fromScript(href, layer.key);
  const answer = await fetch(href);
  if (!answer.ok) throw new Error(`${answer.status} ${layer.id}`);
  if (ends(href, ".bin")) return { points: decode(await answer.arrayBuffer()) };
  return { geojson: await answer.json() };
}

function ends(href, ending) {
  return href.split(/[?#]/)[0].endsWith(ending);
}

function emptyPoints() {
  return { count: 0, lon: new Float32Array(0), lat: new Float32Array(0), columns: {}, ids: [], names: [], meta: {} };
}

async function fromScript(href, key) {
  if (!arrived.has(key)) {
    await new Promise((done, failed) => {
      const script = Object.assign(document.createElement("script"), { src: href, onload: done });
      script.onerror = () => failed(new Error(key));
      document.head.append(script);
    });
  }
  const payload = arrived.get(key);
  arrived.delete(key); // the text is four thirds of the data; the data is kept by who asked
  if (payload === undefined) throw new Error(key);
  return typeof payload === "string" ? { points: decode(bytes(payload)) } : { geojson: payload.geojson ?? payload };
}
