// What stands together in the list of interfaces. No page here.

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

/** The key of an interface's group; the rest stands under its own type. */
export function groupOf({ name, type = "", comment }) {
  if (/^(pppoe-out|lte|5g)/.test(type)) return "wan";
  if (WIRE.test(type) && (UPLINK.test(name) || UPLINK.test(comment ?? ""))) return "wan";
  return GROUPS.find(([, kinds]) => kinds.test(type))?.[0] ?? (type || "other");
}

/** For sorting groups: the known ones first, the others by their name. */
export function compareGroups(a, b) {
  const place = (key) => (ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.length);
  return place(a) - place(b) || (a < b ? -1 : a > b ? 1 : 0);
}
