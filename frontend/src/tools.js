// The small tools of a page: theme, print, copy a link, open a dialog, go to another day.
import { seenTheme, turnTheme } from "./theme.js";

const actions = {
  theme(button) {
    button.setAttribute("aria-pressed", String(turnTheme() === "dark"));
  },
  print() {
    window.print();
  },
  async copy(button) {
    const value = button.dataset.value || permalink() || location.href;
    const before = button.textContent;
    button.textContent = (await copy(value)) ? (button.dataset.done ?? before) : value;
    setTimeout(() => (button.textContent = before), 2000);
  },
  dialog(button) {
    document.getElementById(button.dataset.dialog)?.showModal();
  },
};

/** The page's own lasting address, with its day, where it names one. */
function permalink() {
  return document.querySelector("a.permalink[href]")?.href;
}

/** Copies `text`; the clipboard is refused to pages that are not served safely, and there a hidden field does it. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = Object.assign(document.createElement("textarea"), { value: text, className: "visually-hidden" });
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  }
}

/** Gives life to all that carries `data-action`, and to the day's form. */
export function startTools(page) {
  for (const button of page.querySelectorAll("button[data-action]")) {
    const act = actions[button.dataset.action];
    if (!act) continue;
    button.hidden = false;
    button.addEventListener("click", () => act(button));
    if (button.dataset.action === "theme") button.setAttribute("aria-pressed", String(seenTheme() === "dark"));
  }
  for (const field of page.querySelectorAll("form.day input[type=date]")) {
    let typed = false; // a day typed with the keyboard changes at each digit: wait until it is left or entered
    field.addEventListener("keydown", (event) => (typed = event.key !== "Enter"));
    field.addEventListener("pointerdown", () => (typed = false));
    field.addEventListener("change", () => typed || send(field));
    field.addEventListener("blur", () => typed && field.value !== field.defaultValue && send(field));
  }
  const masthead = page.querySelector(".masthead");
  if (masthead) {
    new ResizeObserver(() => {
      const sticky = getComputedStyle(masthead).position === "sticky";
      page.documentElement.style.setProperty("--masthead", `${sticky ? masthead.offsetHeight : 0}px`);
    }).observe(masthead);
  }
  // what scrolls sideways can be scrolled by keyboard
  for (const box of page.querySelectorAll("main table, main pre")) {
    if (box.scrollWidth > box.clientWidth + 1) box.tabIndex = 0;
  }
  // what lies folded away is printed too
  addEventListener("beforeprint", () =>
    page.querySelectorAll("main details:not(.correct)").forEach((fold) => (fold.open = true)),
  );
}

function send(field) {
  if (field.value && field.checkValidity()) field.form.requestSubmit();
}
