// Snippets for a newly made token: the element or iframe for another page, the API call for a program. Does not touch
// the page.

/** A value in an attribute between quotes: a name such as `<pppoe-budi>` stays a name. */
function attribute(text) {
  return text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** A comma separates interfaces, and may stand in a name. */
function listed(names) {
  return names.map((name) => name.replaceAll("%", "%25").replaceAll(",", "%2C")).join(",");
}

/**
 * Of what a token is limited to: the first router with its interfaces, since one box shows one router.
 * @param {{router: string, interface?: string}[]|undefined} only
 * @param {string|null} router the one to show where there is no limit
 */
export function shownBy(only, router) {
  const first = only?.[0]?.router ?? router;
  const names = (only ?? [])
    .filter((grant) => grant.router === first && grant.interface)
    .map((grant) => grant.interface);
  return { router: first, interfaces: names.length > 0 ? names : ["ether1"] };
}

/** @param {{origin: string, token: string, router: string|null, interfaces: string[], lang: string}} what */
export function snippets({ origin, token, router, interfaces, lang }) {
  const values = { ...(router === null ? {} : { router }), interface: listed(interfaces), window: "5m", lang, token };
  const link = `${origin}/embed?${new URLSearchParams(values)}`;
  const attributes = Object.entries(values)
    .map(([name, value]) => `${name}="${attribute(value)}"`)
    .join(" ");
  return {
    link,
    element: [
      `<script type="module" src="${attribute(origin)}/embed.js"></script>`,
      `<lalin-traffic ${attributes}></lalin-traffic>`,
    ].join("\n"),
    frame: [
      `<iframe src="${attribute(link)}" title="Lalin" width="100%" height="320"`,
      'loading="lazy" referrerpolicy="no-referrer"></iframe>',
    ].join(" "),
  };
}

/** How a program asks with its token. */
export function call({ origin, token, router }) {
  const query = router === null ? "" : `?${new URLSearchParams({ router })}`;
  return `curl -H "Authorization: Bearer ${token}" "${origin}/api/v1/interfaces${query}"`;
}
