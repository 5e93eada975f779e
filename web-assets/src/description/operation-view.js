// One operation of the API: what it takes, what it answers, and for a GET a try of it.

import { below } from "../shared/base-path.js";
import { element } from "../shared/elements.js";
import { addressOf, fieldsOf, plain, typeName } from "./operations.js";

/** An answer is waited for so long, ms; and so much of it is shown. */
const LIMIT = 30_000;
const MOST = 20_000;

/** @import { Operation } from "./operations.js" */

/**
 * @param {Operation} operation
 * @param {any} description
 * @param {Record<string, string>} texts
 */
export function operationView(operation, description, texts) {
  const view = element("details", "api-operation");
  view.id = operation.id;
  const head = element("summary");
  const method = element("b", "api-method", operation.method);
  method.dataset.method = operation.method;
  head.append(method, element("code", "", operation.path), element("span", "soft", operation.summary));
  view.append(head);
  // Its parts are made when it is opened: there are many operations, and few are looked at.
  view.addEventListener("toggle", () => view.open && view.children.length === 1 && fill());
  return view;

  function fill() {
    const inputs = new Map();
    if (operation.parameters.length > 0) {
      view.append(element("h3", "", texts.api_parameters));
      const rows = operation.parameters.map((one) => {
        const type = element("span", "soft", one.needed ? `${one.type} · ${texts.api_needed}` : one.type);
        const about = element("span", "", plain(one.about));
        if (operation.method !== "GET") return [element("code", "", one.name), type, about];
        const input = element("input");
        input.type = "text";
        input.autocomplete = "off";
        // Enter sends it, wherever it stands.
        input.setAttribute("form", `try-${operation.id}`);
        input.setAttribute("aria-label", one.name);
        inputs.set(one.name, input);
        return [element("code", "", one.name), type, about, input];
      });
      view.append(table(rows));
    }
    if (operation.body) {
      view.append(element("h3", "", `${texts.api_body} · ${typeName(operation.body)}`));
      view.append(fields(description, operation.body, texts));
    }
    for (const answer of operation.answers) {
      const kinds = answer.kinds.map(({ type, schema }) => (schema ? `${type} · ${typeName(schema)}` : type));
      const status = answer.status === "default" ? texts.api_failure : answer.status;
      view.append(element("h3", "", plain([status, answer.about, ...kinds].filter(Boolean).join(" · "))));
      const json = answer.kinds.find(({ type, schema }) => type.includes("json") && schema);
      if (json) view.append(fields(description, json.schema, texts));
    }
    if (operation.method === "GET") view.append(trial(operation, inputs, texts));
  }
}

function fields(description, schema, texts) {
  const rows = fieldsOf(description, schema).map((field) => [
    element("code", "", field.name),
    element("span", "soft", field.needed ? `${field.type} · ${texts.api_needed}` : field.type),
    element("span", "", plain([field.about, field.values.join(", ")].filter(Boolean).join(" · "))),
  ]);
  return table(rows);
}

function table(rows) {
  const root = element("div", "api-fields");
  for (const cells of rows) {
    const row = element("div", "api-field");
    row.append(...cells);
    root.append(row);
  }
  return root;
}

function trial(operation, inputs, texts) {
  const form = element("form", "api-try");
  form.id = `try-${operation.id}`;
  const send = element("button", "", texts.api_try);
  const result = element("pre", "api-result");
  result.hidden = true;
  result.tabIndex = 0;
  result.setAttribute("aria-label", texts.api_answer);
  form.append(send, result);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    send.disabled = true;
    const values = Object.fromEntries([...inputs].map(([name, input]) => [name, input.value.trim()]));
    result.textContent = await answered(below(addressOf(operation, values)), texts);
    result.hidden = false;
    send.disabled = false;
  });
  return form;
}

/** The answer as text: status, type, and the body, laid out where it is JSON. */
async function answered(address, texts) {
  try {
    // A stream has no end: what came within the limit would be shown never, so only its head is waited for.
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), LIMIT);
    const answer = await fetch(address, { cache: "no-store", signal: stop.signal });
    const type = answer.headers.get("Content-Type") ?? "";
    let text = "";
    if (type.startsWith("text/event-stream")) stop.abort();
    else text = await answer.text();
    clearTimeout(timer);
    if (type.includes("json")) text = laidOut(text);
    const cut = text.length > MOST ? `${text.slice(0, MOST)}\n…` : text;
    return `GET ${address}\n${answer.status} ${type}\n\n${cut}`;
  } catch (error) {
    return `GET ${address}\n${texts.api_no_answer}: ${error.message}`;
  }
}

function laidOut(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
