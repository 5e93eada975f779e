// Runs something regularly while the page is visible, and nothing while it is hidden. When it fires far too late the
// machine has slept, and open connections are dead without having said so.

/** A beat that comes this much too late, ms, was slept through; a busy machine is not as late. */
export const LATE = 20_000;
/** Clocks differ a little from beat to beat; more than this, ms, is a clock that stood still. */
const DRIFT = 1_000;

export class PageTimer {
  #timer = null;
  #wall = null;
  #steady = null;

  /**
   * @param {object} page
   * @param {number} page.every ms
   * @param {() => void} page.beat
   * @param {(slept: {late: number, frozen: number}) => void} page.slept `late`: the beat was, by so much, ms; `frozen`:
   *   for so long, ms, the clock stood still by which the page measures; 0 where it was not
   * @param {{setTimeout: Function, clearTimeout: Function}} world
   * @param {() => number} wall a clock that goes on in sleep, ms
   * @param {() => number} steady the one that the page measures by, ms
   */
  constructor({ every, beat, slept }, world = globalThis, wall = () => Date.now(), steady = () => performance.now()) {
    this.every = every;
    this.beat = beat;
    this.slept = slept;
    this.world = world;
    this.wall = wall;
    this.steady = steady;
  }

  /** The page is seen. */
  start() {
    if (this.#timer !== null) return;
    this.#look(false);
    this.#next();
  }

  /** Nobody sees it. */
  stop() {
    this.world.clearTimeout(this.#timer);
    this.#timer = null;
  }

  #next() {
    this.#timer = this.world.setTimeout(() => {
      this.#look(true);
      this.#next();
      this.beat();
    }, this.every);
  }

  /** @param {boolean} beating whether a beat was due; a page that was not seen had none */
  #look(beating) {
    const [wall, steady] = [this.wall(), this.steady()];
    if (this.#wall !== null) {
      const passed = wall - this.#wall;
      const frozen = passed - (steady - this.#steady);
      const late = beating && passed > this.every + LATE ? passed - this.every : 0;
      if (late > 0 || frozen > DRIFT) this.slept({ late, frozen: frozen > DRIFT ? frozen : 0 });
    }
    [this.#wall, this.#steady] = [wall, steady];
  }
}
