// The commands for the router's terminal with a password of their own in them. The password is made here and put in
// here: it is in no address and in no log on the way. Does not touch the page.

/** Letters and digits that nobody takes for another, and that no terminal takes for anything else. */
const LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/** Three groups of four: 69 bits. */
const GROUPS = 3;
const GROUP = 4;
const PLACE = "PUT-A-PASSWORD-HERE";

/**
 * A new password, such as `k7Qm-x2Vd-9pTf-Hw4c`.
 * @param {(bytes: Uint8Array<ArrayBuffer>) => void} [random] fills it with random bytes
 */
export function newPassword(random = (bytes) => crypto.getRandomValues(bytes)) {
  const letters = [];
  const bytes = new Uint8Array(64);
  // A byte beyond the last whole round would make the first letters likelier.
  const whole = 256 - (256 % LETTERS.length);
  while (letters.length < GROUPS * GROUP) {
    random(bytes);
    for (const byte of bytes) if (byte < whole) letters.push(LETTERS[byte % LETTERS.length]);
  }
  return Array.from({ length: GROUPS }, (_, at) => letters.slice(at * GROUP, (at + 1) * GROUP).join("")).join("-");
}

/**
 * What is pasted: the commands without the comments.
 * @param {string} script as the server writes it
 * @param {{password: string, bound: boolean}} wanted `bound`: the user may log in from this server alone
 */
export function commandsOf(script, { password, bound }) {
  const lines = script.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const user = (line) => {
    const kept = bound ? line : line.replace(/ address=[0-9A-Fa-f.:]+\/\d+$/, "");
    return kept.replace(`password="${PLACE}"`, () => `password="${password}"`);
  };
  return lines.map((line) => (line.startsWith("/user add ") ? user(line) : line)).join("\n");
}

/** The address from which the script's user may log in; null where it may from everywhere. */
export function boundTo(script) {
  const found = /^\/user add .* address=([0-9A-Fa-f.:]+)\/\d+$/m.exec(script);
  return found ? found[1] : null;
}
