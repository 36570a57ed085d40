// Classes of a layer's figures, as plain functions: which class a value is in, its colour, what the legend says.
//
// A layer has n breaks and n classes; then come two classes of their own: out of reach (infinite) and not known (NaN).
// Where high is bad (minutes), a class takes its upper end in, as a promise of ten minutes does.

/** The class of a value: 0 … n-1, n for out of reach, n+1 for not known. */
export function classOf(value, layer) {
  const breaks = layer.breaks ?? [];
  const count = Math.max(1, breaks.length);
  if (value === null || value === undefined || Number.isNaN(value)) return count + 1;
  if (value >= FAR) return count;
  let found = 0;
  for (let at = 1; at < breaks.length; at += 1) {
    if (layer.high_is_bad ? value > breaks[at] : value >= breaks[at]) found = at;
  }
  return found;
}

/** The unit of numbers from 0 to 1 that are said in per cent. */
export const SHARE = "share";

/** Above this a number is no number of minutes, people or gain any more: JSON has no word for the infinite. */
export const FAR = 1e9;

/** How many classes lie within the layer's limit (the promised minutes): where the colours turn. */
export function within(layer) {
  const breaks = layer.breaks ?? [];
  if (layer.limit === null || layer.limit === undefined) return Math.ceil(breaks.length / 2);
  return breaks.filter((low) => low < layer.limit).length;
}

/** The colours of all classes: from the two ramps of `palette` {near, edge, past, far, low, high, beyond, unknown, plain}. */
export function ramp(layer, palette) {
  const count = Math.max(1, (layer.breaks ?? []).length);
  const own = [];
  for (let at = 0; at < count; at += 1) {
    if (!layer.breaks?.length) own.push(palette.plain ?? palette.near);
    else if (layer.role === "unserved") own.push(mix(palette.past, palette.far, count === 1 ? 1 : at / (count - 1)));
    else if (!layer.high_is_bad) own.push(mix(palette.low, palette.high, count === 1 ? 1 : at / (count - 1)));
    else {
      const turn = within(layer);
      if (at < turn) own.push(mix(palette.near, palette.edge, turn < 2 ? 0 : at / (turn - 1)));
      else own.push(mix(palette.past, palette.far, count - turn < 2 ? 0.5 : (at - turn) / (count - turn - 1)));
    }
  }
  return [...own, palette.beyond, palette.unknown].map(numbers);
}

/** "#rrggbb" or [r, g, b] of 0 … 255 as [r, g, b] of 0 … 1. */
export function numbers(colour) {
  if (Array.isArray(colour)) return colour;
  const digits = colour.replace("#", "");
  const full = digits.length === 3 ? [...digits].map((one) => one + one).join("") : digits;
  return [0, 2, 4].map((at) => Number.parseInt(full.slice(at, at + 2), 16) / 255);
}

/** [r, g, b] of 0 … 1 as "#rrggbb". */
export function hex(colour) {
  return `#${colour.map((part) => Math.round(part * 255).toString(16).padStart(2, "0")).join("")}`;
}

/** A colour between two: in linear light, so that the middle of blue and orange is not mud. */
export function mix(one, other, share) {
  const [from, to] = [numbers(one), numbers(other)];
  return from.map((part, at) => Math.pow(part ** 2.2 * (1 - share) + to[at] ** 2.2 * share, 1 / 2.2));
}

/** People (or points, without weights) of every class. */
export function tally(values, weights, layer) {
  const found = new Float64Array(Math.max(1, (layer.breaks ?? []).length) + 2);
  for (let at = 0; at < values.length; at += 1) {
    const weight = weights ? weights[at] : 1;
    if (weight === weight) found[classOf(values[at], layer)] += weight;
  }
  return [...found];
}

/** The words of every class, in order: "≤ 5", "5–10", "> 30", then out of reach and not known. */
export function classWords(layer, words) {
  const breaks = layer.breaks ?? [];
  const share = layer.unit === SHARE; // is said in per cent
  const unit = share ? "%" : layer.unit ? `${/^[A-Za-z]/.test(layer.unit) ? " " : ""}${layer.unit}` : "";
  const plain = (number) => String(Math.round(number * (share ? 1e4 : 100)) / 100);
  const own = (breaks.length ? breaks : [0]).map((low, at) => {
    const high = breaks[at + 1];
    if (!breaks.length) return layer.measure_label ?? "";
    if (high === undefined) return `${layer.high_is_bad ? ">" : "≥"} ${plain(low)}${unit}`;
    if (at === 0 && low <= 0) return `${layer.high_is_bad ? "≤" : "<"} ${plain(high)}${unit}`;
    return `${plain(low)}–${plain(high)}${unit}`;
  });
  return [...own, words.out_of_reach ?? "", words.none ?? ""];
}

/** A number as the pages write it: 12.35万 in Chinese from a hundred thousand on, 123,456 in English; a dash for none. */
export function figure(number, language) {
  if (number === null || number === undefined || Number.isNaN(number)) return "—";
  const size = Math.abs(number);
  if (language === "zh") {
    const [step, word] = size >= 1e8 ? [1e8, "亿"] : size >= 1e5 ? [1e4, "万"] : [1, ""];
    return `${rounded(number / step, step > 1 ? 2 : size < 100 ? 1 : 0)}${word}`;
  }
  return rounded(number, size < 100 ? 1 : 0, true);
}

function rounded(number, digits, grouped = false) {
  return new Intl.NumberFormat("en", { maximumFractionDigits: digits, useGrouping: grouped }).format(number);
}
