// What mends it: for each thing that can be wrong on the way to a router, the commands for its terminal. None of them
// takes anything away from others who use the router; where only a look can tell, it is a command to look. No page
// here.

/**
 * @param {string} trouble the API's reason, or `server`
 * @param {{user?: string, tls?: boolean}} router as far as it is known
 * @returns {{say: string, command: string}[]} the likeliest first; `say` is what it is for, the key of a text `fix.…`
 */
export function fixesOf(trouble, { user = "lalin", tls = false } = {}) {
  const service = tls ? "api-ssl" : "api";
  const look = { say: "user", command: `/user print detail where name=${quoted(user)}` };
  switch (trouble) {
    case "refused":
      return [
        { say: "service", command: `/ip service enable ${service}` },
        { say: "services", command: "/ip service print" },
      ];
    case "turned-away":
      return [
        { say: "allowed", command: `/ip service print detail where name=${service}` },
        { say: "sessions", command: `/user active print where via=${service}` },
        { say: "more-sessions", command: `/ip service set ${service} max-sessions=50` },
      ];
    case "wrong-credentials":
      return [
        { say: "password", command: `/user set [find name=${quoted(user)}] password="PUT-A-PASSWORD-HERE"` },
        look,
      ];
    case "not-permitted":
      return [
        {
          say: "policy",
          command: `/user group set [find name=[/user get [find name=${quoted(user)}] group]] policy=read,api`,
        },
        look,
      ];
    case "tls":
      return [
        { say: "tls-service", command: "/ip service print detail where name=api-ssl" },
        { say: "certificate", command: CERTIFICATE.join("\n") },
      ];
    case "certificate":
      return [{ say: "fingerprint", command: "/certificate print detail" }];
    case "timed-out":
      return [
        { say: "firewall", command: "/ip firewall filter print where chain=input" },
        { say: "load", command: "/system resource print" },
      ];
    case "unreachable":
      return [{ say: "addresses", command: "/ip address print" }];
    case "malformed":
      return [{ say: "services", command: "/ip service print" }];
    case "server":
      return [{ say: "server", command: "sudo systemctl restart lalin" }];
    default:
      return [];
  }
}

const CERTIFICATE = [
  "/certificate add name=lalin common-name=router key-size=2048 days-valid=3650 key-usage=tls-server,key-cert-sign",
  "/certificate sign lalin",
  "/ip service set api-ssl certificate=lalin disabled=no",
];

/** A name as RouterOS takes it: as it is where that is plain, else in quotes. */
function quoted(name) {
  if (/^[A-Za-z0-9_-]+$/.test(name)) return name;
  return `"${name.replace(/[\u0000-\u001f\u007f]/g, "").replace(/["\\$?]/g, "\\$&")}"`;
}
