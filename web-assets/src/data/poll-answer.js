// Reads the interfaces from a poll's answer, where every value is a string as RouterOS writes it. Does not touch the
// page.

/** @import { Facts } from "./types.js" */

/**
 * @param {Record<string, any>[]} rows of `GET /api/interface-stats`
 * @returns {Facts[]}
 */
export function interfacesOf(rows) {
  return rows.map((row) => ({
    id: row[".id"],
    name: row.name,
    key: row.key,
    line: row.line,
    type: row.type,
    comment: row.comment || null,
    running: row.running === "true",
    disabled: row.disabled === "true",
    dynamic: row.name.startsWith("<"),
    pointOfView: row.pointOfView,
  }));
}
