// The help that lists the keyboard shortcuts; loaded when it is first asked for.

import { dialog } from "../shared/dialog.js";
import { allTexts } from "../shared/all-words.js";
import { element } from "../shared/elements.js";
import { KEYS } from "./keyboard-shortcuts.js";

/** @returns {Promise<() => void>} opens the help */
export async function shortcutHelp(lang, known) {
  const texts = await allTexts(lang, known);
  let made = null;
  return () => {
    made ??= build(texts);
    made.open();
  };
}

function build(texts) {
  const made = dialog("help", texts.help, texts.close);
  const section = (title, pairs) => {
    const list = element("dl", "keys");
    for (const [names, meaning] of pairs) {
      const term = element("dt");
      names.forEach((name) => term.append(element("kbd", "", name)));
      list.append(term, element("dd", "", meaning));
    }
    made.body.append(element("h3", "", title), list);
  };
  section(texts["help.everywhere"], [
    ...KEYS.map(([key, name]) => [[key], texts[`key.${name}`]]),
    [["Esc"], texts["key.escape"]],
  ]);
  section(texts["help.chart"], [
    [["←", "→"], texts["key.cross"]],
    [["Shift", "←", "→"], texts["key.pan"]],
    [["+", "−"], texts["key.zoom"]],
    [["Home", "End"], texts["key.ends"]],
  ]);
  section(texts["help.hand"], [
    [[texts["hand.drag"]], texts["key.drag"]],
    [["Shift", texts["hand.drag"]], texts["key.pan"]],
    [["Ctrl", texts["hand.wheel"]], texts["key.zoom"]],
    [[texts["hand.double"]], texts["key.all"]],
  ]);
  return made;
}
