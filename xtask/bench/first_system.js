// The first system's design, re-created from its description for `cargo xtask bench serving`: express, a cache of
// five seconds, a login for each read of the router, three seconds for it, and the last good data when it fails.
// Its argument is HOST:PORT of the router; it prints where it listens.

const express = require('express');
const { RouterOSAPI } = require('node-routeros');

const CACHE_MS = 5000;
const LIMIT_MS = 3000;
const [host, port] = process.argv[2].split(':');
let cache = { at: 0, rows: [] };

async function read() {
  const api = new RouterOSAPI({ host, port: Number(port), user: 'admin', password: '', timeout: LIMIT_MS / 1000 });
  await api.connect();
  try {
    return await api.write('/interface/print');
  } finally {
    await api.close();
  }
}

const shown = (row) => ({
  id: row['.id'],
  name: row.name,
  type: row.type,
  mtu: row.mtu,
  actualMtu: row['actual-mtu'],
  l2mtu: row.l2mtu || '',
  macAddress: row['mac-address'] || '',
  lastLinkUpTime: row['last-link-up-time'] || '',
  linkDowns: row['link-downs'] || '',
  rxByte: row['rx-byte'] || '0',
  txByte: row['tx-byte'] || '0',
  rxPacket: row['rx-packet'] || '0',
  txPacket: row['tx-packet'] || '0',
  rxDrop: row['rx-drop'] || '0',
  txDrop: row['tx-drop'] || '0',
  txQueueDrop: row['tx-queue-drop'] || '0',
  rxError: row['rx-error'] || '0',
  txError: row['tx-error'] || '0',
  disabled: row.disabled,
  running: row.running,
  comment: row.comment || '',
});

const app = express();
app.get('/api/interface-stats', async (_request, response) => {
  if (Date.now() - cache.at < CACHE_MS) return response.json(cache.rows);
  try {
    const late = new Promise((_resolve, reject) => setTimeout(reject, LIMIT_MS, new Error('timeout')));
    const rows = await Promise.race([read(), late]);
    cache = { at: Date.now(), rows: rows.map(shown) };
  } catch {
    // The last good data, whatever its age.
  }
  return response.json(cache.rows);
});

const server = app.listen(0, '127.0.0.1', () => console.log(`127.0.0.1:${server.address().port}`));
process.on('uncaughtException', () => {});
