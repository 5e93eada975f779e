// node-routeros over loopback, for `cargo xtask bench codec`: WHAT PORT SECONDS, and one line at the end: things done,
// seconds, CPU seconds.

const { RouterOSAPI } = require('node-routeros');

async function main() {
  const [what, port, seconds] = process.argv.slice(2);
  const api = new RouterOSAPI({ host: '127.0.0.1', port: Number(port), user: 'admin', password: 'bench' });
  await api.connect();
  const once = async () => {
    if (what === 'print') return (await api.write('/interface/print')).length;
    const all = Array.from({ length: Number(what) }, () => api.write('/system/identity/print'));
    return (await Promise.all(all)).reduce((sum, rows) => sum + rows.length, 0);
  };
  await once();
  const begin = performance.now();
  const cpu = process.cpuUsage();
  let done = 0;
  while (performance.now() - begin < seconds * 1000) done += await once();
  const { user, system } = process.cpuUsage(cpu);
  console.log(done, (performance.now() - begin) / 1000, (user + system) / 1e6);
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
