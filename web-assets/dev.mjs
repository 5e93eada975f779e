// The page from the files as they lie here, in front of a running server: an edit needs a reload, not a build.
//
//   lalin demo --listen 127.0.0.1:3000 &
//   node web-assets/dev.mjs [PORT] [UPSTREAM]      then open http://127.0.0.1:3001/prepaid/dashboard
//
// It knows just as much of the template language as the pages use: {{ x }}, {{ t.x }} and {% include "x" %}.

import { createServer, request } from "node:http";
import { readFile } from "node:fs/promises";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const port = Number(process.argv[2] ?? 3001);
const upstream = new URL(process.argv[3] ?? "http://127.0.0.1:3000");
const KINDS = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png" };
const PAGES = {
  "/prepaid/dashboard": "dashboard.html",
  "/prepaid/fleet": "fleet.html",
  "/prepaid/usage": "usage.html",
  "/prepaid/report": "report.html",
  "/prepaid/alerts": "alerts.html",
  "/prepaid/api": "description.html",
  "/settings": "settings.html",
  "/login": "login.html",
  "/embed": "embed.html",
  "/offline": "offline.html",
};
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " +
  "manifest-src 'self'; worker-src 'self'; " +
  "base-uri 'none'; form-action 'none'";

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

async function page(file, lang) {
  const dashboard = join(here, "../crates/dashboard");
  const texts = JSON.parse(await readFile(join(dashboard, `texts/${lang}.json`), "utf8"));
  const read = (name) => readFile(join(dashboard, "templates", name), "utf8");
  let template = await read(file);
  // A part may include others.
  for (let found; (found = /\{% include "([\w.]+)" %\}\n?/.exec(template)); ) {
    const part = await read(found[1]);
    template = template.replace(found[0], () => part);
  }
  const values = {
    lang,
    version: "dev",
    base: "",
    assets: "/assets/dev",
    data: JSON.stringify({
      lang,
      version: "dev",
      base: "",
      texts: file === "offline.html" ? { id: texts, en: texts } : texts,
    }),
  };
  return template.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (_, key) =>
    escaped(key.startsWith("t.") ? (texts[key.slice(2)] ?? `?${key}?`) : (values[key] ?? "")),
  );
}

/** A language's texts as a script. */
async function words(lang) {
  return `export default ${await readFile(join(here, `../crates/dashboard/texts/${lang}.json`), "utf8")};\n`;
}

/** What the build makes of other files: see crates/page-assets/src/made.rs. */
const MADE = {
  "shared/words-id.js": () => words("id"),
  "shared/words-en.js": () => words("en"),
  "vendor/uplot/uPlot.module.js": async () =>
    `${await asset("vendor/uplot/uPlot.iife.min.js")}\nexport default uPlot;\n`,
  "vendor/uplot/uPlot.style.js": async () =>
    `export default ${JSON.stringify(String(await asset("vendor/uplot/uPlot.min.css")))};\n`,
  "embed/words.js": async () => {
    const [id, en] = await Promise.all(
      ["id", "en"].map((lang) => readFile(join(here, `../crates/dashboard/texts/${lang}.json`), "utf8")),
    );
    return `export default {"id": ${id}, "en": ${en}};\n`;
  },
};
/** Public files, for pages of every origin. */
const PUBLIC = {
  "Cache-Control": "no-store",
  "Access-Control-Allow-Origin": "*",
  "Cross-Origin-Resource-Policy": "cross-origin",
};

async function asset(path) {
  if (Object.hasOwn(MADE, path)) return MADE[path]();
  const inside = normalize(path).replace(/^(\.\.[/\\])+/, "");
  const folder = inside.startsWith("vendor/") ? here : join(here, "src");
  return readFile(join(folder, inside));
}

createServer(async (asked, answer) => {
  const url = new URL(asked.url, "http://dev");
  try {
    if (PAGES[url.pathname]) {
      const cookie = /lalin-lang=(id|en)/.exec(asked.headers.cookie ?? "")?.[1];
      const html = await page(PAGES[url.pathname], url.searchParams.get("lang") ?? cookie ?? "id");
      answer
        .writeHead(200, { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY })
        .end(html);
    } else if (url.pathname.startsWith("/assets/")) {
      const path = url.pathname.split("/").slice(3).join("/");
      const file = await asset(path);
      answer.writeHead(200, { "Content-Type": KINDS[extname(path)] ?? "text/plain", ...PUBLIC }).end(file);
    } else if (url.pathname === "/service-worker.js") {
      const place = 'globalThis.LALIN = {"base": "", "assets": "/assets/dev"};\n';
      answer.writeHead(200, { "Content-Type": KINDS[".js"] }).end(place + (await asset("app/service-worker.js")));
    } else if (url.pathname === "/embed.js") {
      answer.writeHead(200, { "Content-Type": KINDS[".js"], ...PUBLIC }).end('import "./assets/dev/embed/embed.js";\n');
    } else {
      const options = {
        hostname: upstream.hostname,
        port: upstream.port,
        path: asked.url,
        method: asked.method,
        headers: { ...asked.headers, host: upstream.host },
      };
      const through = request(options, (from) => {
        answer.writeHead(from.statusCode, from.headers);
        from.pipe(answer);
      });
      through.on("error", (error) =>
        answer.headersSent ? answer.destroy() : answer.writeHead(502).end(error.message),
      );
      answer.on("close", () => through.destroy());
      asked.pipe(through);
    }
  } catch (error) {
    answer.writeHead(404, { "Content-Type": "text/plain" }).end(error.message);
  }
}).listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/prepaid/dashboard`));
