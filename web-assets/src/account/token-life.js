// How long a token or a link is good: the choice, and in words.

import { select } from "../shared/form.js";
import { fill } from "../shared/format.js";

const DAY = 86_400_000;
/** How long a token may live, days; 0 for ever. */
const LIVES = [1, 7, 30, 365, 0];

/** The choice of how long it lives. */
export function lifeChoice(texts) {
  const life = select(
    "expires",
    LIVES.map((days) => [String(days), texts[`life.${days}`]]),
  );
  life.value = "30";
  return life;
}

/** What the API takes for such a choice. */
export function expiry(days) {
  return days > 0 ? { expires: Date.now() + days * DAY } : {};
}

/** Whether it has ended. */
export function isOver({ expires }) {
  return expires !== null && expires <= Date.now();
}

/** Until when it is good. */
export function lifeWords(token, texts, moment) {
  if (token.expires === null) return texts["life.0"];
  return fill(isOver(token) ? texts.set_expired : texts.set_expires, { when: moment(token.expires) });
}
