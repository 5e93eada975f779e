// What the address of the page for an <iframe> asks for: the attributes of its elements. Does not touch the page.

const WORDS = ["router", "interface", "window", "lang", "theme", "token", "unit"];
/** More than these are no page. */
const MOST = 8;

/**
 * One router needs one box, whatever the order of the words. Where several are named, each is followed by its lines:
 * `router=a&interface=x&router=b&interface=y,z`.
 * @param {URLSearchParams} asked
 * @returns {Record<string, string>[]}
 */
export function boxes(asked) {
  const common = {};
  for (const word of WORDS) if (asked.has(word)) common[word] = asked.getAll(word).join(",");
  if (asked.getAll("router").length < 2) return [common];
  /** @type {{router: string, names: string[]}[]} */
  const groups = [];
  for (const [word, value] of asked) {
    if (word === "router") groups.push({ router: value, names: [] });
    else if (word === "interface") groups.at(-1)?.names.push(value);
  }
  return groups.slice(0, MOST).map(({ router, names }) => ({ ...common, router, interface: names.join(",") }));
}
