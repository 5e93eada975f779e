// Parses what is typed into the router form: an address with or without a port, and a certificate's fingerprint. Does
// not touch the page.

const LABEL = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?";
const HOST = new RegExp(`^(?=.{1,253}\\.?$)${LABEL}(\\.${LABEL})*\\.?$`);
const FOUR = /^\d{1,3}(\.\d{1,3}){3}$/;
/** Only numbers and dots: it is meant as an address. */
const NUMBERS = /^[\d.]+$/;
const SIX = /^(?=.*:.*:)[0-9A-Fa-f:.]+(%[\w.-]+)?$/;

/** A port's number; null where it is none. */
export function port(text) {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535 ? Number(text) : null;
}

/**
 * @param {string} text such as `192.168.88.1`, `router.example.id:8729`, `[fe80::1]:8728`, `fe80::1`
 * @returns {{host: string, port: number|null}|null} null where it is no address; a host with colons is without
 * brackets
 */
export function endpoint(text) {
  const typed = text.trim();
  const [, six, after] = /^\[([^\]]+)\](?::(.*))?$/.exec(typed) ?? [];
  if (six !== undefined) return SIX.test(six) ? withPort(six, after) : null;
  if (SIX.test(typed)) return { host: typed, port: null };
  const [host, ...rest] = typed.split(":");
  if (rest.length > 1) return null;
  const good = NUMBERS.test(host)
    ? FOUR.test(host) && host.split(".").every((part) => Number(part) <= 255)
    : HOST.test(host);
  return good ? withPort(host, rest[0]) : null;
}

function withPort(host, text) {
  if (text === undefined) return { host, port: null };
  const number = port(text);
  return number === null ? null : { host, port: number };
}

/** A SHA-256 fingerprint as 64 digits; null where it is none. */
export function fingerprint(text) {
  const digits = text
    .replace(/^sha-?256[:=]/i, "")
    .replace(/[\s:]/g, "")
    .toLowerCase();
  return /^[0-9a-f]{64}$/.test(digits) ? digits : null;
}
