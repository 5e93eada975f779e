// Makes Lalin installable, and answers when the server cannot: with a page that says so, and how old what was seen last
// is. It keeps nothing else: no figure, no page and no answer of the server ever comes from here, so nothing old can
// look like something live, and after an update there is nothing to get rid of.
//
// The server puts a line before this file that says where the pages and this version's assets are.

const worker = /** @type {any} */ (globalThis);
const { base, assets } = worker.LALIN;
const OURS = `lalin:${base}:`;
const CACHE = OURS + assets;
const OFFLINE = `${base}/offline`;
/** What that page is made of: its script and its style are joined, each one file. */
const FILES = ["app/early-theme.js", "app/offline-page.css", "app/offline.js"].map((file) => `${assets}/${file}`);
/** What a proxy answers whose server is gone. */
const GONE = [502, 504];

worker.addEventListener("install", (event) => {
  const keep = async () => (await caches.open(CACHE)).addAll([OFFLINE, ...FILES]);
  // It takes nothing over that the version before did otherwise, so it need not wait for that one's pages.
  event.waitUntil(keep().then(() => worker.skipWaiting()));
});

worker.addEventListener("activate", (event) => {
  const forget = async () => {
    const old = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== CACHE);
    await Promise.all(old.map((name) => caches.delete(name)));
  };
  event.waitUntil(forget().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== worker.location.origin) return;
  if (request.mode === "navigate" && isPage(pathname)) event.respondWith(page(request));
  else if (FILES.includes(pathname)) event.respondWith(file(pathname, request));
});

/** Somebody else's frame shows its own trouble. */
function isPage(pathname) {
  return !pathname.startsWith(`${base}/embed`) && !pathname.startsWith(`${base}/api/`);
}

async function page(request) {
  try {
    const answer = await fetch(request);
    return GONE.includes(answer.status) ? ((await caches.match(OFFLINE, { ignoreVary: true })) ?? answer) : answer;
  } catch (error) {
    const offline = await caches.match(OFFLINE, { ignoreVary: true });
    if (offline) return offline;
    throw error;
  }
}

/** Their addresses change with their content, whatever headers a proxy says they vary with. */
async function file(pathname, request) {
  return (await caches.match(pathname, { ignoreVary: true })) ?? fetch(request);
}
