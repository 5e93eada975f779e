// Interface names: how they are written in an address, which interfaces a name means, and how it is shown safely. Does
// not touch the page.

/** Names with commas between; a comma in a name is written `%2C`, and a percent sign `%25`. */
export function joined(names) {
  return names.map((name) => name.replaceAll("%", "%25").replaceAll(",", "%2C")).join(",");
}

/** The names in such a list. */
export function listed(text) {
  const names = text.split(",").filter(Boolean);
  return names.map((name) => name.replace(/%2c/gi, ",").replaceAll("%25", "%"));
}

/**
 * Those of the router's interfaces that a name means, by their keys: one, or all who share it. None where it is not
 * there.
 * @param {{name: string, called: string}[]} interfaces `name` is the key
 */
export function meant(wanted, interfaces) {
  if (interfaces.some(({ name }) => name === wanted)) return [wanted];
  return interfaces.filter(({ called }) => called === wanted).map(({ name }) => name);
}

/** An interface under its key: the page calls each by what no other has, and keeps what the router calls it. */
export function keyed(one) {
  return { ...one, called: one.name, name: one.key ?? one.name };
}

/**
 * Which keys stand for other ones now: of what was renamed, or has come to share its name. Lines are numbers of the
 * server.
 */
export function renamed(before, now) {
  const lines = new Map(before.filter(({ line }) => line !== undefined).map(({ line, name }) => [line, name]));
  const changed = now.map(({ line, name }) => [lines.get(line), name]);
  return new Map(changed.filter(([old, name]) => old !== undefined && old !== name));
}

/** A map with its keys under their new names; names may have been exchanged. */
export function moved(map, names) {
  const stays = [...map].filter(([key]) => !names.has(key));
  return new Map([
    ...stays,
    ...[...map].filter(([key]) => names.has(key)).map(([key, value]) => [names.get(key), value]),
  ]);
}

/** Not seen, or turning the direction of writing: two texts may look alike by them. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;
/** What makes one sign of several: an emoji's colour, a family of them. */
const PICTURE = "\\p{Extended_Pictographic}";
const EMOJI = new RegExp(
  `(?<=${PICTURE})\\ufe0f|(?<=${PICTURE}[\\ufe0f\\p{Emoji_Modifier}]?)\\u200d(?=${PICTURE})`,
  "uy",
);
/** Spaces that look like a plain one, or are not seen at all: at an end, beside another. */
const SPACES = /(?! )\p{Zs}|^ | $|(?<= ) |[\t\n]/gu;

const mark = (sign) => `⟦U+${sign.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟧`;

/** A text in which nothing is hidden: what cannot be seen stands there by its number, `⟦U+202E⟧`. */
export function shown(text) {
  return text.replace(HIDDEN, (sign, at) => {
    EMOJI.lastIndex = at;
    return sign === "\n" || sign === "\t" || EMOJI.test(text) ? sign : mark(sign);
  });
}

/**
 * A name in which nothing is hidden, so that no two names look alike by what is not seen, or by a mark that is made up.
 */
export function shownName(name) {
  return shown(name.replaceAll("⟦", mark)).replace(SPACES, mark);
}
