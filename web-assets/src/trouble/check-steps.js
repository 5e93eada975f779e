// The result of a connection test: one line where all is well, else what is wrong and what mends it; step by step on
// demand.

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
 * @property {number|null} [readMs]
 * @property {string} [fingerprint]
 */

/**
 * @param {Report} told the answer of `POST /api/v1/check`
 * @param {{user: string, tls: boolean, password?: string}} router whose it is; the password only where it may be shown
 * @param {Record<string, string>} texts
 * @param {(fingerprint: string) => void} pin
 */
export function checkSteps(told, router, texts, pin) {
  const root = element("div", "steps");
  root.dataset.testid = "check-report";
  root.dataset.ok = String(told.ok);
  const details = element("details");
  const failed = told.steps.find(({ state }) => state === "failed");
  const summary = element("summary", told.ok ? "okline" : "");
  if (told.ok) {
    const about = element("bdi", "about", facts(told, texts));
    about.title = about.textContent;
    summary.append(element("b", "", texts.check_ok), about);
    summary.append(element("span", "more", texts.check_details));
  } else {
    root.append(trouble(failed, router, texts));
    summary.append(element("span", "more", texts.check_details));
  }
  const list = element("ol");
  for (const step of told.steps) list.append(line(step, texts));
  details.append(summary, list);
  if (!told.ok && told.about) details.append(element("p", "note", facts(told, texts)));
  if (told.fingerprint) {
    const fingerprint = element("p", "note", `${texts.check_fingerprint} `);
    fingerprint.append(
      element("code", "", told.fingerprint),
      " ",
      button(texts.check_pin, "check-pin", () => pin(told.fingerprint)),
    );
    // Where the certificate is the trouble, it is what mends it.
    if (failed?.reason === "certificate") root.append(fingerprint);
    else details.append(fingerprint);
  }
  root.append(details);
  return root;
}

/**
 * Which router it is, in a line.
 * @param {Report} told
 */
function facts({ about, interfaces, readMs }, texts) {
  return [
    about?.identity,
    about?.model,
    about?.version && `RouterOS ${about.version.split(" ")[0]}`,
    interfaces !== null && fill(texts.check_interfaces, { n: interfaces }),
    typeof readMs === "number" && fill(texts.check_ms, { n: readMs }),
  ]
    .filter(Boolean)
    .join(" · ");
}

/**
 * The cause, with the words of the panel that explains the same trouble later.
 * @param {Report["steps"][0]} failed
 */
function trouble({ reason, detail, step }, router, texts) {
  const root = element("div", "failed");
  root.append(
    element("h4", "", texts[`trouble.${reason}`] ?? texts[`check_step.${step}`] ?? texts.check_failed),
    element("p", "", texts[`reason.${reason}`] ?? detail ?? ""),
    remedyList(reason, router, texts),
  );
  return root;
}

function line(step, texts) {
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
  if (step.detail) item.append(element("p", "note", step.detail));
  return item;
}
