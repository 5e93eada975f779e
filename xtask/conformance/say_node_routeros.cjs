// What node-routeros makes of one command: ADDRESS PATH [USER PASSWORD].
const { RouterOSAPI } = require("node-routeros");

const [address, path, user = "admin", password = "rahasia"] = process.argv.slice(2);
const [host, port] = address.split(":");
process.on("uncaughtException", (error) => {
  console.log(`the process dies: ${String(error.message).slice(0, 120)}`);
  process.exit(1);
});
(async () => {
  let api;
  try {
    api = new RouterOSAPI({ host, port: Number(port), user, password, timeout: 2 });
    await api.connect();
    console.log(process.argv.length > 4 ? "logged in" : `rows ${JSON.stringify(await api.write(path))}`);
  } catch (error) {
    console.log(`${error.name}: ${error.message}`);
    if (path === "/t/silent") console.log(`and then ${(await api.write("/t/rows")).length} rows on the same connection`);
  }
  process.exit(0);
})();
