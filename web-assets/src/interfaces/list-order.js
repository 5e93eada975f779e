// The order of the list: what is filtered out, how interfaces are grouped, and what comes first. Does not touch the
// page.

export const SORTS = ["name", "type", "down", "up", "total", "use"];
/** Those that depend on what flows. */
export const BY_RATE = SORTS.slice(2);

const COLLATORS = new Map();

/** Compares names as people count: ether2 before ether10. */
export function byName(lang) {
  if (!COLLATORS.has(lang))
    COLLATORS.set(lang, new Intl.Collator(lang, { numeric: true, sensitivity: "base" }).compare);
  const compare = COLLATORS.get(lang);
  return (a, b) => compare(a.label, b.label) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

/**
 * An interface of the list.
 * @typedef {object} Entry
 * @property {string} name
 * @property {string} label what people call it
 * @property {string|null} [alias]
 * @property {boolean} [uplinks] the server knew which the uplinks are
 * @property {string} called what the router calls it, where that is something else
 * @property {string} note what stands beside its name
 * @property {string} type
 * @property {string} group
 * @property {string} words what the search looks through, in small letters
 * @property {string} [condition]
 * @property {any} [facts]
 * @property {boolean} [gone]
 * @property {number|null} [goneAt] when that was noticed
 * @property {boolean} [favourite]
 * @property {boolean} [hidden] put away by somebody
 */

/**
 * @param {Entry[]} entries in the order of their names
 * @param {{search: string, groups: Set<string>, only: ((entry: Entry) => boolean)|null, by: string, back?: boolean,
 *   grouped: boolean, favourites?: boolean, hidden?: boolean, rank: (entry: Entry) => number|null}} wish `rank`: what
 *   flows, for the sorts by it; the highest comes first, the lowest with `back`, what is not known last; `hidden`:
 *   those that are put away, and no others
 * @returns {(Entry|{heading: string, members: Entry[]})[]}
 */
export function arrange(
  entries,
  { search, groups, only, by, back = false, grouped, favourites = false, hidden = false, rank },
) {
  const parts = search.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = entries.filter(
    (entry) =>
      Boolean(entry.hidden) === hidden &&
      (!favourites || entry.favourite) &&
      (groups.size === 0 || groups.has(entry.group)) &&
      parts.every((part) => entry.words.includes(part)) &&
      (!only || only(entry)),
  );
  // Sorting keeps the order of names among equals.
  const turn = back ? -1 : 1;
  if (by === "type") shown.sort((a, b) => turn * (a.type < b.type ? -1 : a.type > b.type ? 1 : 0));
  else if (by !== "name") {
    const ranks = new Map(shown.map((entry) => [entry, rank(entry) ?? NaN]));
    shown.sort((a, b) => {
      const [left, right] = [ranks.get(a), ranks.get(b)];
      if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
      return turn * (right - left);
    });
  } else if (back) shown.reverse();
  if (!grouped) return shown;
  const together = new Map();
  for (const entry of shown) {
    if (!together.has(entry.group)) together.set(entry.group, []);
    together.get(entry.group).push(entry);
  }
  return [...together]
    .sort(([a], [b]) => compareGroups(a, b))
    .flatMap(([heading, members]) => [{ heading, members }, ...members]);
}

/**
 * The entries in order, made from those before: of thousands only few are new, and comparing names is slow.
 * @param {Entry[]} before in order; those that are still there are the same names
 * @param {Map<string, Entry>} now by name
 */
export function resorted(before, now, compare) {
  const known = new Set();
  const kept = [];
  for (const { name } of before) {
    const entry = now.get(name);
    if (!entry) continue;
    known.add(name);
    kept.push(entry);
  }
  const added = [...now.values()].filter(({ name }) => !known.has(name)).sort(compare);
  const merged = [];
  let from = 0;
  for (const entry of added) {
    let [low, high] = [from, kept.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(kept[middle], entry) < 0) low = middle + 1;
      else high = middle;
    }
    for (; from < low; from++) merged.push(kept[from]);
    merged.push(entry);
  }
  for (; from < kept.length; from++) merged.push(kept[from]);
  return merged;
}

// ===== groups =====

/** An uplink is known by how people name it; no letter stands beside the word (`ether1-WAN`, but not `Wanto`). */
const UPLINK = /(?<!\p{L})(wan|uplink|upstream|isp)(?!\p{L})/iu;
const WIRE = /^(ether|sfp|bond|vlan|lte|5g)/;

/** Each group's key and the types in it; in this order. */
/** @type {[string, RegExp][]} */
const GROUPS = [
  ["ethernet", /^(ether|sfp|bond)/],
  ["bridge", /^bridge/],
  ["vlan", /^(vlan|vxlan)/],
  ["wifi", /^(wlan|wifi|cap)/],
  ["pppoe", /^pppoe/],
  ["tunnel", /^(l2tp|pptp|sstp|ovpn|gre|eoip|ipip|wg|wireguard|6to4|ipsec|zerotier)/],
];
const TITLES = {
  wan: "WAN",
  ethernet: "Ethernet",
  bridge: "Bridge",
  vlan: "VLAN",
  wifi: "Wi-Fi",
  pppoe: "PPPoE",
  tunnel: "Tunnel",
};
const ORDER = ["wan", ...GROUPS.map(([key]) => key)];

/** What a group is called, the same in every language. */
export const titleOf = (key) => TITLES[key] ?? key;

/**
 * The key of an interface's group; the rest stands under its own type.
 * @param {{name: string, type?: string, comment?: string|null, wan?: boolean}} facts
 * @param {boolean} told the server knows which the uplinks are
 */
export function groupOf({ name, type = "", comment, wan = false }, told = false) {
  if (wan) return "wan";
  if (told) return kindOf(type);
  if (/^(pppoe-out|lte|5g)/.test(type)) return "wan";
  if (WIRE.test(type) && (UPLINK.test(name) || UPLINK.test(comment ?? ""))) return "wan";
  return kindOf(type);
}

function kindOf(type) {
  return GROUPS.find(([, kinds]) => kinds.test(type))?.[0] ?? (type || "other");
}

/** For sorting groups: the known ones first, the others by their name. */
export function compareGroups(a, b) {
  const place = (key) => (ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.length);
  return place(a) - place(b) || (a < b ? -1 : a > b ? 1 : 0);
}
