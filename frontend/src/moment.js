// Which moment it is at the desk: this machine's, or, while a drill is played live, that of the drill.
let drill = null; // {at, pace, until, heard}: the drill's moment when it was heard, in milliseconds

/** Milliseconds since 1970, at the desk. */
export function deskNow() {
  if (!drill) return Date.now();
  return Math.min(drill.at + drill.pace * (performance.now() - drill.heard), Math.max(drill.at, drill.until));
}

/** Takes the drill's moment as the server tells it: {at: ISO 8601, pace: seconds of the drill in a real
    one, until: the next moment of the script, which time does not pass before it was played}. */
export function keepTo(told) {
  if (!told) return void (drill = null);
  const until = told.until ? Date.parse(told.until) : Infinity;
  drill = { at: Date.parse(told.at), pace: told.pace, until, heard: performance.now() };
}
