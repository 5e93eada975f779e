// Helpers to create and fill elements. Names and comments are data: they are inserted as text, never as markup.

import { shown } from "../data/interface-names.js";

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {string} kind its class
 * @returns {HTMLElementTagNameMap[K]}
 */
export function element(tag, kind = "", text = "") {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  if (text) made.textContent = shown(text);
  return made;
}

/**
 * Writes a text where it is another one; writing the same again would cost a layout.
 * @param {Element} target
 * @param {string} text
 */
export function put(target, text) {
  if (target.textContent === text) return;
  const safe = shown(text);
  if (target.textContent !== safe) target.textContent = safe;
}

/**
 * Sets a property of an element's own style where it is another one; setting the same again would cost a layout.
 * @param {HTMLElement} target
 */
export function style(target, name, value) {
  if (target.style.getPropertyValue(name) !== value) target.style.setProperty(name, value);
}

/**
 * What an event happened to or in, as far as the selector finds it.
 * @param {Event} event
 * @param {string} selector
 * @returns {HTMLElement|null}
 */
export function target(event, selector) {
  return event.target instanceof Element ? event.target.closest(selector) : null;
}
