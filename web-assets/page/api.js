// Asking the API: with a time limit, with the guard that changes need, and with problems as errors.

/** An answer to a question is waited for so long, ms; a check of a router's connection takes longer. */
const LIMIT = 10_000;
const CHECK_LIMIT = 30_000;

let guard;

async function ask(method, path, body) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") {
    headers["Content-Type"] = "application/json";
    guard ??= (await ask("GET", "/api/v1/me").catch(() => null))?.guard ?? null;
    if (guard !== null) headers["X-Lalin-Guard"] = guard;
  }
  const signal = AbortSignal.timeout(path === "/api/v1/check" ? CHECK_LIMIT : LIMIT);
  const answer = await fetch(path, { method, headers, signal, cache: "no-store", body: body === undefined ? undefined : JSON.stringify(body) });
  const told = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (told && "guard" in told) guard = told.guard;
  if (answer.ok) return told;
  const { code = "internal", field = null, detail = "" } = told ?? {};
  const retryAfter = Number(answer.headers.get("Retry-After")) || null;
  throw Object.assign(new Error(detail || `status ${answer.status}`), { status: answer.status, code, field, detail, retryAfter });
}

export const api = {
  get: (path) => ask("GET", path),
  send: (method, path, body) => ask(method, path, body),
};
