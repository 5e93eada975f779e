// The bar at the bottom of a phone, within the thumb's reach: what stands in the header or the toolbar of a wide page
// is brought here on a narrow one.

const NARROW = matchMedia("(max-width: 959px)");

/**
 * @param {HTMLElement} root the bar
 * @param {HTMLElement[]} parts what it takes in, in this order; each goes back to where it was
 */
export function dock(root, parts) {
  const homes = parts.map((part) => {
    const home = document.createComment("");
    part.before(home);
    return home;
  });
  const place = () => {
    if (NARROW.matches) root.append(...parts);
    else parts.forEach((part, at) => homes[at].after(part));
  };
  NARROW.addEventListener("change", place);
  place();
}
