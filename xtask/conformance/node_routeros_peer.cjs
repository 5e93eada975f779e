// node-routeros on the simulated routers. Words and output as in librouteros_peer.py; with the word `--only CHECK` that
// check alone, as one that ends the process must not end the others.
const { RouterOSAPI } = require("node-routeros");

const words = process.argv.slice(2);
const only = words[0] === "--only" ? words.splice(0, 2)[1] : null;
const ROUTERS = Object.fromEntries(words.map((word) => word.split("=")));

function client(name, password = "rahasia") {
  const [host, port] = ROUTERS[name].split(":");
  return new RouterOSAPI({ host, port: Number(port), user: "admin", password, timeout: 10 });
}

async function connect(name, password) {
  const api = client(name, password);
  await api.connect();
  return api;
}

async function refused(name) {
  try {
    await connect(name, "wrong");
  } catch {
    return true;
  }
  return "a wrong password is taken";
}

const CHECKS = {
  "login plain": async () => (await (await connect("v7.18")).write("/system/identity/print")).length === 1,
  "login challenge": async () => (await (await connect("v6.42")).write("/system/identity/print")).length === 1,
  "wrong password": () => refused("v7.18"),
  "wrong password, challenge": () => refused("v6.42"),
  versions: async () => {
    for (const name of ["v6.49", "v7.9", "v7.17", "v7.18"]) {
      const [row] = await (await connect(name)).write("/system/resource/print");
      if (!row.version.startsWith(name.slice(1))) return row.version;
    }
  },
  "print 1,000 rows": async () => (await (await connect("large")).write("/interface/print")).length === 1001,
  proplist: async () => {
    const rows = await (await connect("v7.18")).write("/interface/print", ["=.proplist=name"]);
    return rows.every((row) => Object.keys(row).every((key) => key === "name"));
  },
  queries: async () => {
    const rows = await (await connect("v7.18")).write("/interface/print", ["?type=ether", "?name=ether1", "?#&"]);
    return rows.length === 1 && rows[0].name === "ether1";
  },
  tags: async () => {
    const api = await connect("v7.17");
    const many = await Promise.all(Array.from({ length: 20 }, (_, at) => api.write(at % 2 ? "/interface/print" : "/system/identity/print")));
    return many.every((rows, at) => (at % 2 ? rows.length > 10 : rows.length === 1));
  },
  "stream and cancel": async () => {
    const api = await connect("v7.17");
    const stream = api.stream(["/interface/monitor-traffic", "=interface=ether1"]);
    await new Promise((resolve, reject) => {
      stream.on("data", resolve);
      stream.on("error", reject);
      setTimeout(() => reject(new Error("no row")), 5000);
    });
    await stream.stop();
    return (await api.write("/system/identity/print")).length === 1;
  },
  trap: async () => {
    try {
      await (await connect("v7.18")).write("/no/such/thing");
    } catch (error) {
      return /no such command/.test(error.message) || error.message;
    }
    return "no error";
  },
  "name in Windows-1252": async () => (await (await connect("v7.18")).write("/interface/print")).some((row) => row.name === "café"),
  "nothing found (!empty)": async () => (await (await connect("v7.18")).write("/interface/print", ["?name=x"])).length === 0,
};

process.on("uncaughtException", (error) => {
  console.log(`${only ?? "?"}\tthe process dies: ${String(error.message).slice(0, 100)}`);
  process.exit(1);
});

(async () => {
  for (const [name, run] of Object.entries(CHECKS)) {
    if (only === null ? name === "nothing found (!empty)" : name !== only) continue;
    try {
      const outcome = await run();
      console.log(`${name}\t${outcome === true || outcome === undefined ? "ok" : outcome}`);
    } catch (error) {
      console.log(`${name}\t${error.name}: ${String(error.message).slice(0, 150)}`);
    }
  }
  process.exit(0);
})();
