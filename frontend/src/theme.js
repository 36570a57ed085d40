// Light or dark: as the system says, until somebody chooses by hand; the choice stays in this browser.
const KEY = "luoshu-theme";

/** "light", "dark", or "" where nobody has chosen. */
export function chosenTheme() {
  try {
    const theme = localStorage.getItem(KEY);
    return theme === "light" || theme === "dark" ? theme : "";
  } catch {
    return ""; // storage may be forbidden: the system's theme then
  }
}

/** The theme that is seen now. */
export function seenTheme() {
  return chosenTheme() || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

/** Changes to the other theme; a choice that is the system's own is forgotten, so that the page follows it again. */
export function turnTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  const theme = seenTheme() === "dark" ? "light" : "dark";
  try {
    if (theme === system) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // the choice lasts for this page then
  }
  document.documentElement.dataset.theme = theme;
  document.dispatchEvent(new CustomEvent("luoshu:theme"));
  return theme;
}

/** Calls `draw` whenever colours change, by hand or by the system. */
export function onTheme(draw) {
  document.addEventListener("luoshu:theme", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}

/** A colour of the style sheet, as it is now. */
export function colour(name, element = document.documentElement) {
  return getComputedStyle(element).getPropertyValue(`--${name}`).trim();
}
