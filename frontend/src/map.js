import { Map as GLMap, setWorkerUrl } from "maplibre-gl";
import worker from "worker:maplibre-gl/dist/maplibre-gl-worker.mjs";
import sheet from "text:maplibre-gl/dist/maplibre-gl.css";
const address = URL.createObjectURL(new Blob([worker], { type: "text/javascript" }));
setWorkerUrl(address + "#worker.cjs");
window.GLMap = GLMap;
const style = document.createElement("style");
style.textContent = sheet;
document.head.append(style);
