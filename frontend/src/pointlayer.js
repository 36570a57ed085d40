// Many points on the map: Float32 columns go to the graphics card as they are, and class, colour, shape, size and the
// choice between before and after are decided there. 200,000 points are one call.
import { FRAGMENT, MOST_CLASSES, VERTEX } from "./pointshader.js";

const [NOT_KNOWN, OUT_OF_REACH] = [-1e30, 1e30];
const LEAST = 1.4; // pixels across: smaller is not seen
const SOME = 60_000; // drawn while the map moves or loads; the order is mixed, so that any first part is a sample

/** Web Mercator of a place, 0 … 1 from the north-west corner of the world. */
export function mercator(lon, lat) {
  const bounded = Math.max(-85.051129, Math.min(85.051129, lat));
  return [
    (lon + 180) / 360,
    0.5 - Math.log(Math.tan(Math.PI / 4 + (bounded * Math.PI) / 360)) / (2 * Math.PI),
  ];
}

/** A step that visits all of `count` places once, far apart from each other: mixes an order without a random number. */
export function mixingStep(count) {
  let step = Math.max(1, Math.round(count * 0.6180339887));
  const shared = (one, other) => (other ? shared(other, one % other) : one);
  while (shared(step, count) !== 1) step += 1;
  return step;
}

/** Places as differences from the first one, in Float64 until the difference is taken: exact to a centimetre. */
export function placed(lon, lat) {
  const first = lon.findIndex((value, at) => Number.isFinite(value) && Number.isFinite(lat[at]));
  const anchor = first < 0 ? [0.5, 0.5] : mercator(lon[first], lat[first]);
  const [x, y] = [new Float32Array(lon.length), new Float32Array(lon.length)];
  for (let at = 0; at < lon.length; at += 1) {
    const [mx, my] = mercator(lon[at], lat[at]);
    x[at] = mx - anchor[0];
    y[at] = my - anchor[1];
  }
  return { anchor, x, y };
}

/** A custom layer of MapLibre. `points`: {x, y, anchor, value?, weight?, nearest?} with arrays of one length. */
export class PointLayer {
  type = "custom";
  renderingMode = "2d";

  constructor(id, points, look) {
    this.id = id;
    this.points = points;
    this.count = points.x.length;
    this.step = mixingStep(this.count);
    this.look = { breaks: [], upper: false, colours: [], halo: [1, 1, 1], shape: 0, beyond: 1, ...look };
    this.state = { shown: true, split: 2, focus: -1, over: null, changed: false, opacity: 1, base: 4 };
    this.moving = false;
    this.loading = false;
  }

  onAdd(map, gl) {
    this.map = map;
    this.gl = gl;
    this.program = link(gl, VERTEX, FRAGMENT);
    const names = Array.from({ length: gl.getProgramParameter(this.program, gl.ACTIVE_UNIFORMS) }, (_, at) =>
      gl.getActiveUniform(this.program, at).name.replace(/\[0\]$/, ""),
    );
    this.uniforms = Object.fromEntries(names.map((name) => [name, gl.getUniformLocation(this.program, name)]));
    this.array = gl.createVertexArray();
    this.buffers = {};
    const at = new Float32Array(2 * this.count);
    for (let to = 0, from = 0; to < this.count; to += 1, from = (from + this.step) % this.count) {
      at[2 * to] = this.points.x[from];
      at[2 * to + 1] = this.points.y[from];
    }
    this.fill("a_at", at, 2);
    this.column("a_value", this.points.value, NaN);
    this.column("a_weight", this.points.weight, 1);
    this.column("a_nearest", this.points.nearest, -1);
    if (this.points.after) this.column("a_after", this.points.after, NaN);
  }

  onRemove(map, gl) {
    for (const buffer of Object.values(this.buffers)) gl.deleteBuffer(buffer);
    gl.deleteVertexArray(this.array);
    gl.deleteProgram(this.program);
  }

  /** A column in the mixed order; absent ones are one constant, which costs no memory. */
  column(name, values, otherwise) {
    const { gl } = this;
    const place = gl.getAttribLocation(this.program, name);
    if (!values) {
      gl.bindVertexArray(this.array);
      gl.disableVertexAttribArray(place);
      this.constants = { ...this.constants, [place]: number(otherwise) };
      return gl.bindVertexArray(null);
    }
    delete this.constants?.[place];
    const mixed = new Float32Array(this.count);
    for (let to = 0, from = 0; to < this.count; to += 1, from = (from + this.step) % this.count) {
      mixed[to] = number(values[from]);
    }
    this.fill(name, mixed, 1);
  }

  fill(name, data, size) {
    const { gl } = this;
    const place = gl.getAttribLocation(this.program, name);
    if (place < 0) return;
    this.buffers[name] ??= gl.createBuffer();
    gl.bindVertexArray(this.array);
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
    gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(place);
    gl.vertexAttribPointer(place, size, gl.FLOAT, false, 0, 0);
    gl.bindVertexArray(null);
    gl.bindBuffer(gl.ARRAY_BUFFER, null);
  }

  /** The figures after a what-if beside those before; null takes them away. */
  setAfter(values) {
    this.points.after = values ?? undefined;
    if (this.gl) this.column("a_after", values, NaN);
    this.set({ split: values ? -2 : 2, changed: values ? this.state.changed : false });
  }

  set(state) {
    Object.assign(this.state, state);
    this.map?.triggerRepaint();
  }

  paint(look) {
    Object.assign(this.look, look);
    this.map?.triggerRepaint();
  }

  render(gl) {
    if (!this.state.shown || !this.count) return;
    const { state, look, uniforms: at } = this;
    const canvas = this.map.getCanvas();
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const ratio = gl.drawingBufferWidth / width;
    const world = 512 * 2 ** this.map.getZoom();
    const centre = this.map.getCenter();
    const [cx, cy] = mercator(centre.lng, centre.lat);
    const scale = [(2 * world) / width, (-2 * world) / height];
    gl.useProgram(this.program);
    gl.bindVertexArray(this.array);
    for (const [place, value] of Object.entries(this.constants ?? {})) gl.vertexAttrib1f(Number(place), value);
    gl.uniform2f(at.u_scale, scale[0], scale[1]);
    gl.uniform2f(at.u_shift, (this.points.anchor[0] - cx) * scale[0], (this.points.anchor[1] - cy) * scale[1]);
    gl.uniform1f(at.u_size, this.size() * ratio);
    gl.uniform1f(at.u_least, LEAST * ratio);
    gl.uniform1f(at.u_opacity, state.opacity);
    gl.uniform1fv(at.u_breaks, padded(look.breaks, MOST_CLASSES, OUT_OF_REACH));
    gl.uniform1i(at.u_count, Math.min(MOST_CLASSES, Math.max(1, look.breaks.length)));
    gl.uniform1i(at.u_upper, look.upper ? 1 : 0);
    gl.uniform3fv(at.u_colours, padded(look.colours.flat(), 3 * (MOST_CLASSES + 2), 0.5));
    gl.uniform3fv(at.u_halo, look.halo);
    gl.uniform1i(at.u_shape, look.shape);
    gl.uniform1i(at.u_beyond, look.beyond);
    gl.uniform1f(at.u_margin, look.soft ? 1.5 * ratio : 0);
    gl.uniform1f(at.u_split, state.split);
    gl.uniform1f(at.u_focus, state.focus);
    gl.uniform1f(at.u_over, state.over ?? -OUT_OF_REACH);
    gl.uniform1i(at.u_changed, state.changed ? 1 : 0);
    gl.drawArrays(gl.POINTS, 0, this.moving || this.loading ? Math.min(SOME, this.count) : this.count);
    gl.bindVertexArray(null);
  }

  /** Points grow with the zoom, but slower than the map, so that houses stay apart. */
  size() {
    const { base, from = this.map.getZoom(), most = 30, grow = 1.38 } = this.state;
    return Math.min(most, Math.max(0.5, base * grow ** (this.map.getZoom() - from)));
  }
}

function number(value) {
  if (value === undefined || value === null || Number.isNaN(value)) return NOT_KNOWN;
  return Number.isFinite(value) ? value : OUT_OF_REACH;
}

function padded(values, length, filler) {
  const full = new Float32Array(length).fill(filler);
  full.set(values.slice(0, length));
  return full;
}

function link(gl, vertex, fragment) {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader));
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program));
  return program;
}
