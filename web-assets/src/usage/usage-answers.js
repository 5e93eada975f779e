// What the API knows of the past: all pages of an answer, and the facts of the lines that are there now.

import { api } from "../shared/api.js";

/** Lines on a page of an answer. */
const PAGE = 500;
/** More lines than any router has had in a month. */
const MOST = 20_000;

const query = (values) =>
  new URLSearchParams(Object.entries(values).filter(([, value]) => value !== null && value !== undefined)).toString();

async function pages(path, values) {
  const lines = [];
  for (let offset = 0; offset < MOST; offset += PAGE) {
    const answer = await api.get(`${path}?${query({ ...values, offset, limit: PAGE })}`);
    lines.push(...answer.lines);
    if (!answer.more) break;
  }
  return lines;
}

/** All lines of a router: bytes by period. */
export const usageOfAll = (router, by, from, to) => pages("/api/v1/usage", { router, by, from, to });

/** All lines of a router: the month's 95th percentile of each direction. */
export const percentilesOfAll = (router, month) => pages("/api/v1/percentile", { router, month, rule: "separate" });

/** One line: bytes by period. */
export async function usageOfOne(router, name, by, from, to) {
  const answer = await api.get(`/api/v1/usage?${query({ router, interface: name, by, from, to })}`);
  return answer.periods;
}

/** One line: the month's 95th percentile of each direction, and how many samples it is of. */
export const percentileOfOne = (router, name, month) =>
  api.get(`/api/v1/percentile?${query({ router, interface: name, month, rule: "separate" })}`);

/** One line's rates, at most so many points, and its gaps. */
export const curveOfOne = (router, name, from, to, points) =>
  api.get(`/api/v1/history?${query({ router, interface: name, from, to, points })}`);

/** How it is recorded: whether at all, in which time zone, how often. */
export const recording = () => api.get("/api/v1/recording");

/** The lines that are there now, by name; none where the router was never read. */
export async function factsOfLines(router) {
  try {
    const { interfaces } = await api.get(`/api/v1/interfaces?${query({ router })}`);
    return new Map(interfaces.map((one) => [one.name, one]));
  } catch (error) {
    if (error.code === "no-data" || error.code === "unknown-router") return new Map();
    throw error;
  }
}

/** Where the table is to be had as CSV. */
export const csvAddress = (router, by, from, to) =>
  `/api/v1/usage?${query({ router, by, from, to, format: "csv", limit: 1_000 })}`;
