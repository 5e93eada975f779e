//! Killed between firing and sending, again and again: nothing is lost, and what comes twice says so or can be told apart.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lalin_alerts::channel::{Secrets, Transport};
use lalin_alerts::outbox::{Outbox, WallClock};
use serde_json::json;

use crate::mail_server::{MailServer, Manners};
use crate::mails::header;
use crate::receiver::{Receiver, Reply};
use crate::rig::{self, channel, fired, make, put, telegram, webhook};

const CHANNELS: [&str; 3] = ["telegram", "webhook", "mail"];
const KILLS: usize = 20;
const REMARK: &str = " (mungkin terkirim dua kali)";

/// The moment at which a child is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moment {
    /// The alert is committed; whether anything is sent yet is chance.
    Queued,
    /// A receiver has the message, and its answer never comes.
    Telegram,
    Webhook,
    Mail,
}

/// The child that runs, and when it is to be killed.
#[derive(Default)]
struct Victim {
    child: Mutex<Option<Child>>,
    moment: Mutex<Option<Moment>>,
}

impl Victim {
    /// Kills it if this is the moment.
    fn at(&self, moment: Moment) -> bool {
        let mut wanted = self.moment.lock().unwrap();
        if *wanted != Some(moment) {
            return false;
        }
        let mut child = self.child.lock().unwrap();
        // What the last one sent may be read only now.
        let Some(child) = child.as_mut() else { return false };
        *wanted = None;
        child.kill().unwrap();
        child.wait().unwrap();
        true
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_kills_lose_nothing_and_double_only_what_says_so() {
    let folder = tempfile::tempdir().unwrap();
    make(&folder.path().join("alerts.db"));
    let victim = Arc::new(Victim::default());
    let (by_mail, by_http) = (victim.clone(), victim.clone());
    let after_letter = Arc::new(move |_: &str| {
        by_mail.at(Moment::Mail);
        "250 2.0.0 queued".to_owned()
    });
    let mails = MailServer::start(Manners { after_letter, ..Manners::default() }).await;
    let receiver = Receiver::start(move |request| {
        let moment = if request.line.contains("/bot") { Moment::Telegram } else { Moment::Webhook };
        if by_http.at(moment) {
            Reply::breaking()
        } else {
            (200, r#"{"ok":true,"result":{"message_id":1}}"#.into()).into()
        }
    })
    .await;
    std::fs::write(folder.path().join("mail.pem"), &mails.pem).unwrap();

    let mut queued: BTreeSet<String> = BTreeSet::new();
    let moments = [Moment::Queued, Moment::Telegram, Moment::Webhook, Moment::Mail];
    for round in 0..=KILLS {
        let moment = moments.get(round % 4).copied().filter(|_| round < KILLS);
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kills::fires_and_sends_until_it_is_killed", "--nocapture"])
            .env("ALERTS_CHILD", folder.path())
            .env("ALERTS_CHILD_ROUND", round.to_string())
            .env("ALERTS_CHILD_HTTP", receiver.url(""))
            .env("ALERTS_CHILD_MAIL", mails.port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut go = child.stdin.take().unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        *victim.child.lock().unwrap() = Some(child);
        let seen = victim.clone();
        let ended = tokio::task::spawn_blocking(move || {
            let (mut fired, mut whole) = (false, false);
            for line in said.lines().map_while(Result::ok) {
                // The harness says the test's name in the same line.
                whole |= line.ends_with("all sent");
                if line.ends_with("queued") {
                    // Only now, so that each round has an alert of its own on the disk when it is killed.
                    fired = true;
                    *seen.moment.lock().unwrap() = moment;
                    // It may be dead already, by a request of the one before that is read late.
                    let _ = writeln!(go, "go");
                    seen.at(Moment::Queued);
                }
            }
            (fired, whole)
        });
        let (fired, whole) =
            tokio::time::timeout(Duration::from_secs(120), ended).await.expect("a child hangs").unwrap();
        let left = victim.child.lock().unwrap().take();
        left.unwrap().wait().unwrap();
        assert_eq!(whole, round == KILLS, "round {round}, {moment:?}");
        queued.extend(fired.then(|| format!("n-{round}")));
    }

    let requests = receiver.requests();
    let mut hooks: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut chats: BTreeMap<String, Vec<bool>> = BTreeMap::new();
    for request in &requests {
        if request.line.contains("/bot") {
            let text = request.json()["text"].as_str().unwrap().to_owned();
            let (plain, remarked) = match text.strip_suffix(REMARK) {
                Some(plain) => (plain.to_owned(), true),
                None => (text, false),
            };
            chats.entry(plain).or_default().push(remarked);
        } else {
            hooks.entry(request.header("webhook-id").unwrap().to_owned()).or_default().push(request.body.clone());
        }
    }
    let mut letters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for letter in mails.letters() {
        letters.entry(header(&letter, "Message-ID").unwrap().to_owned()).or_default().push(letter);
    }

    // Every alert that was committed arrived everywhere.
    let arrived: BTreeSet<String> = hooks.keys().cloned().collect();
    assert!(arrived.is_superset(&queued), "lost: {:?}", queued.difference(&arrived));
    let committed = outbox_notices(&folder.path().join("alerts.db"));
    assert_eq!(arrived, committed);
    assert_eq!((chats.len(), letters.len()), (committed.len(), committed.len()));
    assert_eq!(committed.len(), KILLS + 1);
    // Where there is a key, what came twice is the same thing to a receiver that knows it.
    for copies in hooks.values().chain(letters.values()) {
        assert!(copies.iter().all(|copy| *copy == copies[0]), "{copies:?}");
    }
    // Where there is none, only what may be a double comes after something, it says so, and each kill makes one at most.
    for (text, copies) in &chats {
        assert!(copies[1..].iter().all(|remarked| *remarked), "{text}: {copies:?}");
    }
    let doubles: usize = chats.values().map(|copies| copies.len() - 1).sum();
    assert!((3..=KILLS).contains(&doubles), "{doubles}: the kills did not hit, or too much is doubled");
}

/// Every notice that was ever committed.
fn outbox_notices(database: &Path) -> BTreeSet<String> {
    let connection = rusqlite::Connection::open(database).unwrap();
    let mut rows = connection.prepare("SELECT DISTINCT notice FROM outbox WHERE kind = 'fired'").unwrap();
    rows.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

/// Not a test of its own: what the test above starts and kills.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fires_and_sends_until_it_is_killed() {
    let Ok(folder) = std::env::var("ALERTS_CHILD") else { return };
    let value = |name: &str| std::env::var(name).unwrap();
    let (round, http) = (value("ALERTS_CHILD_ROUND"), value("ALERTS_CHILD_HTTP"));
    let database = Path::new(&folder).join("alerts.db");
    let trusted = std::fs::read(Path::new(&folder).join("mail.pem")).unwrap();
    let transport = Transport::new(Some(&trusted)).unwrap();
    let notice = fired(&format!("n-{round}"), &format!("PUTUS {round}."));
    put(&database, &CHANNELS, &notice);
    say("queued");
    let mut go = String::new();
    std::io::stdin().read_line(&mut go).unwrap();
    assert_eq!(go, "go\n");
    let outbox = Outbox::start(&database, WallClock::system()).unwrap();
    let port: u16 = value("ALERTS_CHILD_MAIL").parse().unwrap();
    let settings = json!({
        "kind": "mail", "host": "localhost", "port": port, "user": "noc",
        "from": "noc@isp.test", "to": ["a@isp.test"],
    });
    outbox.set_channels(vec![
        telegram(&http, &transport),
        webhook(&format!("{http}/hook"), &transport),
        channel("mail", settings, &Secrets::new().with("password", "rahasia"), &transport),
    ]);
    for channel in CHANNELS {
        rig::until(&outbox, channel, |counters| counters.waiting == 0 && counters.sent > 0).await;
    }
    outbox.close().await;
    if value("ALERTS_CHILD_ROUND") == KILLS.to_string() {
        say("all sent");
    } else {
        // Its moment comes with a message of its own: until then it stays.
        std::future::pending::<()>().await;
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout();
    writeln!(out, "{line}").and_then(|()| out.flush()).unwrap();
}
