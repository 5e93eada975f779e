// The eight colours of the lines, for light and dark pages: the same hue under the same number in both, told apart
// with every kind of colour-blindness too (a unit test measures it). Pages have them as --l1 to --l8.

export const LIGHT = ["#2456d6", "#e8680c", "#0b9a78", "#96208e", "#1b97ea", "#702400", "#c8281f", "#33475a"];
export const DARK = ["#5f86f5", "#ffb433", "#2fdcac", "#cf3fa0", "#8ab4c8", "#a8683f", "#ff6b5c", "#dde6f5"];

/** For the page's own elements: they follow the theme by themselves. */
export const PALETTE = LIGHT.map((_, at) => `var(--l${at + 1})`);

/** How dense a fill under a line is, as the page's theme has it. */
export const FILL = { light: 0.13, dark: 0.18 };

/** For a canvas below this element: what the palette comes to in its theme. */
export function coloursOf(element) {
  const style = getComputedStyle(element);
  return LIGHT.map((usual, at) => style.getPropertyValue(`--l${at + 1}`).trim() || usual);
}

let pageColours = null;

/** For a canvas of our own page: a colour of the palette as the page's theme has it. Any other colour is itself. */
export function onCanvas(colour) {
  const at = PALETTE.indexOf(colour);
  if (at < 0) return colour;
  if (!pageColours) {
    pageColours = coloursOf(document.documentElement);
    const forget = () => (pageColours = null);
    document.addEventListener("themechange", forget, { once: true });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", forget, { once: true });
  }
  return pageColours[at];
}
