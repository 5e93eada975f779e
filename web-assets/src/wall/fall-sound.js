// The sound of the wall when something falls: two short tones, made by the browser itself. Off until somebody
// switches
// it on here; a browser plays it only after a hand was on the page.

import { recall, remember } from "../shared/preferences.js";

const KEY = "wall-sound";
/** Hz and seconds: a falling third. */
const TONES = [
  [880, 0],
  [698, 0.22],
];
const LENGTH = 0.18;

export class FallSound {
  #context = null;

  constructor(world = globalThis) {
    this.world = world;
    this.on = recall(KEY) === "on";
  }

  /** Switched by hand: that is also what lets the browser play. */
  toggle() {
    this.on = !this.on;
    remember(KEY, this.on ? "on" : "off");
    if (this.on) this.play();
  }

  play() {
    if (!this.on || !this.world.AudioContext) return;
    try {
      this.#context ??= new this.world.AudioContext();
      const context = this.#context;
      if (context.state === "suspended") context.resume();
      for (const [pitch, after] of TONES) {
        const tone = context.createOscillator();
        const loudness = context.createGain();
        const at = context.currentTime + after;
        tone.frequency.value = pitch;
        // From nothing and back to nothing, so that it does not click.
        loudness.gain.setValueAtTime(0.0001, at);
        loudness.gain.exponentialRampToValueAtTime(0.2, at + 0.02);
        loudness.gain.exponentialRampToValueAtTime(0.0001, at + LENGTH);
        tone.connect(loudness).connect(context.destination);
        tone.start(at);
        tone.stop(at + LENGTH + 0.02);
      }
    } catch (error) {
      console.info(`No sound: ${error.message}`);
    }
  }
}
