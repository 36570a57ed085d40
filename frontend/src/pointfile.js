// A layer of points as it travels: a header of JSON and the columns as they lie in memory, so that a million points
// are there without being parsed. The same bytes, as base64 in a script, serve pages that are opened from a folder.

/**
 * The points of a file: {count, lon, lat, columns: {name: Float32Array | Uint32Array | [word, …]}, ids, names, meta}.
 *
 * Numbers are views of the buffer, nothing is copied. NaN is not known, Infinity out of reach. Throws where the file is
 * cut short, so that no half of a layer is taken for the whole.
 */
export function decode(buffer) {
  const view = new DataView(buffer);
  const length = buffer.byteLength >= 4 ? view.getUint32(0, true) : Infinity;
  if (4 + length > buffer.byteLength) throw new Error("the layer ends within its header");
  const meta = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const start = 4 + length;
  const columns = {};
  for (const column of meta.columns ?? []) {
    if (column.type === "words") columns[column.name] = column.values;
    else columns[column.name] = numbers(buffer, start + column.offset, meta.count, column.type);
  }
  const { lon, lat, ...rest } = columns;
  return { count: meta.count, lon, lat, columns: rest, ids: meta.ids ?? [], names: meta.names ?? [], meta };
}

function numbers(buffer, at, count, type) {
  if (at + 4 * count > buffer.byteLength) throw new Error("the layer ends before its last column");
  return type === "u4" ? new Uint32Array(buffer, at, count) : new Float32Array(buffer, at, count);
}

/** The bytes that a base64 text stands for. */
export function bytes(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text).buffer;
  const letters = atob(text);
  const found = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at += 1) found[at] = letters.charCodeAt(at);
  return found.buffer;
}

/** A file of points from plain arrays, for tests and for measuring: what `decode` reads. */
export function encode({ count, columns, ...meta }) {
  const entries = Object.entries(columns);
  const kept = entries.map(([name, values], place) =>
    values instanceof Float32Array || values instanceof Uint32Array
      ? { name, offset: 4 * count * place, type: values instanceof Uint32Array ? "u4" : "f4" }
      : { name, type: "words", values },
  );
  const header = new TextEncoder().encode(JSON.stringify({ count, columns: kept, ...meta }));
  const padded = new Uint8Array(Math.ceil(header.length / 4) * 4).fill(32);
  padded.set(header);
  const made = new Uint8Array(4 + padded.length + 4 * count * entries.length);
  new DataView(made.buffer).setUint32(0, padded.length, true);
  made.set(padded, 4);
  for (const [place, [, values]] of entries.entries()) {
    if (!ArrayBuffer.isView(values)) continue;
    made.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), 4 + padded.length + 4 * count * place);
  }
  return made.buffer;
}
