// Loads a module the first time it is needed, and only once. Does not touch the page.

/**
 * @template T
 * @param {() => Promise<T>} load
 * @returns {(use: (made: T) => void) => Promise<void>} what could not be loaded is tried again the next time
 */
export function lazyImport(load) {
  let made = null;
  return async (use) => {
    made ??= load();
    let ready;
    try {
      ready = await made;
    } catch (error) {
      made = null;
      console.info(`Not loaded: ${error.message}`);
      return;
    }
    use(ready);
  };
}
