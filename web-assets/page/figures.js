// What a stretch of an interface's points comes to. No page here.

/**
 * The highest and the mean known rate since `from` (ms); null with less than two points, which are no stretch.
 * @param {import("./series.js").Series} points
 * @param {"rx"|"tx"} way
 */
export function average(points, way, from) {
  const values = points[way];
  let [count, sum, peak] = [0, 0, 0];
  for (let i = points.at(from); i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    count++;
    sum += values[i];
    if (values[i] > peak) peak = values[i];
  }
  return count < 2 ? { peak: null, mean: null } : { peak, mean: sum / count };
}

/** How much of the link is used, 0 to 1: by the fuller direction, since a link carries both; null where that is not known. */
export function share(facts, rx, tx) {
  if (!(facts?.linkBps > 0) || (rx === null && tx === null)) return null;
  return Math.max(rx ?? 0, tx ?? 0) / facts.linkBps;
}
