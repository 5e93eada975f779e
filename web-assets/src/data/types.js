// Types of what the API sends and of what is made from it, for the type checker. See docs/reference/api.md.

/**
 * The page's texts by their keys.
 * @typedef {Record<string, string>} Texts
 */

/** @typedef {"rx"|"tx"} Way as the router counts: received or sent */

/** @typedef {"lines"|"mirror"|"stack"} Mode */

/** @typedef {{from: number, to: number}} Range a stretch of time, ms */

/**
 * @typedef {(number|null|undefined)[][]} Table `[t in s, down1, up1, down2, up2, ...]`, each line from its own point of
 *   view; null is a gap, undefined no point
 */

/**
 * What the server says of an interface.
 * @typedef {object} Facts
 * @property {string} id
 * @property {string} name
 * @property {string} key what it is asked for by: its name, or where several share one a name of its own
 * @property {number} [line] the server's number of its past
 * @property {string} type
 * @property {string} [called] what the router calls it
 * @property {string|null} comment
 * @property {boolean} running
 * @property {boolean} disabled
 * @property {boolean} dynamic
 * @property {boolean} [slave]
 * @property {string} [pointOfView] whose download and upload are meant
 * @property {number|null} [linkBps] what its link carries at most
 * @property {boolean} [wan] an uplink, as the server knows
 * @property {string|null} [alias] what people call it, where somebody said so; as the rest
 * @property {boolean} [favourite]
 * @property {boolean} [hidden]
 * @property {number|null} [limitDownBps] of its package
 * @property {number|null} [limitUpBps]
 */

/** @typedef {{down: Way, up: Way, view: "customer"|"network"}} Direction from whose side a rate is looked at */

/**
 * How it stands with a router.
 * @typedef {object} RouterState
 * @property {string} [code]
 * @property {string} [reason]
 * @property {string} [detail]
 * @property {string} [hint]
 * @property {string} [addressSeen] where the router's log says that we come from
 * @property {number} [ageMs]
 * @property {number} [retryInMs]
 * @property {number} [attempt]
 * @property {string} [sampledAt]
 * @property {number} [readMs] the slowest of the newest answers
 * @property {number} [readLimitMs]
 * @property {number} [intervalMs]
 */

/** @typedef {{id: string, name: string, address?: string}} RouterName */

/**
 * What the server says of itself when a stream begins.
 * @typedef {object} Hello
 * @property {string} epoch
 * @property {string} version
 * @property {RouterName|null} router
 * @property {number} [intervalMs]
 * @property {number} [recentMs] how far back it remembers
 */

/** @typedef {{base: number, t: number, ms: number}} ClockStep the server's clock was found elsewhere, by so much */

/**
 * All interfaces' rates at one moment.
 * @typedef {object} Tick
 * @property {number} t
 * @property {number} [base]
 * @property {number} [step]
 * @property {(number|null)[]} rx
 * @property {(number|null)[]} tx
 * @property {number|null} [low]
 * @property {number|null} [high]
 * @property {[number, number, number][]} [faults] `[place, errors, drops]`
 * @property {import("./server-gaps.js").ToldGap[]} [gap] what ends with it
 */

/**
 * A stretch of the past.
 * @typedef {object} PastWindow
 * @property {number[]} t
 * @property {{name: string, key?: string, line?: number, rx: (number|null)[], tx: (number|null)[]}[]} series
 * @property {(number|null)[]} [low]
 * @property {(number|null)[]} [high]
 * @property {boolean} [resumed]
 * @property {number} [base]
 * @property {ClockStep[]} [steps]
 * @property {import("./server-gaps.js").ToldGap[]} [gaps]
 */

/**
 * @typedef {{low: ArrayLike<number>, high: ArrayLike<number>}} Factors a rate's truth lies between rate * low and rate
 *   * high
 */

/**
 * @typedef {{t: ArrayLike<number>, low: ArrayLike<number>, high: ArrayLike<number>}} FactorsInTime with their ticks'
 *   times
 */

/**
 * Nothing is known, and why.
 * @typedef {Range & {kind: string, label: string, time: string, why: string}} Gap `kind` is `unwatched` where nobody
 *   wanted to know; `label` and `time` stand on the chart, `why` is a sentence
 */

/** @typedef {{bps: number, label: string}} Limit of a package or link, as drawn */

/**
 * @typedef {{column: number, t: number[], low: number[], high: number[]}} Band between which a drawn line may truly be
 */

/**
 * What the chart shows.
 * @typedef {object} Scene
 * @property {string[]} names
 * @property {Table} table
 * @property {Range} range
 * @property {Gap[]} gaps
 * @property {Factors} factors
 * @property {boolean} doubtful some of it has a band of uncertainty
 * @property {import("../chart/figures.js").Unit} unit of its rates
 */

/** @typedef {{router: string, interface?: string}} Grant what may be seen */

/** @typedef {{state: string, name: string|null, role: string|null, guard?: string|null}} Me who is logged in */

/**
 * An answer that is none, as the API tells it and as the page throws it.
 * @typedef {Error & {status?: number, code?: string, field?: string|null, detail?: string, title?: string,
 *   retryAfter?: number|null, state?: RouterState}} Problem
 */

/**
 * A router as the list of routers tells it.
 * @typedef {object} RouterEntry
 * @property {string} id
 * @property {string} name
 * @property {string} [address]
 * @property {string} [host]
 * @property {number} [port]
 * @property {string} [user]
 * @property {string} [tls]
 * @property {string} [tlsPolicy]
 * @property {string} [certificate]
 * @property {string|null} [fingerprint]
 * @property {boolean} [default]
 * @property {boolean} [enabled]
 * @property {boolean} [editable]
 * @property {string} [collector] in a cluster: which node asks it
 * @property {string} [source]
 * @property {string[]} [tags]
 * @property {string} [notes]
 * @property {string} [revision] a mark of its settings, sent along with a change of them
 * @property {number} [intervalMs]
 * @property {number} [viewers]
 * @property {string} [origin] `stored` where it may be changed here
 * @property {RouterState} [state]
 * @property {System|null} [about]
 * @property {number|null} [rxBps]
 * @property {number|null} [txBps]
 * @property {number} [rxUnknown] of how many interfaces it is not known
 * @property {number} [txUnknown]
 * @property {number|null} [sessions]
 * @property {string[]} [wan] its lines to the internet
 * @property {"chosen"|"route"|"comment"|"none"} [wanFrom] how these were found
 * @property {number|null} [downBps] of its WANs together; null where it is not known
 * @property {number|null} [upBps]
 */

/**
 * What a router says of itself.
 * @typedef {object} System
 * @property {string} [identity]
 * @property {string} [model]
 * @property {string} [version]
 * @property {number|null} [memoryTotal]
 * @property {number|null} [memoryUsed]
 * @property {number|null} [cpuPercent]
 * @property {number|null} [uptimeMs]
 */

/** @typedef {{errors: number, drops: number}} FaultCount */

/**
 * What asking needs of a browser.
 * @typedef {object} Asking
 * @property {(url: string, options?: RequestInit) => Promise<Response>} fetch
 * @property {(then: () => void, ms?: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 */

/**
 * A window of a browser, as far as sources of data on other pages need it.
 * @typedef {Asking & Pick<typeof globalThis, "document"|"performance"|"location"> & {
 *   setInterval: (then: () => void, ms?: number) => any, clearInterval: (timer: any) => void,
 *   addEventListener: (kind: string, then: (event: any) => void, options?: AddEventListenerOptions) => void}} World
 */

export {};
