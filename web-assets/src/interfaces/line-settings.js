// What people set for a line: whose download is meant, what it is called, whether it is a favourite or hidden, and how
// fast its package is. The server keeps it, for everyone or for one account; where it cannot, this browser does.

import { mayChange } from "../account/auth.js";
import { moved } from "../data/interface-names.js";
import { api } from "../shared/api.js";
import { shortName } from "../shared/format.js";
import { forget, ofRouter, recall, remember } from "../shared/preferences.js";
/** @import { Me } from "../data/types.js" */

/**
 * @typedef {object} LineSetting what is set; null, or not there, is not set
 * @property {"customer"|"network"|null} [pointOfView]
 * @property {string|null} [alias]
 * @property {boolean|null} [favourite]
 * @property {boolean|null} [hidden]
 * @property {number|null} [limitDownBps] bit/s
 * @property {number|null} [limitUpBps]
 */

/** The lines that this browser remembers at most: customers come and go for years. */
const MOST = 500;
/** What this browser remembered before there was an account is brought to the server, as long as it is not too much. */
const MOST_BROUGHT = 100;
const ALIAS = 64;
/** The server does not keep it for this visitor: then this browser does. */
const NOT_KEPT = [403, 404, 405, 409, 501];
const NOTHING = Object.freeze({});

const own = new Map(remembered());
/** @type {Map<string, LineSetting>} */
let told = new Map();
/** @type {{router: string, who: Me}|null} */
let server = null;
const listeners = new Set();

/** Calls back after each change, with the line's name; without one where many may have changed. */
export function whenSet(changed) {
  listeners.add(changed);
}

/** @returns {LineSetting} what is set for this line; what a visitor set in this browser comes first */
export function settingsOf(name) {
  const [mine, theirs] = [own.get(name), told.get(name)];
  return mine && theirs ? { ...theirs, ...mine } : (mine ?? theirs ?? NOTHING);
}

/** What people call this line. */
export function titleOf(name) {
  return (own.get(name)?.alias ?? told.get(name)?.alias) || shortName(name);
}

/**
 * The server of this router is there, and this is who looks: what this browser remembered from before moves into the
 * account.
 * @param {string} router
 * @param {Me|null} who
 */
export async function keepWith(router, who) {
  server = who === null ? null : { router, who };
  if (who?.state !== "in") return;
  for (const [name, setting] of [...own].slice(-MOST_BROUGHT)) {
    const set = Object.fromEntries(Object.entries(setting).filter(([, value]) => value !== null));
    // What the server would not have stays here.
    if (Object.keys(set).length > 0 && (await setLine(name, set)).kept !== "server") return;
  }
}

/** What the server tells of the lines, with its list of interfaces: thousands, of which something is set for few. */
export function hear(interfaces) {
  const set = new Map();
  for (const facts of interfaces) {
    const { alias, favourite, hidden, limitDownBps, limitUpBps } = facts;
    if (alias || favourite || hidden || limitDownBps || limitUpBps) set.set(facts.name, settingOf(facts));
  }
  const same = JSON.stringify([...set]) === JSON.stringify([...told]);
  told = set;
  if (!same) tell();
}

/** Whether this visitor may say for whom a change is: for the own account, or for all. */
export const mayForEveryone = () => server?.who.state === "in" && mayChange(server.who);

/**
 * Sets something for a line, at once here, then on the server.
 * @param {LineSetting} change null takes it away
 * @param {boolean} [everyone] for all who look; else for this account
 * @returns {Promise<{kept: "server"|"browser", problem: any}>} where it could not be kept it is as it was before, and
 *   `problem` says why
 */
export async function setLine(name, change, everyone = false) {
  const clean = cleaned(change);
  const before = own.get(name);
  note(name, clean);
  const scope = scopeOf(everyone);
  if (scope === null) {
    save();
    return { kept: "browser", problem: null };
  }
  let line;
  try {
    line = await api.send("PUT", "/api/v1/lines", { router: server.router, interface: name, scope, ...clean });
  } catch (problem) {
    if (NOT_KEPT.includes(problem.status) && !everyone) {
      save();
      return { kept: "browser", problem: null };
    }
    if (before) own.set(name, before);
    else own.delete(name);
    tell(name);
    return { kept: "browser", problem };
  }
  drop(name, Object.keys(clean));
  // Over what was set for all stands what is set for this account: the server says what counts.
  told.set(name, { pointOfView: clean.pointOfView, ...settingOf(line ?? {}) });
  save();
  tell(name);
  return { kept: "server", problem: null };
}

/** These are called otherwise now. */
export function renameLines(names) {
  if ([...own.keys()].some((name) => names.has(name))) {
    const now = moved(own, names);
    own.clear();
    for (const [name, setting] of now) own.set(name, setting);
    save();
  }
  told = moved(told, names);
}

/** Whether a change stays in this browser. */
export const keptHere = (everyone = false) => scopeOf(everyone) === null;

/** Where a change goes: to all, to the account, or null: it stays in this browser. */
function scopeOf(everyone) {
  if (server === null) return null;
  // On a server without accounts whoever may change things is all there are.
  if (mayChange(server.who) && (everyone || server.who.state === "open")) return "everyone";
  return server.who.state === "in" ? "me" : null;
}

/** What the server says of a line; from whose side it is seen without a setting is no setting. */
function settingOf({ alias, favourite, hidden, limitDownBps, limitUpBps }) {
  const all = cleaned({ alias, favourite, hidden, limitDownBps, limitUpBps });
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value));
}

function note(name, change) {
  const setting = { ...own.get(name), ...change };
  own.delete(name);
  own.set(name, setting);
  while (own.size > MOST) own.delete(own.keys().next().value);
  tell(name);
}

function drop(name, keys) {
  const setting = { ...own.get(name) };
  for (const key of keys) delete setting[key];
  own.delete(name);
  if (Object.keys(setting).length > 0) own.set(name, setting);
}

function tell(name = null) {
  for (const changed of listeners) changed(name);
}

/** Of what was taken away nothing needs remembering, unless it stands over what the server says. */
function save() {
  for (const [name, setting] of own) {
    for (const [key, value] of Object.entries(setting)) if (!value && !told.get(name)?.[key]) drop(name, [key]);
  }
  remember(ofRouter("lines"), JSON.stringify([...own]));
}

/**
 * Of what somebody, or an older page, wrote only what is meant.
 * @param {LineSetting} setting
 */
function cleaned({ pointOfView, alias, favourite, hidden, limitDownBps, limitUpBps }) {
  /** @type {LineSetting} */
  const setting = {};
  if (pointOfView === "customer" || pointOfView === "network" || pointOfView === null)
    setting.pointOfView = pointOfView;
  if (typeof alias === "string") setting.alias = alias.trim().slice(0, ALIAS) || null;
  else if (alias === null) setting.alias = null;
  if (typeof favourite === "boolean" || favourite === null) setting.favourite = favourite;
  if (typeof hidden === "boolean" || hidden === null) setting.hidden = hidden;
  if (limitDownBps > 0 || limitDownBps === null) setting.limitDownBps = limitDownBps;
  if (limitUpBps > 0 || limitUpBps === null) setting.limitUpBps = limitUpBps;
  return setting;
}

function remembered() {
  const pairs = listOf("lines").map(([name, setting]) => [name, cleaned(setting ?? {})]);
  // Sides that were chosen before the server could keep them: read once, and kept from then on with the rest.
  const sides = listOf("views")
    .map(([name, pointOfView]) => [name, cleaned({ pointOfView })])
    .filter(([name]) => !pairs.some(([known]) => known === name));
  const all = [...sides, ...pairs].filter(([, setting]) => Object.keys(setting).length > 0).slice(-MOST);
  if (recall(ofRouter("views")) !== null) {
    remember(ofRouter("lines"), JSON.stringify(all));
    forget(ofRouter("views"));
  }
  return all;
}

function listOf(key) {
  try {
    const pairs = JSON.parse(recall(ofRouter(key)) ?? "[]");
    return pairs.filter((pair) => Array.isArray(pair) && typeof pair[0] === "string");
  } catch {
    return [];
  }
}
