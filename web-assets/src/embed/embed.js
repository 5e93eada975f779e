// The element for somebody else's page:
//
//   <script type="module" src="https://lalin.example/embed.js"></script>
//   <lalin-traffic router="main" interface="ether1" window="5m" lang="id" theme="auto" unit="bit" token="...">
//   </lalin-traffic>
//
// It knows where Lalin is from where this script came from. See docs/how-to/show-on-your-page.md.

import { askedOf } from "./element-attributes.js";
import { TrafficBox } from "./traffic-box.js";
import { TrafficSources } from "./traffic-sources.js";
import { style } from "./element-style.js";
import TEXTS from "./words.js";
import { useLibrary } from "../chart/chart-library.js";
import uPlot from "../vendor/uplot/uPlot.module.js";

useLibrary(uPlot);

/** This script is `assets/FINGERPRINT/embed/embed.js`. */
export const sources = new TrafficSources(new URL("../../../", import.meta.url).href);

class Traffic extends HTMLElement {
  static observedAttributes = ["router", "interface", "window", "lang", "theme", "token", "unit"];
  #box = null;
  #shown = "";
  #soon = false;

  constructor() {
    super();
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = style();
  }

  connectedCallback() {
    this.#later();
  }

  disconnectedCallback() {
    // An element that is only moved is in the page again by then.
    this.#later();
  }

  attributeChangedCallback() {
    this.#later();
  }

  /** Several attributes that change together are one change. */
  #later() {
    if (this.#soon) return;
    this.#soon = true;
    queueMicrotask(() => {
      this.#soon = false;
      this.#fit();
    });
  }

  #fit() {
    if (!this.isConnected) {
      this.#box?.end();
      this.#box = null;
      this.#shown = "";
      return;
    }
    const page = this.closest("[lang]")?.getAttribute("lang") || document.documentElement.lang;
    const asked = askedOf((name) => this.getAttribute(name), [page, navigator.language]);
    const shown = JSON.stringify(asked);
    if (shown === this.#shown && this.#box) return;
    this.#shown = shown;
    const before = this.#box;
    const box = (this.#box = new TrafficBox(this.shadowRoot, asked, TEXTS[asked.lang]));
    try {
      box.use(asked.names.length > 0 ? sources.join(asked, box) : null);
    } catch (error) {
      box.fail(error);
    }
    // Only now: what both show goes on without a break.
    before?.end();
  }
}

// A page may load the script twice, of one version or of two: the first one counts.
if (!customElements.get("lalin-traffic")) customElements.define("lalin-traffic", Traffic);
