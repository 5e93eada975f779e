// Exports what is visible: as a picture, as a CSV file, or as a table to read.

import { onCanvas, PALETTE } from "./palette.js";
import { library } from "./chart-library.js";
import { csv, fileName } from "./csv.js";
import { shortName, unit } from "../shared/format.js";
import { picture, save } from "./chart-picture.js";
import { ChartTable } from "./chart-table.js";
/** @import { Mode, Range, RouterName, Scene, Texts } from "../data/types.js" */

export class ChartExport {
  /**
   * @param {object} page
   * @param {import("./chart.js").Chart} page.chart
   * @param {() => RouterName|null|undefined} page.router
   * @param {string} page.lang
   * @param {Texts} page.texts
   * @param {() => Scene & {mode: Mode}} page.seen
   * @param {(range: Range) => string} page.words a range of time in words
   */
  constructor({ lang, texts, chart, router, seen, words }) {
    this.lang = lang;
    this.texts = texts;
    this.chart = chart;
    this.router = router;
    this.seen = seen;
    this.words = words;
    this.data = new ChartTable({ lang, texts, clock: chart.clock });
  }

  table() {
    const { names, table, range, factors } = this.seen();
    this.data.open(names, table, range.from, range.to, this.words(range), factors);
  }

  csv() {
    const { names, table, range, factors } = this.seen();
    if (names.length === 0) return;
    save(
      new Blob([csv(names, table, range.from, range.to, undefined, factors)], { type: "text/csv;charset=utf-8" }),
      this.#file("csv"),
    );
  }

  png() {
    const { names, range, mode, doubtful } = this.seen();
    const { plot } = this.chart;
    if (!plot || names.length === 0) return;
    const { texts, lang } = this;
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const words = {
      title: [this.router()?.name, texts.title].filter(Boolean).join(" · "),
      range: `${day(range.to, lang)}, ${this.words(range)}`,
      note: [texts[`legend.${mode}`], doubtful && texts.legend_doubt, texts[`unit.${unit()}`]]
        .filter(Boolean)
        .join(" · "),
      legend: names.map((name, at) => ({ label: shortName(name), colour: onCanvas(PALETTE[at % PALETTE.length]) })),
    };
    const colours = { text: colour("--text"), soft: colour("--soft"), back: colour("--card") };
    const made = picture(plot.ctx.canvas, words, colours, library().pxRatio);
    made.toBlob((blob) => blob && save(blob, this.#file("png")), "image/png");
  }

  #file(ending) {
    const { names, range } = this.seen();
    return fileName(this.router()?.name ?? "router", names, range.to, ending);
  }
}

/** The day and the time zone: a picture is looked at elsewhere, and later. */
function day(t, lang) {
  const format = new Intl.DateTimeFormat(lang === "id" ? "id-ID" : "en-GB", {
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZoneName: "short",
  });
  const part = (type) => format.formatToParts(t).find((one) => one.type === type)?.value ?? "";
  return `${part("day")} ${part("month")} ${part("year")} ${part("timeZoneName")}`;
}
