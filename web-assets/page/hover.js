// What the chart says where the pointer is: the time, and each interface's exact rates, as the router counts them.

import { shortName, speed } from "./format.js";

/** A plugin of the chart. `names` in the order of the series, rx and tx each; `clock` writes a time (ms). */
export function hover(names, colours, lang, clock) {
  const box = make("div", "hover");
  const time = make("strong");
  const rows = names.map((name, at) => {
    const row = make("div", "row");
    row.style.setProperty("--colour", colours[at % colours.length]);
    const who = make("bdi");
    who.textContent = shortName(name);
    const value = make("span");
    row.append(who, value);
    return { row, value };
  });
  box.append(time, ...rows.map(({ row }) => row));
  box.hidden = true;

  return {
    hooks: {
      init: (plot) => plot.over.append(box),
      setCursor(plot) {
        const { idx, left } = plot.cursor;
        box.hidden = names.length === 0 || idx === null || idx === undefined || left < 0;
        if (box.hidden) return;
        time.textContent = clock(plot.data[0][idx] * 1000);
        rows.forEach(({ value }, at) => {
          const [rx, tx] = [plot.data[1 + 2 * at][idx], plot.data[2 + 2 * at][idx]];
          value.textContent = `RX ${speed(rx, lang)} · TX ${speed(tx, lang)}`;
        });
        // Beside the pointer, on the side where there is more room.
        const right = left > plot.over.clientWidth / 2;
        box.style.left = right ? "auto" : `${left + 12}px`;
        box.style.right = right ? `${plot.over.clientWidth - left + 12}px` : "auto";
      },
    },
  };
}

function make(tag, kind = "") {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  return made;
}
