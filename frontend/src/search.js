// Finding a place by its name: the browser's own list of suggestions, so that keys and screen readers know it.
import { el } from "./element.js";

const MOST = 2000;

export function search(subject) {
  const field = subject.atlas.box.querySelector("input[name=place]");
  if (!field) return;
  const list = document.getElementById(field.getAttribute("list"));
  const found = new Map();
  for (const drawn of subject.drawn.values()) {
    if (drawn.small || !drawn.data) continue;
    for (const [at, name] of drawn.names().entries()) {
      if (name && !found.has(name)) found.set(name, { drawn, at });
    }
  }
  list.replaceChildren(...[...found.keys()].slice(0, MOST).map((name) => el("option", { value: name })));
  field.closest("label").hidden = found.size === 0;
  field.oninput = () => {
    const hit = found.get(field.value.trim());
    if (hit) go(hit);
  };
  field.onkeydown = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const wanted = field.value.trim().normalize("NFKC").toLowerCase();
    const name = wanted && [...found.keys()].find((one) => one.normalize("NFKC").toLowerCase().includes(wanted));
    if (name) {
      field.value = name;
      go(found.get(name));
    } else field.setAttribute("aria-invalid", String(Boolean(wanted)));
  };

  function go({ drawn, at }) {
    field.removeAttribute("aria-invalid");
    if (drawn.find) subject.go(drawn, at);
    else subject.view.easeTo({ center: drawn.lonLat(at), zoom: 13 });
  }
}
