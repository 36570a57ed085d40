// Which point lies under the pointer: points sorted into the cells of a grid, in linear time, searched ring by ring.

const PER_CELL = 3;
const MOST_CELLS = 1 << 20;

/** The corners of all points: [left, top, right, bottom]; points that are nowhere (NaN) do not count. */
export function extent(x, y) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let at = 0; at < x.length; at += 1) {
    if (x[at] < left) left = x[at];
    if (x[at] > right) right = x[at];
    if (y[at] < top) top = y[at];
    if (y[at] > bottom) bottom = y[at];
  }
  return [left, top, right, bottom];
}

/** A grid over points; `nearest(px, py, radius, takes)` gives the nearest point's place in the arrays, or -1. */
export function makeGrid(x, y) {
  const count = x.length;
  const [left, top, right, bottom] = extent(x, y);
  const [width, height] = [Math.max(right - left, 1e-12), Math.max(bottom - top, 1e-12)];
  const cells = Math.min(MOST_CELLS, Math.max(1, count / PER_CELL));
  const wide = Math.max(1, Math.min(4096, Math.round(Math.sqrt((cells * width) / height))));
  const high = Math.max(1, Math.min(4096, Math.round(cells / wide)));
  const column = (px) => Math.min(wide - 1, Math.max(0, Math.floor(((px - left) / width) * wide)));
  const row = (py) => Math.min(high - 1, Math.max(0, Math.floor(((py - top) / height) * high)));
  const starts = new Uint32Array(wide * high + 1);
  const cellOf = new Uint32Array(count);
  const known = (at) => x[at] === x[at] && y[at] === y[at]; // NaN is not itself
  for (let at = 0; at < count; at += 1) {
    if (!known(at)) continue;
    cellOf[at] = row(y[at]) * wide + column(x[at]);
    starts[cellOf[at] + 1] += 1;
  }
  for (let cell = 0; cell < wide * high; cell += 1) starts[cell + 1] += starts[cell];
  const next = starts.slice(0, wide * high);
  const sorted = new Uint32Array(starts[wide * high]);
  for (let at = 0; at < count; at += 1) if (known(at)) sorted[next[cellOf[at]]++] = at;

  function nearest(px, py, radius, takes = () => true) {
    let [best, distance] = [-1, radius * radius];
    const [first, last] = [column(px - radius), column(px + radius)];
    for (let r = row(py - radius); r <= row(py + radius); r += 1) {
      for (let place = starts[r * wide + first]; place < starts[r * wide + last + 1]; place += 1) {
        const at = sorted[place];
        const away = (x[at] - px) ** 2 + (y[at] - py) ** 2;
        if (away <= distance && takes(at)) [best, distance] = [at, away];
      }
    }
    return best;
  }
  return { nearest, extent: [left, top, right, bottom] };
}
