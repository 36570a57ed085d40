// What can be done: forms of acts and buttons that carry their facts go through the outbox, with a mark made when pressed.
import { el, sentences, toast } from "./element.js";
import { deskNow } from "./moment.js";
import { forgetPages } from "./offline.js";

const ZONE = "+08:00"; // the desk's own time, which its forms show

/** Takes over all `form[data-act]` and `[data-do]` of the page, also those that come later. */
export function startActs(desk) {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest?.("form[data-act]");
    if (!form || event.defaultPrevented) return;
    event.preventDefault();
    sendForm(desk, form);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-do]");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const facts = JSON.parse(button.dataset.facts ?? "{}");
    if (button.dataset.now !== undefined) {
      event.preventDefault();
      button.setAttribute("aria-disabled", "true");
      send(desk, { what: button.dataset.do, facts, label: button.dataset.label || button.textContent.trim() }, button);
    } else if (openForm(desk, button, facts)) {
      event.preventDefault();
    }
  });
  document.addEventListener("change", (event) => {
    const choice = event.target.closest?.("select[data-fills]");
    if (choice) fillBy(choice);
  });
  for (const form of document.querySelectorAll("form[data-act]")) setNow(form);
  document.querySelector("form.leave")?.addEventListener("submit", () => forgetPages());
}

/** The facts that a form holds, as the desk wants them: lists as lists, times with their zone, nothing left empty. */
export function factsOf(form) {
  const facts = {};
  for (const field of form.elements) {
    const { name, type } = field;
    if (!name || name.startsWith("_") || field.disabled || ["submit", "button", "fieldset"].includes(type)) continue;
    if (type === "checkbox" && field.closest(".act-checks")) {
      facts[name] ??= [];
      if (field.checked) facts[name].push(field.value);
    } else if (type === "checkbox" || type === "radio") {
      if (field.checked) facts[name] = field.value;
    } else if (field.closest(".act-list")) {
      facts[name] = field.value.replaceAll("，", ",").split(/[\n,]/).map((each) => each.trim()).filter(Boolean);
    } else if (type === "datetime-local") {
      if (field.value) facts[name] = field.value + ZONE;
    } else if (field.value !== "") {
      facts[name] = field.value;
    }
  }
  return facts;
}

async function sendForm(desk, form) {
  const button = form.querySelector("button:not([type=button])");
  const why = form.elements._why?.value ?? "";
  const told = { what: form.dataset.act, facts: factsOf(form), why, label: form.dataset.label || button?.textContent.trim() };
  say(form, "");
  if (button) button.disabled = true;
  const answer = await send(desk, told, null, form);
  if (button) button.disabled = false;
  if (answer.kind === "refused") return refusedIn(desk, form, answer);
  const dialog = form.closest("dialog");
  form.reset();
  if (dialog) dialog.close();
  else if (answer.kind === "done" && !form.closest("[data-live]")) goOn(form, answer);
}

/** Keeps an act and sends it; gives how it went: done, refused (taken out again for the form), or kept for later. */
async function send(desk, told, button, form) {
  const { outbox, words } = desk;
  let item;
  try {
    item = await outbox.put({ ...told, person: desk.person });
  } catch {
    toast(words.not_kept);
    if (button) button.removeAttribute("aria-disabled");
    return { kind: "refused", error: { says: words.not_kept, mend: "" } };
  }
  const answer = await outbox.settled(item);
  if (answer.kind === "done") {
    toast(words.entered.replace("{what}", told.label ?? ""));
    document.dispatchEvent(new CustomEvent("luoshu:sent"));
  } else if (answer.kind === "refused" && form?.isConnected && form.getClientRects().length) {
    await outbox.drop(item.id); // it stands in the form still, with the reason: one place to mend it
  } else if (answer.kind === "refused") {
    toast(`${words.refused} ${answer.error?.says ?? ""}`);
  } else {
    toast(words[`kept_${answer.kind}`] ?? words.kept_offline);
  }
  if (button && answer.kind !== "done") button.removeAttribute("aria-disabled");
  return answer;
}

function refusedIn(desk, form, answer) {
  const { says = "", mend = "" } = answer.error ?? {};
  say(form, sentences(says || desk.words.refused, mend));
  for (const [name, wrong] of Object.entries(answer.fields ?? {})) {
    const field = form.elements[name];
    unfold(field);
    field?.setAttribute?.("aria-invalid", "true");
    if (wrong && field?.title !== undefined) field.title = wrong;
  }
}

function say(form, words) {
  const place = form.querySelector(".form-error");
  if (!place) return words && toast(words);
  place.textContent = words;
  place.hidden = !words;
  form.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
}

/** Opens the page's form of an act in its window, filled with what the button knows; false where the page has none. */
function openForm(desk, button, facts) {
  const dialog = document.querySelector(`dialog[data-form="${CSS.escape(button.dataset.do)}"]`);
  const form = dialog?.querySelector("form[data-act]");
  if (!form) return false;
  form.reset();
  setNow(form);
  for (const fold of form.querySelectorAll("details.more-fields")) fold.open = false;
  say(form, "");
  const title = dialog.querySelector("h2")?.textContent.trim() ?? "";
  const about = button.dataset.label ?? "";
  form.dataset.label = about && !about.includes(title) ? `${title} · ${about}` : title || button.textContent.trim();
  for (const box of form.querySelectorAll(".act-field[hidden]")) box.hidden = false;
  for (const [name, value] of Object.entries(facts)) fill(form.elements[name], String(value), Boolean(button.dataset.fixed));
  for (const [name, value] of Object.entries(JSON.parse(button.dataset.offers ?? "{}"))) fill(form.elements[name], String(value), false);
  dialog.querySelector("[data-about]")?.replaceChildren(about);
  dialog.showModal();
  form.querySelector(".act-field:not([hidden]) :is(input, select, textarea)")?.focus();
  return true;
}

function fill(field, value, fixed) {
  if (!field) return;
  const boxes = field instanceof RadioNodeList ? [...field] : [field];
  if (boxes[0].closest?.(".act-checks")) {
    const chosen = value.split("\n");
    for (const box of boxes) box.checked = chosen.includes(box.value);
    return;
  }
  const box = boxes.find((each) => each.type === "checkbox");
  if (box) {
    box.checked = value === "true";
    return;
  }
  if (field.tagName === "SELECT" && ![...field.options].some((option) => option.value === value)) {
    field.append(el("option", { value }, value)); // it came after the page
  }
  field.value = value;
  if (value && !fixed) unfold(field);
  const around = field.closest?.(".act-field");
  if (around && fixed) around.hidden = true;
}

/** Shows a field that stands under "more". */
function unfold(field) {
  const fold = field?.closest?.("details.more-fields");
  if (fold) fold.open = true;
}

/** Puts this moment of the desk, as its clock shows it, where a time is mostly that. */
function setNow(form) {
  const now = new Date(deskNow() + 8 * 3_600_000).toISOString().slice(0, 16);
  for (const field of form.querySelectorAll("input[data-at-opening]")) field.value = now;
}

/** Puts what a choice means into the field that it fills, as long as nobody has written something else there. */
function fillBy(choice) {
  const words = JSON.parse(choice.dataset.filling);
  const field = choice.form?.elements[choice.dataset.fills];
  if (field && (!field.value || Object.values(words).includes(field.value))) field.value = words[choice.value] ?? "";
}

/** On a page without parts that follow by themselves: back to where the form says, with what was entered. */
function goOn(form, answer) {
  const back = form.elements._back?.value || location.pathname;
  const address = new URL(back.startsWith("/") ? back : `/${back}`, location.origin);
  address.searchParams.set("entered", answer.entries[0]);
  location.assign(address);
}
