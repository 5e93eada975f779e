// Registers the service worker: the app can then be installed, and says what is wrong when the server is away. Browsers
// allow it on this machine and over HTTPS.

import { below } from "../shared/base-path.js";

export function offlineShell() {
  if (!globalThis.isSecureContext || !navigator.serviceWorker) return;
  const register = () =>
    navigator.serviceWorker.register(below("/service-worker.js"), { scope: below("/"), updateViaCache: "none" }).catch(
      // Forbidden, or a server that is just stopping: the page is none the worse for it.
      (error) => console.info(`No offline page: ${error.message}`),
    );
  // After everything that the page itself needs.
  if (document.readyState === "complete") register();
  else addEventListener("load", register, { once: true });
}
