// A promise's chart as an ECharts option: plain data in, plain option out; colours and width are arguments.

const DAY = 86_400_000;

/** The moment of an ISO day, in UTC, so that a day is the same day everywhere. */
export function moment(day) {
  return Date.parse(`${day}T00:00:00Z`);
}

/** A number with at most `digits` significant ones and no trailing zeros: 1.5, 120, 0.034. */
export function short(value, digits = 6) {
  return String(Number(value.toPrecision(digits)));
}

/** A tick's label. All ticks of an axis are divided by the same step of `scale` ([[1e8, "亿"], [1e4, "万"], ...]). */
export function tick(value, scale, biggest, language = "zh-CN") {
  const [by, word] = scale.find(([least]) => Math.abs(biggest) >= least) ?? [1, ""];
  return Number(short(value / by)).toLocaleString(language) + (value === 0 ? "" : word);
}

/**
 * The value axis: {min, max, interval} in round numbers around all that is drawn. An axis of positive values begins at 0
 * where 0 is near, and not where that would flatten the line.
 */
export function extent(data) {
  const values = [
    ...data.points.map((point) => point.value),
    ...data.pace.map((point) => point.value),
    ...data.goals.flatMap((goal) => [goal.level, goal.level_high ?? goal.level]),
    ...data.fan.flatMap((fan) => [fan.low95, fan.high95]),
  ].filter(Number.isFinite);
  if (!values.length) return { min: 0, max: 1, interval: 0.2 };
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const air = (high - low) * 0.05 || Math.abs(high) * 0.1 || 1;
  const near = (high - low) * 0.6 || Math.abs(high) * 1.1; // a single value is seen against zero
  const [from, to] = [low >= 0 && low < near ? 0 : low - air, high <= 0 && -high < near ? 0 : high + air];
  const interval = round((to - from) / 5);
  return {
    min: Number(short(Math.floor(from / interval) * interval)),
    max: Number(short(Math.ceil(to / interval) * interval)),
    interval,
  };
}

/** The nearest, by ratio, of 1, 2 and 5 times a power of ten. */
function round(step) {
  const power = 10 ** Math.floor(Math.log10(step));
  const ratio = step / power;
  return power * (ratio < Math.SQRT2 ? 1 : ratio < Math.sqrt(10) ? 2 : ratio < Math.sqrt(50) ? 5 : 10);
}

/** About how wide a text is at 12 pixels: Chinese characters are square, others are about half of that. */
export function widthOf(text) {
  return [...text].reduce((width, letter) => width + (letter.codePointAt(0) > 0x2e80 ? 12.5 : 7), 0);
}

/** First and last moment of all that is drawn. */
export function span(data) {
  const days = [
    ...data.points.map((point) => point.day),
    ...data.pace.map((point) => point.day),
    ...data.fan.map((fan) => fan.day),
    ...data.goals.map((goal) => goal.due).filter(Boolean),
  ];
  if (!data.points.length) days.push(...data.goals.map((goal) => goal.since)); // else the goal's past may begin outside
  if (!days.length) days.push(data.day);
  const moments = days.map(moment);
  const [first, last] = [Math.min(...moments), Math.max(...moments)];
  const air = Math.max((last - first) * 0.03, 20 * DAY);
  return [first - air, last + air];
}

/**
 * The ends of years between two moments, at most `most` of them and evenly apart, counted back from the last. Annual figures
 * and deadlines stand on the last day of a year: a mark there says which year a value is of.
 */
export function yearEnds(first, last, most) {
  const [from, to] = [new Date(first).getUTCFullYear(), new Date(last).getUTCFullYear()];
  const ends = [];
  for (let year = from; year <= to; year += 1) {
    const end = moment(`${year}-12-31`);
    if (end >= first && end <= last) ends.push(end);
  }
  const step = Math.ceil(ends.length / most);
  return ends.filter((_, index) => (ends.length - 1 - index) % step === 0);
}

/**
 * Stretches of the goal's history, oldest first: `from` and `to` as moments within [first, last], `former` where another
 * goal replaced it; `joined` is the level that came after.
 */
export function stretches(goals, first, last) {
  const sorted = [...goals].sort((one, other) => one.since.localeCompare(other.since));
  return sorted
    .map((goal) => {
      const next = goal.until
        ? sorted.find((other) => other.since === goal.until && other.due === goal.due)
        : undefined;
      return {
        goal,
        former: Boolean(goal.until),
        from: Math.max(moment(goal.since), first),
        to: Math.min(goal.until ? moment(goal.until) : goal.due ? moment(goal.due) : last, last),
        joined: next?.level,
      };
    })
    .filter((stretch) => stretch.to > stretch.from || stretch.goal.due);
}

/** The forecast's outline, beginning at the last published value before it, so that the fan opens from what is known. */
export function fanOutline(data, low, high) {
  const known = lastBefore(data);
  const fan = known ? [{ day: known.day, [low]: known.value, [high]: known.value }, ...data.fan] : data.fan;
  return [
    ...fan.map((one) => [moment(one.day), one[low]]),
    ...[...fan].reverse().map((one) => [moment(one.day), one[high]]),
  ];
}

function lastBefore(data) {
  if (!data.fan.length) return undefined;
  return [...data.points].reverse().find((point) => point.day <= data.fan[0].day);
}

/** The option. `paint`: colours by name; `width`: of the canvas in pixels; `tip(item)`: what a tooltip shows. */
export function chartOption(data, { paint, width, font, tip }) {
  const [first, last] = span(data);
  const scale = extent(data);
  const narrow = width < 560;
  const biggest = Math.max(Math.abs(scale.min), Math.abs(scale.max));
  const ends = data.goals.filter((goal) => !goal.until).map((goal) => widthOf(goal.text));
  // the goal's label and the last value's keep to opposite sides of each other
  const goal = data.goals.find((one) => !one.until);
  const above = Boolean(goal && data.points.length && data.points.at(-1).value >= goal.level);
  const right = narrow ? 14 : Math.min(200, Math.max(24, ...ends) + 18);
  const words = data.words;
  // a chart of less than three years is marked by ECharts, in months
  const years = (last - first) / DAY > 900 ? yearEnds(first, last, narrow ? 4 : 9) : undefined;
  const text = { fontFamily: font, color: paint.muted, fontSize: 12 };
  return {
    animation: false,
    useUTC: true,
    textStyle: text,
    aria: { enabled: false }, // the figure has its own description
    grid: { left: 8, right, top: 30, bottom: 8, containLabel: true },
    tooltip: {
      trigger: "item",
      enterable: true,
      confine: true,
      backgroundColor: paint.surface,
      borderColor: paint["line-strong"],
      extraCssText: "box-shadow:0 4px 18px rgb(0 0 0/18%);border-radius:6px",
      formatter: (found) => tip(found.data?.item ?? {}),
    },
    xAxis: {
      type: "time",
      min: first,
      max: last,
      splitNumber: narrow ? 4 : 8,
      axisLine: { lineStyle: { color: paint.axis } },
      axisTick: { lineStyle: { color: paint.axis }, customValues: years },
      splitLine: { show: false },
      axisLabel: { ...text, hideOverlap: true, formatter: "{yyyy}-{MM}", customValues: years },
    },
    yAxis: {
      type: "value",
      name: data.unit,
      nameTextStyle: { ...text, align: "left" },
      nameGap: 14,
      ...scale,
      axisLabel: { ...text, formatter: (value) => tick(value, data.scale, biggest) },
      splitLine: { lineStyle: { color: paint.grid } },
    },
    series: [
      ...fanSeries(data, paint, words),
      dayLine(data, paint, text, words, { first, last, narrow }),
      ...goalSeries(data, paint, text, words, { first, last, narrow, above }),
      ...paceSeries(data, paint, words),
      publishedSeries(data, paint, text, words, { narrow, above }),
    ].filter(Boolean),
  };
}

function fanSeries(data, paint, words) {
  if (!data.fan.length) return [];
  const bands = [
    ["95", "low95", "high95", paint.fan95],
    ["80", "low80", "high80", paint.fan80],
  ].map(([name, low, high, fill]) => ({
    type: "custom",
    name: words[name],
    silent: true,
    clip: true,
    data: [[0, 0]],
    renderItem: (params, api) => ({
      type: "polygon",
      shape: { points: fanOutline(data, low, high).map((point) => api.coord(point)) },
      style: { fill },
    }),
  }));
  const known = lastBefore(data);
  const start = known ? [{ value: [moment(known.day), known.value], symbol: "none" }] : [];
  return [
    ...bands,
    {
      type: "line",
      name: words.median,
      lineStyle: { color: paint.median, width: 1.5 },
      itemStyle: { color: paint.median },
      symbol: "emptyCircle",
      symbolSize: 6,
      data: [
        ...start,
        ...data.fan.map((fan) => ({ value: [moment(fan.day), fan.median], item: { ...fan, name: words.median } })),
      ],
    },
  ];
}

function dayLine(data, paint, text, words, { first, last, narrow }) {
  const at = moment(data.day);
  if (at < first || at > last) return undefined;
  return {
    type: "line",
    name: words.day,
    data: [],
    markLine: {
      silent: true,
      symbol: "none",
      animation: false,
      lineStyle: { color: paint.day, type: [2, 3], width: 1 },
      label: {
        ...text,
        color: paint.day,
        formatter: data.day,
        position: "end",
        distance: 4,
        align: (at - first) / (last - first) > 0.85 && narrow ? "right" : "center",
      },
      data: [{ xAxis: at }],
    },
  };
}

function goalSeries(data, paint, text, words, { first, last, narrow, above }) {
  return stretches(data.goals, first, last).flatMap((stretch) => {
    const { goal, former, from, to, joined } = stretch;
    const name = former ? words.former : words.goal;
    const colour = former ? paint.former : paint.goal;
    const item = { ...goal, name, day: goal.due ?? "", text: goal.text };
    const line = (level, end) => ({
      type: "line",
      name,
      symbol: "circle",
      symbolSize: 5,
      lineStyle: { color: colour, width: former ? 1.25 : 1.75, type: former ? [2, 3] : "solid" },
      itemStyle: { color: colour },
      data: [
        { value: [from, level], item, symbolSize: moment(goal.since) < first ? 0 : 5 },
        { value: [to, level], item, symbolSize: former ? 0 : 7, label: end },
        ...(former && joined !== undefined ? [{ value: [to, joined], symbolSize: 0 }] : []),
      ],
    });
    const end = {
      show: true,
      position: former ? "top" : narrow ? (above ? "bottom" : "top") : "right",
      align: narrow || former ? "right" : "left",
      verticalAlign: former ? "bottom" : narrow ? (above ? "top" : "bottom") : "middle",
      distance: former ? 4 : 7,
      color: colour,
      fontFamily: text.fontFamily,
      fontSize: 12,
      fontWeight: former ? "normal" : 600,
      formatter: former ? `${words.former} ${goal.text}` : goal.text,
    };
    const levels = goal.level_high == null ? [goal.level] : [goal.level, goal.level_high];
    return levels.map((level, index) => line(level, index === levels.length - 1 ? end : { show: false }));
  });
}

function paceSeries(data, paint, words) {
  if (data.pace.length < 2) return [];
  return [
    {
      type: "line",
      name: words.pace,
      symbol: "circle",
      symbolSize: 3,
      lineStyle: { color: paint.pace, width: 1.5, type: [5, 4] },
      itemStyle: { color: paint.pace },
      data: data.pace.map((point) => ({
        value: [moment(point.day), point.value],
        item: { ...point, name: words.pace },
      })),
    },
  ];
}

function publishedSeries(data, paint, text, words, { narrow, above }) {
  const final = data.points.length - 1;
  return {
    type: "line",
    name: words.published,
    z: 5,
    symbol: "circle",
    symbolSize: data.points.length > 30 ? 4 : 8,
    lineStyle: { color: paint.published, width: 2 },
    itemStyle: { color: paint.published, borderColor: paint.surface, borderWidth: 1.5 },
    data: data.points.map((point, index) => ({
      value: [moment(point.day), point.value],
      item: { ...point, name: words.published },
      label: {
        show: index === final,
        position: above || !goals(data) ? "top" : "bottom",
        align: narrow ? "right" : "center",
        distance: 7,
        color: paint.ink,
        textBorderColor: paint.surface,
        textBorderWidth: 3,
        fontFamily: text.fontFamily,
        fontWeight: 600,
        fontSize: 12,
        formatter: point.text,
      },
    })),
  };
}

function goals(data) {
  return data.goals.some((goal) => !goal.until);
}

/** What the chart says, as one sentence for those who do not see it. */
export function description(data) {
  const part = (name, text, day) => `${name} ${text}${day ? ` (${day})` : ""}`;
  const last = data.points.at(-1);
  const parts = [data.title];
  if (last) parts.push(part(data.words.published, last.text, last.day));
  for (const goal of data.goals)
    parts.push(part(goal.until ? data.words.former : data.words.goal, goal.text, goal.due));
  const fan = data.fan.at(-1);
  if (fan) parts.push(part(data.words.median, fan.text, fan.day));
  return parts.join("; ");
}
