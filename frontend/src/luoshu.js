// Every page: the theme and the small tools of the masthead; the ledger's filter and the reader where they stand.
import "./early.js";
import htmx from "htmx.org";
import "htmx-ext-sse";
import { startTools } from "./tools.js";
import { startFilters } from "./filter.js";
import { startReader } from "./reader.js";

window.htmx = htmx;

function start() {
  startTools(document);
  startFilters(document);
  startReader(document);
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
