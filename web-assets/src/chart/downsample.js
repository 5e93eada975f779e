// Reduces points where the screen has too few pixels for them. It keeps the lowest and highest of each short stretch,
// so that no peak is lost. Does not touch the page.

/** A stretch is this wide, px. */
const WIDE = 2;

/**
 * @param {(number|null|undefined)[][]} table as drawn: `[t in s, ...]`
 * @param {number} from ms
 * @param {number} to ms
 * @param {number} width of the plot, px
 */
export function downsample(table, from, to, width) {
  const times = table[0];
  if (times.length <= 2 * width || to <= from) return table;
  // Stretches begin at round times: else every tick would show other points of the past.
  const size = ((to - from) / 1000 / width) * WIDE;
  const out = table.map(() => []);
  let first = 0;
  let stretch = NaN;
  const flush = (end) => {
    if (end - first <= 2) for (let row = first; row < end; row++) pass(table, out, row);
    else squeeze(table, out, first, end);
    first = end;
  };
  for (let row = 0; row < times.length; row++) {
    const here = Math.floor(times[row] / size);
    if (broken(table, row)) {
      // A gap stays where it is.
      flush(row);
      pass(table, out, row);
      first = row + 1;
      stretch = NaN;
    } else if (here !== stretch) {
      flush(row);
      stretch = here;
    }
  }
  flush(times.length);
  return out;
}

function broken(table, row) {
  for (let at = 1; at < table.length; at++) if (table[at][row] === null) return true;
  return false;
}

function pass(table, out, row) {
  for (let at = 0; at < table.length; at++) out[at].push(table[at][row]);
}

/** Rows from `first` to `end` become two. */
function squeeze(table, out, first, end) {
  out[0].push(table[0][first], table[0][end - 1]);
  for (let at = 1; at < table.length; at++) {
    const column = table[at];
    let [low, high] = [-1, -1];
    for (let row = first; row < end; row++) {
      if (column[row] === undefined) continue;
      if (low < 0 || column[row] < column[low]) low = row;
      if (high < 0 || column[row] >= column[high]) high = row;
    }
    out[at].push(column[Math.min(low, high)], column[Math.max(low, high)]);
  }
}
