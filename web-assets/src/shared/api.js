// Calls to the API, with a time limit, with the guard that changes need, and with problems as errors. An error has
// `status` (undefined if there was no answer), `code`, `field`, `detail`, and `retryAfter` in seconds if it is known.

import { below } from "./base-path.js";

/** An answer is waited for so long, ms; a check of a router's connection takes longer. */
export const LIMIT = 10_000;
export const CHECK_LIMIT = 30_000;

/**
 * Which the server wants to see before it changes anything; null where it wants none, undefined where that is not
 * known.
 */
let guard;

/**
 * @param {string} method
 * @param {string} path
 * @param {object} [body] sent as JSON
 * @returns {Promise<any>} the JSON that came, the text where it is plain text, null where there is nothing
 */
async function ask(method, path, body) {
  if (method === "GET") return once(method, path);
  if (guard === undefined) await learn();
  const sent = guard;
  try {
    return await once(method, path, body);
  } catch (error) {
    // Somebody has logged in anew beside this page: the guard it knew is no longer the right one.
    if (error.code !== "misdirected") throw error;
    await learn();
    if (guard === sent) throw error;
    return once(method, path, body);
  }
}

/** Asks which guard is wanted. A server that does not say wants none. */
async function learn() {
  const told = await once("GET", "/api/v1/me").catch((error) => (error.status === 404 ? {} : null));
  if (told) guard = told.guard ?? null;
}

/** How old what this server shares with the others of its cluster may be, ms; null where it is known to be new. */
let old = null;
export const stateAge = () => old;

function noteAge(told) {
  const age = told === null ? null : Number(told);
  if (age === old) return;
  old = age;
  globalThis.document?.dispatchEvent(new Event("stateagechange"));
}

async function once(method, path, body) {
  const headers = { Accept: "application/json, text/plain" };
  // Where the page was opened: a server for its own machine only learns by it that a proxy shows it to others.
  if (globalThis.location) headers["X-Lalin-Page"] = location.origin;
  if (method !== "GET") {
    headers["Content-Type"] = "application/json";
    if (guard) headers["X-Lalin-Guard"] = guard;
  }
  const signal = AbortSignal.timeout(/\/check$/.test(path) ? CHECK_LIMIT : LIMIT);
  let answer, told;
  try {
    answer = await fetch(below(path), {
      method,
      headers,
      signal,
      cache: "no-store",
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    noteAge(answer.headers.get("X-Lalin-State-Old-Ms"));
    told = await read(answer);
  } catch (error) {
    throw Object.assign(new Error(error.message, { cause: error }), {
      status: undefined,
      code: "no-answer",
      field: null,
      detail: "",
      retryAfter: null,
    });
  }
  if (told && typeof told === "object" && "guard" in told) guard = told.guard;
  if (answer.ok) return told;
  const { code = "internal", field = null, detail = "" } = typeof told === "object" && told !== null ? told : {};
  const retryAfter = Number(answer.headers.get("Retry-After")) || null;
  throw Object.assign(new Error(detail || `status ${answer.status}`), {
    status: answer.status,
    code,
    field,
    detail,
    retryAfter,
  });
}

async function read(answer) {
  if (answer.status === 204) return null;
  const text = await answer.text();
  if (answer.headers.get("Content-Type")?.startsWith("text/plain")) return text;
  try {
    return JSON.parse(text);
  } catch {
    return null; // a proxy's own page: its status says enough
  }
}

export const api = {
  get: (path) => ask("GET", path),
  send: (method, path, body) => ask(method, path, body),
};
