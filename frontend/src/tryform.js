// The few questions about a new row: its name, its service, its capacity.
import { el } from "./element.js";

/** Shows the edit's fields in the map's card; `done` gets the values as {name: value}. */
export function askFields(whatIf, edit, done) {
  const { words, card } = whatIf;
  const inputs = edit.fields.map((field) => [field, input(field)]);
  const rows = inputs.map(([field, control]) =>
    el("label", {}, el("span", {}, field.label, field.unit && ` (${field.unit})`, field.required && " *"), control),
  );
  const add = el("button", { type: "submit", className: "primary" }, words.add);
  const cancel = el("button", { type: "button" }, words.cancel);
  const form = el("form", { className: "try-form" }, el("strong", {}, edit.label), ...rows, el("p", { className: "tools" }, add, cancel));
  cancel.addEventListener("click", () => whatIf.stop());
  form.addEventListener("keydown", (event) => {
    if (event.key === "Escape") whatIf.stop();
    event.stopPropagation();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    done(values(inputs));
  });
  card.replaceChildren(form);
  card.hidden = false;
  const first = inputs[0]?.[1];
  first?.focus({ preventScroll: true });
  first?.select?.();
}

function input(field) {
  const common = { name: field.name, required: field.required };
  if (field.type === "choice") {
    const options = field.choices.map((one) => el("option", { value: one.value, selected: one.value === field.value }, one.label));
    return el("select", common, !field.required && el("option", { value: "" }, "—"), ...options);
  }
  const number = field.type === "number";
  return el("input", { ...common, type: number ? "number" : "text", step: number ? "any" : undefined, value: field.value ?? "", maxLength: number ? undefined : 120 });
}

/** What was filled in; empty fields say nothing. */
function values(inputs) {
  const filled = inputs.map(([field, control]) => [field, control.value.trim()]).filter(([, text]) => text !== "");
  return Object.fromEntries(filled.map(([field, text]) => [field.name, field.type === "number" ? Number(text) : text]));
}
