// What the chart's toolbar opens and nobody needs before: files, the table, help, links. Each is loaded with its first
// use.

import { lazyImport } from "../shared/lazy-import.js";

/** @param {ConstructorParameters<typeof import("./export.js").ChartExport>[0] & {lines: () => string[]}} of */
export function laterTools(of) {
  const { lang, texts } = of;
  const out = lazyImport(async () => new (await import("./export.js")).ChartExport(of));
  const shortcutHelp = lazyImport(async () => (await import("../app/shortcut-help.js")).shortcutHelp(lang, texts));
  const share = lazyImport(async () => (await import("../account/share-dialog.js")).shareDialog);
  const help = () => shortcutHelp((open) => open());
  return {
    help,
    share: () => share((open) => open({ lang, texts, router: of.router() ?? null, lines: of.lines() })),
    more: {
      png: () => out((it) => it.png()),
      csv: () => out((it) => it.csv(false)),
      "csv-plain": () => out((it) => it.csv(true)),
      table: () => out((it) => it.table()),
      help,
    },
  };
}
