// MapLibre's own few words, where the page has them; else none, so that no English stands on a Chinese page.

/** The words by MapLibre's names for them, from those of the page. */
export function locale(words) {
  return {
    "Map.Title": words.map ?? "",
    "NavigationControl.ZoomIn": words.zoom_in ?? "+",
    "NavigationControl.ZoomOut": words.zoom_out ?? "−",
    "CooperativeGesturesHandler.WindowsHelpText": words.wheel ?? "",
    "CooperativeGesturesHandler.MacHelpText": words.wheel_mac ?? words.wheel ?? "",
    "CooperativeGesturesHandler.MobileHelpText": words.fingers ?? "",
    "ScaleControl.Feet": "ft",
    "ScaleControl.Meters": "m",
    "ScaleControl.Kilometers": "km",
    "ScaleControl.Miles": "mi",
    "ScaleControl.NauticalMiles": "nm",
  };
}
