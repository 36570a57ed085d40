// The map, live: MapLibre over what stands in the page and in files beside it. No tile, glyph or sprite is ever fetched
// from outside: the worker is started from a string, and names are drawn with the machine's own fonts.
import { addProtocol, setWorkerUrl } from "maplibre-gl";
import { Protocol } from "pmtiles";
import sheet from "text:maplibre-gl/dist/maplibre-gl.css";
import worker from "worker:maplibre-gl/dist/maplibre-gl-worker.mjs";
import { Atlas } from "./atlas.js";
import { startBoardMap } from "./boardmap.js";

// the ending tells MapLibre to start it as a plain script: module workers are refused to pages opened from a folder
setWorkerUrl(`${URL.createObjectURL(new Blob([worker], { type: "text/javascript" }))}#worker.cjs`);
addProtocol("pmtiles", new Protocol().tile);

function start() {
  for (const figure of document.querySelectorAll("figure[data-map]")) {
    const data = JSON.parse(document.getElementById(figure.dataset.map)?.textContent ?? "null");
    if (!data || (!data.groups?.length && !(data.polygons?.features?.length && data.layers?.length))) continue;
    try {
      new Atlas(figure, data);
    } catch (error) {
      // no WebGL: the server's drawing is still there, and the tables
      figure.querySelector(".stage")?.remove();
      figure.querySelector(".map-canvas")?.classList.remove("live", "waiting");
      document.documentElement.classList.add("no-map");
      console.warn(error);
    }
  }
  startBoardMap();
}

document.head.append(Object.assign(document.createElement("style"), { textContent: sheet }));
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
