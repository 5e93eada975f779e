// Who is logged in, and how to reach the login page when the API says that a login is needed.

import { api } from "../shared/api.js";
import { below } from "../shared/base-path.js";

/** Where one logs in. */
const LOGIN = below("/login");
/** What the API answers where somebody has to log in, or where the first administrator is to be made. */
const SHUT = ["login-needed", "setup-needed"];

/**
 * A path of our own that `to` names; the dashboard where it names none. A link may not lead elsewhere by way of the
 * login.
 */
export function ownPath(to) {
  const fallback = below("/prepaid/dashboard");
  // A browser takes a backslash for a slash, and drops what lies below a space.
  if (!to?.startsWith("/") || /^\/[/\\]|[\\\u0000-\u001f]/.test(to)) return fallback;
  const url = new URL(to, "http://own.invalid");
  // Beside us there may be somebody else's pages under the same name.
  if (url.host !== "own.invalid" || url.pathname === LOGIN || !url.pathname.startsWith(below("/"))) return fallback;
  return `${url.pathname}${url.search}${url.hash}`;
}

/** The login's address from which one comes back to where one is. */
export function loginAddress({ pathname, search }) {
  return `${LOGIN}?${new URLSearchParams({ to: pathname + search })}`;
}

/** Whether a problem of the API means that one has to log in; then the page is left for the login. */
export function leaveForLogin(problem, here = location) {
  if (!SHUT.includes(problem?.code)) return false;
  // The page that one cannot see is not kept: going back would only lead here again.
  here.replace(loginAddress(here));
  return true;
}

/** Who looks: `{state, name, role}`. A server without accounts is `none`. */
export async function me() {
  try {
    return await api.get("/api/v1/me");
  } catch (error) {
    if (error.status === 404) return { state: "none", name: null, role: null, guard: null };
    throw error;
  }
}

/** Whether somebody may change things here. A server may be open to all who only look. */
export function mayChange({ state, role }) {
  return ["open", "in"].includes(state) && role === "administrator";
}
