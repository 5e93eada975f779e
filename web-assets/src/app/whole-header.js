// The header with all that it does, for the pages that load nothing else later: one request less.

import { headerLater } from "./header-later.js";
import { siteHeader } from "./site-header.js";

/**
 * @param {Record<string, string>} texts
 * @param {{streams?: boolean}} [page] as that of the header
 */
export const wholeHeader = (texts, { streams = false } = {}) =>
  siteHeader(texts, { streams, later: async () => ({ headerLater }) });
