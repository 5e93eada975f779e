// Who changed what, the newest first.

import { api } from "../shared/api.js";
import { element } from "../shared/elements.js";
import { button } from "../shared/form.js";

/** So many entries are shown at a time. */
const ENTRIES = 20;

/**
 * @param {HTMLElement} root
 * @param {Record<string, string>} texts
 * @param {(ms: number) => string} moment
 */
export async function auditLog(root, texts, moment) {
  const { entries } = await api.get("/api/v1/audit");
  const wide = element("div", "wide");
  wide.tabIndex = 0;
  wide.setAttribute("role", "group");
  wide.setAttribute("aria-label", texts.set_audit);
  const table = element("table", "audit");
  const head = element("tr");
  for (const name of [texts.time, texts.set_who, texts.set_what, texts.set_target, texts.set_from]) {
    const cell = element("th", "", name);
    cell.scope = "col";
    head.append(cell);
  }
  const body = element("tbody");
  const top = element("thead");
  top.append(head);
  table.append(top, body);
  wide.append(table);
  const more = button(texts.set_more, "audit-more", () => show());
  let shown = 0;
  const show = () => {
    for (const { at, actor, action, target, address, times } of entries.slice(shown, shown + ENTRIES)) {
      const row = element("tr");
      for (const text of [
        moment(at),
        actor,
        `${texts[`audit.${action}`] ?? action}${times > 1 ? ` (${times}×)` : ""}`,
        target,
        address,
      ]) {
        const cell = element("td");
        const word = element("bdi", "", text);
        // It may end in an ellipsis.
        word.title = word.textContent;
        cell.append(word);
        row.append(cell);
      }
      body.append(row);
    }
    shown += ENTRIES;
    more.hidden = shown >= entries.length;
  };
  show();
  root.append(wide, more);
  root.hidden = false;
}
