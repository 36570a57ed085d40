// Which moment it is at the desk: this machine's, or, while a drill is played live, that of the drill.
let drill = null; // {at, pace, heard}: the drill's moment when it was heard, in milliseconds

/** Milliseconds since 1970, at the desk. */
export function deskNow() {
  return drill ? drill.at + drill.pace * (performance.now() - drill.heard) : Date.now();
}

/** Takes the drill's moment as the server tells it: {at: ISO 8601, pace: seconds of the drill in a real one}. */
export function keepTo(told) {
  drill = told && { at: Date.parse(told.at), pace: told.pace, heard: performance.now() };
}
