// A clock that goes on only when told.

export class Clock {
  now = 0;
  timers = new Map();
  next = 1;
  setTimeout = (run, delay) => (this.timers.set(this.next, { at: this.now + delay, run }), this.next++);
  clearTimeout = (id) => this.timers.delete(id);

  async advance(time) {
    const end = this.now + time;
    for (;;) {
      await settle();
      const due = [...this.timers].filter(([, timer]) => timer.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      this.timers.delete(due[0]);
      this.now = due[1].at;
      due[1].run();
    }
    this.now = end;
    await settle();
  }
}

/** Lets everything run that does not wait for the clock. */
export async function settle() {
  for (let i = 0; i < 5; i++) await new Promise(setImmediate);
}
