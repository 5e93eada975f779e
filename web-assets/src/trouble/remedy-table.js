// What to do about each trouble: a copy of the table in crates/mikrotik/src/remedies.rs, which a test writes and
// compares. What `say` is for is the text `fix.…`; `{user}`, `{group}` and `{service}` are put in by remedies.js.

/** @type {Record<string, {say: string, command: string}[]>} */
export const REMEDIES = {
  refused: [
    { say: "service", command: "/ip service enable {service}" },
    { say: "services", command: "/ip service print" },
  ],
  "turned-away": [
    { say: "allowed", command: "/ip service print detail where name={service}" },
    { say: "sessions", command: "/user active print where via={service}" },
    { say: "more-sessions", command: "/ip service set {service} max-sessions=50" },
  ],
  "wrong-credentials": [
    { say: "password", command: '/user set [find name={user}] password="PUT-A-PASSWORD-HERE"' },
    { say: "user", command: "/user print detail where name={user}" },
  ],
  "not-permitted": [
    { say: "user", command: "/user print detail where name={user}" },
    {
      say: "policy",
      command: "/user group add name={group} policy=read,api\n/user set [find name={user}] group={group}",
    },
  ],
  tls: [
    { say: "tls-service", command: "/ip service print detail where name=api-ssl" },
    {
      say: "certificate",
      command:
        "/certificate add name=api-ssl common-name=api-ssl key-usage=digital-signature,key-encipherment,tls-server " +
        "days-valid=3650\n/certificate sign api-ssl\n/ip service set api-ssl certificate=api-ssl disabled=no",
    },
  ],
  certificate: [{ say: "fingerprint", command: "/certificate print detail" }],
  "timed-out": [
    { say: "firewall", command: "/ip firewall filter print where chain=input" },
    { say: "load", command: "/system resource print" },
  ],
  unreachable: [{ say: "addresses", command: "/ip address print" }],
  malformed: [{ say: "services", command: "/ip service print" }],
};
