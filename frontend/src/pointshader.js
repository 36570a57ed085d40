// What the graphics card does with a point: its class from its figure, its colour and shape from its class.

/** The most classes of one layer. */
export const MOST_CLASSES = 12;

/** How points look: discs for homes, a cross for what is out of reach, marks for places, and what can be closed. */
export const SHAPES = { disc: 0, cross: 1, mark: 2, ring: 3, diamond: 4, square: 5 };

export const VERTEX = `#version 300 es
precision highp float;
in vec2 a_at;
in float a_value, a_after, a_weight, a_nearest;
uniform vec2 u_scale, u_shift;
uniform float u_size, u_least, u_margin, u_opacity, u_split, u_focus, u_over;
uniform float u_breaks[${MOST_CLASSES}];
uniform int u_count, u_shape, u_beyond;
uniform bool u_upper, u_changed;
uniform vec3 u_colours[${MOST_CLASSES + 2}];
flat out vec4 v_colour;
flat out float v_size, v_spread;
flat out int v_shape;

int classOf(float value) {
  if (value < -1e29) return u_count + 1;
  if (value > 9e8) return u_count;
  int found = 0;
  for (int at = 1; at < u_count; at++) {
    if (u_upper ? value > u_breaks[at] : value >= u_breaks[at]) found = at;
  }
  return found;
}

void main() {
  vec2 place = a_at * u_scale + u_shift;
  float value = place.x < u_split ? a_value : a_after;
  int found = classOf(value);
  bool hidden = u_over > -1e29 && value <= u_over;
  v_colour = vec4(u_colours[found], u_opacity);
  if (u_focus >= 0.0 && abs(a_nearest - u_focus) > 0.5) v_colour.a *= 0.12;
  if (u_changed && abs(a_value - a_after) < 1e-4) v_colour.a *= 0.1;
  v_shape = found == u_count ? u_beyond : u_shape;
  // ink says how many people: a point that would be too small to see is drawn larger and fainter
  float wanted = u_size * clamp(a_weight < -1e29 ? 1.0 : a_weight, 0.0, 4.0);
  v_size = max(wanted, u_least);
  v_colour.a *= clamp(pow(wanted / v_size, 2.0), 0.14, 1.0);
  // room for a soft edge, so that small points on a grid do not jump from pixel to pixel
  float drawn = v_size + u_margin;
  v_spread = drawn / v_size;
  gl_PointSize = hidden ? 0.0 : drawn;
  gl_Position = hidden ? vec4(2.0, 2.0, 2.0, 1.0) : vec4(place, 0.0, 1.0);
}`;

export const FRAGMENT = `#version 300 es
precision mediump float;
flat in vec4 v_colour;
flat in float v_size, v_spread;
flat in int v_shape;
uniform vec3 u_halo;
out vec4 colour;

void main() {
  vec2 at = (gl_PointCoord * 2.0 - 1.0) * v_spread;
  float soft = 2.0 / v_size;
  float alpha = 1.0;
  vec3 seen = v_colour.rgb;
  if (v_shape == ${SHAPES.disc}) {
    if (v_spread > 1.0) alpha = clamp((1.0 - length(at)) / soft + 0.5, 0.0, 1.0);
    else if (v_size > 2.6) alpha = 1.0 - smoothstep(1.0 - soft, 1.0, length(at));
  } else if (v_shape == ${SHAPES.cross}) {
    vec2 far = abs(at);
    float arm = abs(far.x - far.y);
    float edge = max(far.x, far.y);
    if (v_size > 5.0) alpha = 1.0 - smoothstep(0.42 - soft * 0.5, 0.42 + soft * 0.5, arm);
    if (v_spread > 1.0) alpha *= clamp((1.0 - edge) / soft + 0.5, 0.0, 1.0);
  } else {
    float away = length(at);
    if (v_shape == ${SHAPES.diamond}) away = (abs(at.x) + abs(at.y)) * 0.98;
    if (v_shape == ${SHAPES.square}) away = max(abs(at.x), abs(at.y)) * 1.02;
    alpha = 1.0 - smoothstep(1.0 - soft, 1.0, away);
    float rim = max(0.66, 0.86 - 0.4 * soft);
    float body = 1.0 - smoothstep(rim - 0.5 * soft, rim + 0.5 * soft, away);
    float heart = 1.0 - smoothstep(0.36 - soft, 0.36, away);
    bool hollow = v_shape == ${SHAPES.ring} || v_shape == ${SHAPES.square};
    if (hollow) heart = 1.0 - smoothstep(0.52 - soft, 0.52, away);
    bool full = v_shape == ${SHAPES.diamond};
    seen = mix(u_halo, v_colour.rgb, full ? body : body * (1.0 - heart));
  }
  float whole = alpha * v_colour.a;
  if (whole < 0.01) discard;
  colour = vec4(seen * whole, whole);
}`;
