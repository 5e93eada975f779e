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

/**
 * The lines of one link, by their routers: one box shows one router.
 * @param {{router: string|null, interface: string}[]} lines
 * @returns {{router: string|null, interfaces: string[]}[]} in the order in which they are first named
 */
export function groupsOf(lines) {
  const groups = new Map();
  for (const { router, interface: name } of lines) {
    if (!groups.has(router)) groups.set(router, []);
    if (!groups.get(router).includes(name)) groups.get(router).push(name);
  }
  return [...groups].map(([router, interfaces]) => ({ router, interfaces }));
}

/**
 * @param {object} what
 * @param {string} what.origin
 * @param {string|null} what.token null where none is needed
 * @param {string|null} what.router
 * @param {string[]} what.interfaces
 * @param {string} what.lang
 * @param {string} [what.window]
 * @param {{router: string|null, interfaces: string[]}[]} [what.more] lines of further routers
 */
export function snippets({ origin, token, router, interfaces, lang, window = "5m", more = [] }) {
  const line = (group) => [
    ...(group.router === null ? [] : [["router", group.router]]),
    ["interface", listed(group.interfaces)],
  ];
  const rest = [["window", window], ["lang", lang], ...(token === null ? [] : [["token", token]])];
  const first = line({ router, interfaces });
  // Of several routers each is followed by its lines.
  const link = `${origin}/embed?${new URLSearchParams([...first, ...rest, ...more.flatMap(line)])}`;
  const tag = (values) => {
    const attributes = values.map(([name, value]) => `${name}="${attribute(value)}"`).join(" ");
    return `<lalin-traffic ${attributes}></lalin-traffic>`;
  };
  return {
    link,
    element: [
      `<script type="module" src="${attribute(origin)}/embed.js"></script>`,
      tag([...first, ...rest]),
      ...more.map((group) => tag([...line(group), ...rest])),
    ].join("\n"),
    frame: [
      `<iframe src="${attribute(link)}" title="Lalin" width="100%" height="${320 * (1 + more.length)}"`,
      'loading="lazy" referrerpolicy="no-referrer"></iframe>',
    ].join(" "),
  };
}

/** How a program asks with its token. */
export function call({ origin, token, router }) {
  const query = router === null ? "" : `?${new URLSearchParams({ router })}`;
  return `curl -H "Authorization: Bearer ${token}" "${origin}/api/v1/interfaces${query}"`;
}
