// All texts of a language, for what is loaded later: the dashboard itself carries those alone that a first visit shows.

/** @import { Texts } from "../data/types.js" */

/**
 * @param {string} lang
 * @param {Texts} known what the page carries, for when the rest cannot be had
 * @returns {Promise<Texts>}
 */
export async function allTexts(lang, known) {
  try {
    return (await import(`./words-${lang}.js`)).default;
  } catch (error) {
    console.info(`Not all texts are known: ${error.message}`);
    return known;
  }
}
