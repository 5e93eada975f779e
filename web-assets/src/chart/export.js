// Exports what is visible: as a picture, as a CSV file, or as a table to read.

import { columnFigure, amountUnit, figure } from "./figures.js";
import { onCanvas, PALETTE } from "./palette.js";
import { library } from "./chart-library.js";
import { csv, dialectOf, fileName, PLAIN } from "./csv.js";
import { picture, save } from "./chart-picture.js";
import { ChartTable } from "./chart-table.js";
/** @import { Direction, Mode, Range, RouterName, Scene, Texts } from "../data/types.js" */
/** @import { LineFigures } from "../legend/line-figures.js" */

export class ChartExport {
  /**
   * @param {object} page
   * @param {import("./chart.js").Chart} page.chart
   * @param {() => RouterName|null|undefined} page.router
   * @param {string} page.lang
   * @param {Texts} page.texts
   * @param {() => Scene & {mode: Mode, unit: import("./figures.js").Unit}} page.seen
   * @param {(name: string) => Direction} page.side
   * @param {(name: string) => string} page.title what people call a line
   * @param {LineFigures} page.figures
   * @param {(range: Range) => string} page.words a range of time in words
   */
  constructor({ lang, texts, chart, router, seen, side, title, figures, words }) {
    this.lang = lang;
    this.texts = texts;
    this.chart = chart;
    this.router = router;
    this.seen = seen;
    this.side = side;
    this.title = title;
    this.figures = figures;
    this.words = words;
    this.data = new ChartTable({ lang, texts, clock: chart.clock });
  }

  table() {
    const seen = this.seen();
    this.data.open(seen, this.words(seen.range), this.side, this.title);
  }

  /** @param {boolean} plain for programs; else as the language's spreadsheets read it */
  csv(plain) {
    const { names, table, range, factors } = this.seen();
    if (names.length === 0) return;
    const lines = names.map((name) => ({ name, ...this.side(name) }));
    const dialect = plain ? PLAIN : dialectOf(this.lang);
    const text = csv(lines, table, range.from, range.to, undefined, factors, dialect);
    save(new Blob([text], { type: "text/csv;charset=utf-8" }), this.#file("csv"));
  }

  png() {
    const { names, range, mode, doubtful, unit } = this.seen();
    const { plot } = this.chart;
    if (!plot || names.length === 0) return;
    const { texts, lang } = this;
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const figures = names.map((name) => this.figures.of(name));
    const amounts = amountUnit(Math.max(0, ...figures.flatMap(({ down, up }) => [down.total ?? 0, up.total ?? 0])));
    const both = ["↓", "↑"];
    const words = {
      title: [this.router()?.name, texts.title].filter(Boolean).join(" · "),
      range: `${day(range.to, lang)}, ${this.words(range)}`,
      note: [texts[`legend.${mode}`], doubtful && texts.legend_doubt, unit.name].filter(Boolean).join(" · "),
      heads: [
        "",
        ...both.map((way) => `${texts.legend_peak} ${way}`),
        ...both.map((way) => `${texts.legend_average} ${way}`),
        ...both.map((way) => `P95 ${way}`),
        ...both.map((way) => `${texts.legend_total} ${way} ${amounts.name}`),
      ],
      legend: figures.map(({ down, up }, at) => ({
        colour: onCanvas(PALETTE[at % PALETTE.length]),
        cells: [
          this.title(names[at]),
          ...["peak", "average", "p95"].flatMap((id) => [down, up].map((way) => columnFigure(way[id], unit, lang))),
          ...[down, up].map((way) => figure(way.total, amounts, lang)),
        ],
      })),
    };
    const colours = { text: colour("--text"), soft: colour("--soft"), back: colour("--bg") };
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
