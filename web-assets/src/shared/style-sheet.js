// Loads a style sheet the first time it is needed: what the first visit does not show does not weigh on it.

/** @type {Map<string, Promise<void>>} */
const loaded = new Map();

/**
 * @param {string} from the module's own `import.meta.url`
 * @param {string} path beside it, such as `./router-form.css`
 * @returns {Promise<void>} when it counts; also where it cannot be had, since an unstyled form is better than none
 */
export function styleSheet(from, path) {
  const { href } = new URL(path, from);
  let there = loaded.get(href) ?? (isLinked(href) ? Promise.resolve() : undefined);
  if (!there) {
    there = new Promise((done) => {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = href;
      link.addEventListener("load", () => done());
      link.addEventListener("error", () => {
        loaded.delete(href);
        link.remove();
        console.info(`Not loaded: ${href}`);
        done();
      });
      document.head.append(link);
    });
    loaded.set(href, there);
  }
  return there;
}

/** Whether the page has it from the start: by itself, or joined with others, whose paths its link names. */
function isLinked(href) {
  const parts = ({ dataset }) => dataset.parts?.split(" ") ?? [];
  return [...document.querySelectorAll("link")].some(
    (link) => link.href === href || parts(link).some((part) => new URL(`../${part}`, link.href).href === href),
  );
}
