// What is recorded of the past: all of it, by router, by kind, by line; what that costs each router, and what it takes
// on the disk. Each switch acts at once. What the file leaves out is shown and cannot be changed here.

import { api } from "../shared/api.js";
import { element, put } from "../shared/elements.js";
import { button, select, sentence } from "../shared/form.js";
import { amount, fill, number } from "../shared/format.js";
import { styleSheet } from "../shared/style-sheet.js";
import { zoneName } from "../usage/calendar.js";

/** Kinds that can be left out: those that come in large numbers, and those whose bytes others count too. */
const KINDS = ["ether", "vlan", "bridge", "pppoe-in", "l2tp-in", "wg"];
/** Zones that are offered by name. */
const ZONES = ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"];

export class RecordingSettings {
  #busy = false;

  /**
   * @param {object} page
   * @param {HTMLElement} page.root
   * @param {Record<string, string>} page.texts
   * @param {string} page.lang
   * @param {{id: string, name: string}[]} page.routers
   */
  constructor({ root, texts, lang, routers }) {
    styleSheet(import.meta.url, "./recording.css");
    this.root = root;
    this.texts = texts;
    this.lang = lang;
    this.names = new Map(routers.map(({ id, name }) => [id, name || id]));
    this.body = element("div");
    this.said = element("p", "rec-note bad");
    this.said.setAttribute("role", "alert");
    root.append(this.body, this.said);
  }

  async load() {
    this.#draw(await api.get("/api/v1/recording"));
    this.root.hidden = false;
  }

  /** Changes a part of it; what could not be changed stays as it was, and it is said why. */
  async #change(part) {
    if (this.#busy) return;
    this.#busy = true;
    put(this.said, "");
    const { id } = document.activeElement ?? {};
    try {
      this.#draw((await api.send("PUT", "/api/v1/recording", part)) ?? (await api.get("/api/v1/recording")));
    } catch (error) {
      const { texts } = this;
      put(this.said, error.code === "recording-off-in-file" ? texts.rec_off_in_file : sentence(error, texts));
      await this.load().catch(() => {});
    }
    this.#busy = false;
    // The table is another one now; the keys stay where they were.
    if (id) document.getElementById(id)?.focus();
  }

  #draw(how) {
    const { texts } = this;
    const chosen = { enabled: true, routers: {}, exceptKinds: [], lines: [], ...how.chosen };
    const file = { enabled: true, except: [], exceptKinds: [], ...how.fromFile };
    const all = this.#switch("rec-all", texts.rec_all, chosen.enabled && file.enabled, file.enabled, (enabled) =>
      this.#change({ enabled }),
    );
    const parts = /** @type {HTMLElement[]} */ ([all]);
    if (!file.enabled) parts.push(element("p", "rec-note", texts.rec_off_in_file));
    if (how.stoppedBecause) parts.push(element("p", "rec-note bad", `${texts.rec_stopped}: ${how.stoppedBecause}`));
    if (how.routers?.length > 0) parts.push(element("h3", "", texts.rec_routers), this.#routers(how.routers, file));
    parts.push(element("h3", "", texts.rec_kinds), this.#kinds(chosen, file), element("h3", "", texts.rec_lines));
    parts.push(...this.#lines(chosen.lines, file.except));
    if (how.disk)
      parts.push(
        element("h3", "", texts.rec_disk),
        ...(how.store === "prometheus" ? this.#store(how.bytes) : this.#disk(how.disk)),
      );
    if (how.zone) parts.push(element("h3", "", texts.rec_zone), ...this.#zone(how, chosen));
    this.body.replaceChildren(...parts);
  }

  #switch(id, text, on, may, change) {
    const label = element("label", "rec-switch");
    const box = element("input");
    box.type = "checkbox";
    box.id = box.dataset.testid = id;
    box.checked = on;
    box.disabled = !may;
    box.addEventListener("change", () => change(box.checked));
    label.append(box, element("span", "", text));
    return label;
  }

  /** A router's switch, and what it costs the router. */
  #routers(routers, file) {
    const { texts, lang } = this;
    const table = element("table", "things");
    const head = element("tr");
    for (const [kind, text] of [
      ["", texts.rec_router],
      ["num", texts.rec_reads],
      ["num", texts.rec_read_ms],
    ]) {
      const cell = element("th", kind, text);
      cell.scope = "col";
      head.append(cell);
    }
    const top = element("thead");
    top.append(head);
    const body = element("tbody");
    for (const { router, record = true, readsPerMinute, readMs } of routers) {
      const row = element("tr");
      const name = element("th", "name");
      name.scope = "row";
      const may = !file.except.some((one) => one.router === router && !one.interface);
      const named = this.names.get(router) ?? router;
      name.append(
        this.#switch(`rec-router-${router}`, named, record, may, (on) => this.#change({ routers: { [router]: on } })),
      );
      const figure = (value, digits) => (record && typeof value === "number" ? number(value, lang, 0, digits) : "–");
      row.append(
        name,
        element("td", "num", figure(readsPerMinute, 1)),
        element("td", "num", record && typeof readMs === "number" ? `${figure(readMs, 0)} ms` : "–"),
      );
      body.append(row);
    }
    table.append(top, body);
    return table;
  }

  #kinds(chosen, file) {
    const { texts } = this;
    const root = element("div", "rec-kinds");
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", texts.rec_kinds);
    const kinds = [...new Set([...KINDS, ...chosen.exceptKinds, ...file.exceptKinds])];
    for (const kind of kinds) {
      const on = !chosen.exceptKinds.includes(kind) && !file.exceptKinds.includes(kind);
      root.append(
        this.#switch(
          `rec-kind-${kind}`,
          texts[`kind.${kind}`] ?? kind,
          on,
          !file.exceptKinds.includes(kind),
          (record) =>
            this.#change({
              exceptKinds: record
                ? chosen.exceptKinds.filter((one) => one !== kind)
                : [...chosen.exceptKinds.filter((one) => one !== kind), kind],
            }),
        ),
      );
    }
    return root;
  }

  /** What is left out line by line; a line's own menu leaves out others. */
  #lines(lines, except) {
    const { texts } = this;
    const out = lines.filter(({ record }) => !record);
    const fixed = except.filter((one) => one.interface);
    if (out.length + fixed.length === 0) return [element("p", "rec-note", texts.rec_lines_none)];
    const list = element("ul", "rec-lines");
    list.dataset.testid = "rec-lines";
    const row = (router, name, end) => {
      const made = element("li");
      made.append(element("bdi", "", `${name} · ${this.names.get(router) ?? router}`), end);
      list.append(made);
    };
    for (const one of fixed) row(one.router, one.interface, element("span", "soft", texts.rec_of_file));
    for (const { router, interface: name } of out) {
      const again = button(
        texts.rec_again,
        "rec-line-again",
        () => this.#change({ lines: [{ router, interface: name, record: true }] }),
        "bare",
      );
      again.setAttribute("aria-label", `${texts.rec_again}: ${name}`);
      row(router, name, again);
    }
    return [list];
  }

  /** The samples are in a store elsewhere, which says itself how it fills. */
  #store(waiting) {
    const { texts, lang } = this;
    const [list, pair] = [element("dl", "rec-disk"), element("div")];
    list.dataset.testid = "rec-store";
    pair.append(element("dt", "", texts.rec_store_waiting), element("dd", "", amount(waiting, lang, 1)));
    list.append(pair);
    return [list, element("p", "rec-note", texts.rec_store)];
  }

  #disk({ usedBytes, bytesPerDay, estimatedBytes, limitBytes, freeBytes, daysUntilFull, basis }) {
    const { texts, lang } = this;
    const list = element("dl", "rec-disk");
    list.dataset.testid = "rec-disk";
    const bytes = (value) => (typeof value === "number" ? amount(value, lang, 1) : "–");
    for (const [name, value] of [
      [texts.rec_used, bytes(usedBytes)],
      [texts.rec_per_day, bytes(bytesPerDay)],
      [texts.rec_estimated, bytes(estimatedBytes)],
      [texts.rec_limit, limitBytes === null || limitBytes === undefined ? texts.rec_no_limit : bytes(limitBytes)],
      [texts.rec_free, bytes(freeBytes)],
    ]) {
      const pair = element("div");
      pair.append(element("dt", "", name), element("dd", "", value));
      list.append(pair);
    }
    const notes = [
      list,
      element("p", "rec-note", basis === "lines" ? texts.rec_basis_lines : texts.rec_basis_measured),
    ];
    if (typeof daysUntilFull === "number")
      notes.push(element("p", "rec-note bad", fill(texts.rec_full_in, { n: number(daysUntilFull, lang, 0) })));
    return notes;
  }

  /** At whose midnight days and months begin. */
  #zone(how, chosen) {
    const { texts } = this;
    const named = (zone) => (ZONES.includes(zone) ? `${zoneName(zone)} (${zone})` : zone);
    if (!("zone" in chosen)) return [element("p", "rec-note", fill(texts.rec_zone_is, { zone: named(how.zone) }))];
    const others = [...new Set([chosen.zone, how.zone])].filter((zone) => zone && !ZONES.includes(zone));
    const choice = select("zone", [
      ["", texts.rec_zone_file],
      ...[...ZONES, ...others].map((zone) => [zone, named(zone)]),
    ]);
    choice.id = choice.dataset.testid = "rec-zone";
    choice.setAttribute("aria-label", texts.rec_zone);
    choice.value = chosen.zone ?? "";
    choice.addEventListener("change", () => this.#change({ zone: choice.value === "" ? null : choice.value }));
    return [choice, element("p", "rec-note", fill(texts.rec_zone_is, { zone: named(how.zone) }))];
  }
}
