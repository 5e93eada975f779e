// The page of the API: what programs can ask, read from the server's own description, and tried out at once.

import { leaveForLogin } from "../account/auth.js";
import { wholeHeader } from "../app/whole-header.js";
import { language, theme } from "../app/theme-and-language.js";
import { api } from "../shared/api.js";
import { below } from "../shared/base-path.js";
import { element, put } from "../shared/elements.js";
import { sentence } from "../shared/form.js";
import { groupsOf, matches } from "./operations.js";
import { operationView } from "./operation-view.js";

const { lang, texts } = JSON.parse(document.body.dataset.page);
const byId = (id) => document.getElementById(id);
const search = /** @type {HTMLInputElement} */ (byId("api-search"));

theme(byId("theme"), texts, () => {});
language(byId("lang"), lang);
begin();

async function begin() {
  if (!(await wholeHeader(texts))) return notice(texts.fleet_no_server);
  try {
    show(await api.get("/api/v1/openapi.json"));
  } catch (error) {
    if (!leaveForLogin(error)) notice(sentence(error, texts));
  }
}

function notice(text) {
  const root = byId("api-notice");
  root.hidden = false;
  put(root, text);
}

function show(document_) {
  const root = byId("api-operations");
  /** @type {{ operation: any, view: HTMLElement }[]} */
  const shown = [];
  for (const group of groupsOf(document_)) {
    const section = element("section", "api-group");
    section.append(element("h2", "", group.description));
    for (const operation of group.operations) {
      const view = operationView(operation, document_, texts);
      shown.push({ operation, view });
      section.append(view);
    }
    root.append(section);
  }
  /** @type {HTMLAnchorElement} */ (byId("api-file")).href = below("/api/v1/openapi.json");
  byId("api").hidden = false;
  search.addEventListener("input", () => filter(root, shown));
  // A link to one of them opens it.
  const named = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named instanceof HTMLDetailsElement) {
    named.open = true;
    named.scrollIntoView();
  }
}

function filter(root, shown) {
  for (const { operation, view } of shown) view.hidden = !matches(operation, search.value);
  for (const group of root.children) group.hidden = !group.querySelector("details:not([hidden])");
  byId("api-none").hidden = shown.some(({ view }) => !view.hidden);
}
