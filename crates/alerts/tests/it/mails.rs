//! E-mail through the outbox to a server with STARTTLS: taken, put off, refused, and one that offers no TLS.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lalin_alerts::channel::{Secrets, Transport};
use lalin_alerts::outbox::{ChannelState, OutboxChannel, told};
use rusqlite::Connection;
use serde_json::json;

use crate::mail_server::{MailServer, Manners};
use crate::rig::{Rig, channel, cleared, fired};

fn mail(server: &MailServer, password: &str, to: &[&str]) -> OutboxChannel {
    mail_trusting(&server.pem, server.port, password, to)
}

fn mail_trusting(pem: &str, port: u16, password: &str, to: &[&str]) -> OutboxChannel {
    let transport = Transport::new(Some(pem.as_bytes())).unwrap();
    let settings = json!({
        "kind": "mail", "host": "localhost", "port": port, "user": "noc",
        "from": "Lalin <noc@isp.test>", "to": to,
    });
    channel("mail", settings, &Secrets::new().with("password", password), &transport)
}

pub fn header<'a>(letter: &'a str, name: &str) -> Option<&'a str> {
    letter.lines().take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[tokio::test]
async fn a_letter_that_is_put_off_comes_again_as_the_same_and_a_clear_answers_it() {
    let count = AtomicUsize::new(0);
    let after_letter = Arc::new(move |_: &str| match count.fetch_add(1, Ordering::Relaxed) {
        0 => "451 4.7.1 greylisted, try again".to_owned(),
        _ => "250 2.0.0 queued as 7".to_owned(),
    });
    let server = MailServer::start(Manners { after_letter, ..Manners::default() }).await;
    let rig = Rig::new();
    rig.outbox.set_channels(vec![mail(&server, "rahasia", &["a@isp.test", "b@isp.test"])]);
    let down = fired("n-1", "🔴 PUTUS: ether1 di Router Pusat.");
    rig.put("mail", &down);
    rig.until("mail", |c| c.sent == 1).await;
    rig.put("mail", &cleared(&down, "n-2", "🟢 PULIH: ether1."));
    rig.until("mail", |c| c.sent == 2).await;
    let letters = server.letters();
    assert_eq!(letters.len(), 3);
    assert_eq!(letters[0], letters[1], "the same letter, the same Message-ID");
    let own = header(&letters[0], "Message-ID").unwrap();
    assert_eq!(header(&letters[2], "References"), Some(own));
    assert_eq!(header(&letters[2], "In-Reply-To"), Some(own));
    assert_ne!(header(&letters[2], "Message-ID"), Some(own));
    assert_eq!(header(&letters[0], "Auto-Submitted"), Some("auto-generated"));
    assert!(server.open_lines().iter().all(|line| line.starts_with("EHLO") || line == "STARTTLS"));
}

#[tokio::test]
async fn a_server_without_tls_gets_no_password_and_no_letter() {
    let server = MailServer::start(Manners { starttls: false, ..Manners::default() }).await;
    let rig = Rig::new();
    rig.outbox.set_channels(vec![mail(&server, "rahasia", &["a@isp.test"])]);
    let outcome = rig.outbox.send_test("mail").await.unwrap();
    assert!(!outcome.ok, "{outcome:?}");
    assert!(server.letters().is_empty());
    assert!(server.open_lines().iter().all(|line| !line.contains("AUTH") && !line.contains("MAIL")));
}

#[tokio::test]
async fn a_stranger_with_another_certificate_gets_nothing() {
    let (server, other) = (MailServer::start(Manners::default()).await, MailServer::start(Manners::default()).await);
    let rig = Rig::new();
    rig.outbox.set_channels(vec![mail_trusting(&other.pem, server.port, "rahasia", &["a@isp.test"])]);
    let outcome = rig.outbox.send_test("mail").await.unwrap();
    assert!(!outcome.ok && outcome.status.is_none(), "{outcome:?}");
    assert!(server.letters().is_empty());
}

#[tokio::test]
async fn a_wrong_password_stops_the_channel_and_a_wrong_address_only_that_letter() {
    let server = MailServer::start(Manners::default()).await;
    let rig = Rig::new();
    rig.outbox.set_channels(vec![mail(&server, "salah", &["a@isp.test"])]);
    rig.put("mail", &fired("n-1", "PUTUS"));
    let counters = rig.until("mail", |c| !c.state.is_working()).await;
    assert!(matches!(&counters.state, ChannelState::Stopped { why } if why.contains("535")), "{counters:?}");
    assert!(!format!("{counters:?}").contains("salah"));

    rig.outbox.set_channels(vec![mail(&server, "rahasia", &["nobody@isp.test"])]);
    let counters = rig.until("mail", |c| c.failed == 1).await;
    assert_eq!(counters.state, ChannelState::Working);
    // One wrong address of two keeps it from nobody else.
    rig.outbox.set_channels(vec![mail(&server, "rahasia", &["nobody@isp.test", "a@isp.test"])]);
    rig.put("mail", &fired("n-2", "PUTUS"));
    let counters = rig.until("mail", |c| c.sent + c.failed == 2).await;
    let history = told(&Connection::open(rig.database()).unwrap(), "alert of n-2").unwrap();
    assert_eq!(counters.sent, 1, "{history:?}");
    assert!(history[0].result.as_deref().unwrap().contains("not for everybody"), "{history:?}");
    assert_eq!(server.letters().len(), 1);
}
