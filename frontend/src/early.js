// What must happen before the first paint: the theme that was chosen by hand, and the word that scripts run.
import { chosenTheme } from "./theme.js";

const root = document.documentElement;
const theme = chosenTheme();
if (theme) root.dataset.theme = theme;
root.classList.remove("no-js");
