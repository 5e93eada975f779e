// A rule: what it watches, whom, from which figure on, for how long, how bad that is, where and when it is told; and
// what it would have told in the last days.

import { openDialog } from "../account/settings-list.js";
import { api } from "../shared/api.js";
import { element, put } from "../shared/elements.js";
import { button, end, field, input, onSubmit, select, sentence } from "../shared/form.js";
import { fill, number, spanWords } from "../shared/format.js";
import { shortNote } from "../shared/short-note.js";
import { time } from "./alert-list.js";
import { DIRECTIONS, KINDS, meant, seconds, SEVERITIES, shown, targetOf, targetValue } from "./rule-kinds.js";

/** So far back a dry run looks, days. */
const DAYS = 7;
/** More of them are told in number. */
const MOST = 12;

/**
 * @param {object} page
 * @param {any} page.rule null for a new one
 * @param {Record<string, string>} page.texts
 * @param {string} page.lang
 * @param {{id: string, name: string, tags?: string[]}[]} page.routers
 * @param {any[]} page.channels
 * @param {() => Promise<void>} page.saved
 */
export function ruleForm({ rule, texts, lang, routers, channels, saved }) {
  const form = element("form", "form rule-form");
  form.dataset.testid = "rule-form";
  const name = input({ name: "name", maxlength: "128", autocomplete: "off" });
  name.value = rule?.name ?? "";
  const kind = select(
    "kind",
    Object.keys(KINDS).map((one) => [one, texts[`rule.${one}`]]),
  );
  kind.value = rule?.kind ?? "traffic-above";
  const target = select("target", []);
  const line = input({ name: "interface", autocomplete: "off", spellcheck: "false", autocapitalize: "none" });
  line.value = rule?.target?.interface ?? "";
  const lines = element("datalist");
  lines.id = "rule-lines";
  line.setAttribute("list", lines.id);
  const bound = input({ name: "bound", inputmode: "decimal", autocomplete: "off" });
  const clear = input({ name: "clearBound", inputmode: "decimal", autocomplete: "off" });
  const unit = select("unit", []);
  const direction = select(
    "direction",
    DIRECTIONS.map((one) => [one, texts[`way.${one}`]]),
  );
  direction.value = rule?.direction ?? "either";
  const period = select("period", [
    ["month", texts.usage_month],
    ["day", texts.usage_day],
  ]);
  period.value = rule?.period ?? "month";
  const span = (of) => (typeof of === "number" ? spanWords(of * 1_000, texts) : "");
  const lasts = input({ name: "forSeconds", autocomplete: "off" });
  const keeps = input({ name: "keepSeconds", autocomplete: "off" });
  keeps.value = span(rule?.keepSeconds ?? 30);
  const repeat = input({ name: "repeatSeconds", autocomplete: "off", placeholder: texts.rule_repeat_never });
  repeat.value = span(rule?.repeatSeconds ?? undefined);
  const severity = select(
    "severity",
    SEVERITIES.map((one) => [one, texts[`severity.${one}`]]),
  );
  const [from, to] = ["quietFrom", "quietTo"].map((of) => input({ name: of, type: "time" }));
  from.value = rule?.quiet?.from ?? "";
  to.value = rule?.quiet?.to ?? "";
  const where = checks(
    texts.rule_channels,
    texts.rule_channels_all,
    channels.map(({ id, name }) => [id, name]),
    rule?.channels ?? [],
  );
  const behind = checks(
    texts.rule_behind,
    texts.rule_behind_note,
    routers.map(({ id, name }) => [id, name || id]),
    rule?.behind ?? [],
  );
  const fields = {
    line: field(texts.rule_line, line),
    bound: field(texts.rule_bound, bound),
    unit: field(texts.rule_unit, unit),
    clear: field(texts.rule_clear, clear, texts.rule_clear_note),
    direction: field(texts.rule_way, direction),
    period: field(texts.rule_period, period),
    lasts: field(texts.rule_lasts, lasts, texts.rule_time_note),
    keeps: field(texts.rule_keeps, keeps, texts.rule_keeps_note),
  };

  /** What this kind asks for; figures of another kind do not stay. */
  const asks = (first) => {
    const what = KINDS[kind.value];
    const before = target.value || (rule ? targetValue(rule.target) : "");
    const tags = [...new Set(routers.flatMap((one) => one.tags ?? []))].sort();
    const options = /** @type {[string, string][]} */ ([
      ["all", what.of === "line" ? texts.target_all_lines : texts.target_all],
    ]);
    if (what.of === "line" || what.of === "any") options.push(["wan", texts.target_wan]);
    for (const { id, name } of routers) {
      options.push([`router:${id}`, name || id]);
      if (what.of !== "router") options.push([`line:${id}`, fill(texts.target_line_of, { router: name || id })]);
    }
    for (const tag of tags) options.push([`tag:${tag}`, fill(texts.target_tag, { tag })]);
    target.replaceChildren(...options.map(([value, word]) => new Option(word, value)));
    target.value = options.some(([value]) => value === before) ? before : what.of === "line" ? "wan" : "all";
    unit.replaceChildren(...what.units.map((one) => new Option(texts[`bound_name.${one}`], one)));
    const own = first && rule ? rule : null;
    unit.value = own?.unit ?? what.units[0] ?? "";
    bound.value = shown(own ? own.bound : (what.usual ?? null), unit.value, lang);
    clear.value = shown(own?.clearBound, unit.value, lang);
    lasts.value = span(own ? own.forSeconds : (what.forSeconds ?? 0));
    severity.value = own?.severity ?? what.severity;
    fields.bound.hidden = fields.clear.hidden = what.units.length === 0;
    fields.clear.hidden ||= Boolean(what.event);
    fields.unit.hidden = what.units.length < 2;
    fields.direction.hidden = !what.direction;
    fields.period.hidden = !what.period;
    fields.lasts.hidden = fields.keeps.hidden = Boolean(what.event);
    target.parentElement.hidden = what.of === "server";
    named();
  };
  const named = () => {
    const one = unit.value && texts[`bound_name.${kind.value === "flapping" ? "flaps" : unit.value}`];
    put(fields.bound.querySelector("label"), one ? `${texts.rule_bound} (${one})` : texts.rule_bound);
    fields.line.hidden = !target.value.startsWith("line:");
    behind.root.hidden = !KINDS[kind.value].behind || fields.line.hidden || routers.length < 2;
    if (!fields.line.hidden) offer(target.value.slice(5), lines);
  };
  const targets = field(texts.rule_where, target);
  kind.addEventListener("change", () => asks(false));
  target.addEventListener("change", named);
  unit.addEventListener("change", named);
  asks(true);

  const value = () => {
    const what = KINDS[kind.value];
    const bounded = what.units.length > 0;
    return {
      name: name.value.trim(),
      enabled: rule?.enabled ?? true,
      kind: kind.value,
      target: what.of === "server" ? { all: true } : targetOf(target.value, line.value.trim()),
      ...(what.direction && { direction: direction.value }),
      ...(bounded && { bound: meant(bound.value, unit.value, lang), unit: unit.value }),
      clearBound: bounded && !what.event ? meant(clear.value, unit.value, lang) : null,
      ...(what.period && { period: period.value }),
      ...(!what.event && { forSeconds: seconds(lasts.value) ?? 0, keepSeconds: seconds(keeps.value) ?? 0 }),
      severity: severity.value,
      channels: where.value(),
      quiet: from.value && to.value ? { from: from.value, to: to.value } : null,
      repeatSeconds: seconds(repeat.value),
      behind: behind.root.hidden ? [] : behind.value(),
    };
  };
  /** The first field that cannot be used. */
  const check = () => {
    const { bound: least, clearBound, forSeconds, keepSeconds, repeatSeconds } = value();
    const what = KINDS[kind.value];
    if (!fields.line.hidden && line.value.trim() === "") return [line, texts.form_needed];
    if (what.units.length > 0 && !(least > 0)) return [bound, texts.rule_wrong_number];
    if (Number.isNaN(clearBound)) return [clear, texts.rule_wrong_number];
    if (Number.isNaN(forSeconds)) return [lasts, texts.rule_wrong_time];
    if (Number.isNaN(keepSeconds)) return [keeps, texts.rule_wrong_time];
    if (repeatSeconds !== null && !(repeatSeconds >= 60)) return [repeat, texts.rule_wrong_time];
    if ((from.value === "") !== (to.value === "")) return [from.value ? to : from, texts.form_needed];
    return null;
  };

  const dry = element("div", "dry");
  dry.dataset.testid = "rule-dry";
  dry.setAttribute("role", "status");
  const tries = button(fill(texts.rule_dry, { n: DAYS }), "rule-try", async () => {
    const wrong = check();
    if (wrong) return form.requestSubmit();
    tries.disabled = true;
    put(dry, texts.rule_dry_runs);
    try {
      dryRun(dry, await api.send("POST", "/api/v1/alert-rules/dry-run", { ...value(), days: DAYS }), texts, lang);
    } catch (error) {
      const not = error.code === "bad-parameter" && error.field === "kind";
      dry.replaceChildren(element("p", "wrong", not ? texts.rule_dry_not : sentence(error, texts)));
    }
    tries.disabled = false;
  });
  const send = button(texts.form_save, "rule-save", null, "main");
  send.type = "submit";
  const pair = (...parts) => {
    const root = element("div", "pair");
    root.append(...parts);
    return root;
  };
  form.append(
    field(texts.rule_kind, kind),
    targets,
    fields.line,
    lines,
    pair(fields.bound, fields.unit),
    fields.clear,
    pair(fields.direction, fields.period),
    pair(fields.lasts, fields.keeps),
    field(texts.rule_severity, severity),
    where.root,
    pair(field(texts.rule_quiet_from, from), field(texts.rule_quiet_to, to)),
    field(texts.rule_repeat, repeat),
    behind.root,
    field(texts.rule_name, name, texts.rule_name_note),
    dry,
    end(tries, send),
  );
  onSubmit(form, {
    texts,
    check: /** @type {() => [HTMLElement, string]|null} */ (check),
    send: async () => {
      const wanted = value();
      if (rule) await api.send("PUT", `/api/v1/alert-rules/${rule.id}`, wanted);
      else await api.send("POST", "/api/v1/alert-rules", wanted);
      dialog.root.close();
      await saved();
      shortNote(fill(texts.setup_saved, { name: wanted.name || texts[`rule.${wanted.kind}`] }));
    },
  });
  const dialog = openDialog(rule ? rule.name || texts[`rule.${rule.kind}`] : texts.rule_add, texts, form);
}

/** The names of a router's lines, to choose from. */
async function offer(router, list) {
  if (list.dataset.router === router) return;
  list.dataset.router = router;
  try {
    const { interfaces } = await api.get(`/api/v1/interfaces?${new URLSearchParams({ router })}`);
    list.replaceChildren(...interfaces.map(({ name }) => new Option(name, name)));
  } catch {
    list.replaceChildren();
  }
}

/** Some of several; none of them means what the note says. */
function checks(label, note, options, chosen) {
  const root = element("fieldset", "checks");
  root.append(element("legend", "", label), element("p", "note", note));
  const boxes = options.map(([value, word]) => {
    const one = element("label");
    const box = element("input");
    box.type = "checkbox";
    box.value = value;
    box.checked = chosen.includes(value);
    one.append(box, element("span", "", word));
    root.append(one);
    return box;
  });
  root.hidden = options.length === 0;
  return { root, value: () => boxes.filter((box) => box.checked).map((box) => box.value) };
}

/** What a rule would have told, how much of the time was measured, and what was left out. */
function dryRun(root, told, texts, lang) {
  const { alerts, measuredSeconds, notMeasuredSeconds, lines = 0, linesLeftOut = 0, isCut = false } = told;
  const all = measuredSeconds + notMeasuredSeconds;
  const part = all > 0 ? Math.floor((measuredSeconds / all) * 100) : 0;
  const figure = (value) => number(value, lang, 0);
  const heading = alerts.length === 0 ? texts.rule_dry_none : fill(texts.rule_dry_some, { n: figure(alerts.length) });
  const list = element("ol");
  const format = new Intl.DateTimeFormat(lang === "id" ? "id-ID" : "en-GB", {
    dateStyle: "medium",
    timeStyle: "short",
  });
  for (const { from, to, text } of alerts.slice(-MOST)) {
    const [begin, end] = [time(from), time(to)];
    const lasted = end === null ? "" : ` · ${spanWords(end - begin, texts)}`;
    list.append(element("li", "", `${format.format(begin)}${lasted}: ${text}`));
  }
  const notes = [fill(texts.rule_dry_measured, { n: figure(part) })];
  if (linesLeftOut > 0)
    notes.push(fill(texts.rule_dry_left_out, { n: figure(lines), all: figure(lines + linesLeftOut) }));
  if (isCut) notes.push(fill(texts.rule_dry_cut, { n: figure(alerts.length) }));
  const some = alerts.length > MOST ? [element("p", "note", fill(texts.rule_dry_newest, { n: figure(MOST) }))] : [];
  root.replaceChildren(element("p", "said", heading), ...some, list, element("p", "note", notes.join(" ")));
}
