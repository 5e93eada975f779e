// One interface's points in typed arrays that slide, so that adding and forgetting points allocates nothing.

import { place } from "../chart/curves.js";

const FIRST = 64;

export class PointSeries {
  /** Times (ms), received and sent (bit/s); NaN stands for what is not known. */
  #columns = [0, 1, 2].map(() => new Float64Array(FIRST));
  #start = 0;
  #end = 0;

  get length() {
    return this.#end - this.#start;
  }

  /** Bytes held. */
  get bytes() {
    return this.#columns.reduce((sum, column) => sum + column.byteLength, 0);
  }

  /** The points as they lie; valid until the next change. */
  get t() {
    return this.#columns[0].subarray(this.#start, this.#end);
  }
  get rx() {
    return this.#columns[1].subarray(this.#start, this.#end);
  }
  get tx() {
    return this.#columns[2].subarray(this.#start, this.#end);
  }

  /** The newest point's time and rates; NaN where there is none. */
  get last() {
    return this.#newest(0);
  }
  get lastRx() {
    return this.#newest(1);
  }
  get lastTx() {
    return this.#newest(2);
  }

  #newest(column) {
    return this.length === 0 ? NaN : this.#columns[column][this.#end - 1];
  }

  push(t, rx, tx) {
    if (this.#end === this.#columns[0].length) this.#makeRoom();
    this.#columns[0][this.#end] = t;
    this.#columns[1][this.#end] = rx ?? NaN;
    this.#columns[2][this.#end] = tx ?? NaN;
    this.#end++;
  }

  /** Forgets what is older than `from`. */
  forget(from) {
    const times = this.#columns[0];
    while (this.#start < this.#end && times[this.#start] < from) this.#start++;
  }

  /** The place of the first point at or after `t`. */
  at(t) {
    return place(this.#columns[0], t, this.#start, this.#end) - this.#start;
  }

  /** The highest known rate of either direction since `from`; 0 where nothing flowed. */
  peak(from) {
    const [, rx, tx] = this.#columns;
    let most = 0;
    for (let i = this.#start + this.at(from); i < this.#end; i++) {
      if (rx[i] > most) most = rx[i];
      if (tx[i] > most) most = tx[i];
    }
    return most;
  }

  /** The highest known rate of one direction since `from`; 0 where nothing flowed. */
  peakOf(way, from) {
    const values = this.#columns[way === "rx" ? 1 : 2];
    let most = 0;
    for (let i = this.#start + this.at(from); i < this.#end; i++) if (values[i] > most) most = values[i];
    return most;
  }

  /** At the end of the room the points move to its beginning; room is doubled or halved where that fits better. */
  #makeRoom() {
    const [size, used] = [this.#columns[0].length, this.length];
    const wanted = used > size * 0.75 ? size * 2 : used < size / 8 && size > FIRST ? size / 2 : size;
    this.#columns = this.#columns.map((column) => {
      if (wanted === size) return column.copyWithin(0, this.#start, this.#end);
      const room = new Float64Array(wanted);
      room.set(column.subarray(this.#start, this.#end));
      return room;
    });
    this.#start = 0;
    this.#end = used;
  }
}
