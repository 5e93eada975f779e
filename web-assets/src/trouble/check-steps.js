// The result of a connection test, step by step: a sign, a word, the time it took, and for a failure its remedies.

import { element } from "../shared/elements.js";
import { button } from "../shared/form.js";
import { fill } from "../shared/format.js";
import { remedyList } from "./remedy-list.js";
/** @import { System } from "../data/types.js" */

/**
 * @typedef {object} Report
 * @property {boolean} ok
 * @property {{step: string, state: string, ms?: number, reason?: string, detail?: string}[]} steps
 * @property {System} [about]
 * @property {number|null} interfaces
 * @property {string} [fingerprint]
 */

/**
 * @param {Report} told the answer of `POST /api/v1/check`
 * @param {{user: string, tls: boolean}} router whose it is
 * @param {Record<string, string>} texts
 * @param {(fingerprint: string) => void} pin
 */
export function checkSteps(told, router, texts, pin) {
  const root = element("div", "steps");
  root.dataset.testid = "check-report";
  root.dataset.ok = String(told.ok);
  root.append(element("p", told.ok ? "done" : "wrong", told.ok ? texts.check_ok : texts.check_failed));
  const list = element("ol");
  for (const step of told.steps) list.append(line(step, router, texts));
  root.append(list);
  const { about } = told;
  if (about) {
    const parts = [
      about.identity,
      about.model,
      about.version && `RouterOS ${about.version.split(" ")[0]}`,
      told.interfaces !== null && fill(texts.check_interfaces, { n: told.interfaces }),
    ];
    root.append(element("p", "note", parts.filter(Boolean).join(" · ")));
  }
  if (told.fingerprint) {
    const fingerprint = element("p", "note", `${texts.check_fingerprint} `);
    fingerprint.append(
      element("code", "", told.fingerprint),
      " ",
      button(texts.check_pin, "check-pin", () => pin(told.fingerprint)),
    );
    root.append(fingerprint);
  }
  return root;
}

function line(step, router, texts) {
  const item = element("li", "step");
  item.dataset.step = step.step;
  item.dataset.state = step.state;
  const head = element("span", "step-head");
  const time = step.state === "skipped" ? "" : ` ${fill(texts.check_ms, { n: step.ms })}`;
  head.append(
    element("strong", "", texts[`check_step.${step.step}`] ?? step.step),
    element("span", "note", `${texts[`check_state.${step.state}`]}${time}`),
  );
  item.append(head);
  if (step.state === "failed") {
    item.append(element("p", "", texts[`reason.${step.reason}`] ?? step.detail ?? ""));
    if (step.detail) item.append(element("p", "note", step.detail));
    item.append(remedyList(step.reason, router, texts));
  } else if (step.detail) item.append(element("p", "note", step.detail));
  return item;
}
