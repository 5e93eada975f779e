//! Commands: side by side, each with its own limit, and what the router may answer.

use std::time::Duration;

use routeros::{Command, Error, Options, Phase};
use tokio::time::Instant;

use crate::peer::{Peer, run, tag};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn replies_of_two_commands_may_interleave_sentence_by_sentence() {
    let (client, mut peer) = Peer::logged_in(Options::default()).await;
    let (one, two) = (run(&client, Command::new("/one")), run(&client, Command::new("/two")));
    let (first, second) = (peer.hears().await, peer.hears().await);
    for n in ["1", "2", "3"] {
        peer.answers(&first, &["!re", &format!("=n={n}")]).await;
        peer.answers(&second, &["!re", &format!("=n={n}{n}")]).await;
    }
    peer.answers(&second, &["!done"]).await;
    peer.answers(&first, &["!done", "=ret=*7"]).await;
    let numbers =
        |reply: &routeros::Reply| reply.rows.iter().map(|row| row.get("n").unwrap().u64().unwrap()).collect::<Vec<_>>();
    let (one, two) = (one.await.unwrap().unwrap(), two.await.unwrap().unwrap());
    let (short, long) = if first[0] == "/one" { (one, two) } else { (two, one) };
    assert_eq!((numbers(&short), numbers(&long)), (vec![1, 2, 3], vec![11, 22, 33]));
    assert_eq!(short.ret(), Some(&b"*7"[..]));
}

#[tokio::test(start_paused = true)]
async fn a_command_that_ran_out_of_time_is_cancelled_and_the_others_go_on() {
    let (client, mut peer) = Peer::logged_in(Options::default()).await;
    let begun = Instant::now();
    let slow = run(&client, Command::new("/slow").timeout(SECOND));
    let slow_command = peer.hears().await;
    let other = run(&client, Command::new("/other").timeout(20 * SECOND));
    let other_command = peer.hears().await;
    assert_eq!(slow.await.unwrap().unwrap_err(), Error::TimedOut { phase: Phase::Command, after: SECOND });
    assert_eq!(begun.elapsed(), SECOND);
    let cancel = peer.hears().await;
    assert_eq!(cancel[..2], ["/cancel".to_owned(), format!("={}", &tag(&slow_command)[1..])]);
    // As the router does it: rows in flight, the interruption, the cancel's own end first.
    peer.answers(&slow_command, &["!re", "=late=1"]).await;
    peer.answers(&slow_command, &["!trap", "=category=2", "=message=interrupted"]).await;
    peer.answers(&cancel, &["!done"]).await;
    peer.answers(&slow_command, &["!done"]).await;
    peer.answers(&other_command, &["!done", "=ret=ok"]).await;
    assert_eq!(other.await.unwrap().unwrap().ret(), Some(&b"ok"[..]));
    assert!(!client.is_closed());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_future_cancels_its_command() {
    let (client, mut peer) = Peer::logged_in(Options::default()).await;
    let command = run(&client, Command::new("/long"));
    let heard = peer.hears().await;
    command.abort();
    assert_eq!(peer.hears().await[1], format!("={}", &tag(&heard)[1..]));
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_command_that_never_ends_ends_the_connection_after_the_grace() {
    let (client, mut peer) = Peer::logged_in(Options::default()).await;
    let command = run(&client, Command::new("/mute").timeout(SECOND));
    peer.hears().await;
    command.await.unwrap().unwrap_err();
    let begun = Instant::now();
    assert!(matches!(client.closed().await, Error::TimedOut { phase: Phase::Command, .. }));
    assert_eq!(begun.elapsed(), 5 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn empty_is_a_marker_and_only_done_ends() {
    let (client, mut peer) = Peer::logged_in(Options::default()).await;
    let reply = run(&client, Command::new("/x"));
    let command = peer.hears().await;
    for words in [&["!empty"][..], &["!empty"], &["!re"], &["!re", "=a=1"], &["!unheard-of", "=b=2"], &["!done"]] {
        peer.answers(&command, words).await;
    }
    let reply = reply.await.unwrap().unwrap();
    assert_eq!(reply.rows.len(), 2, "a row without attributes is a row");
    assert_eq!(reply.rows[0].attributes().count(), 0);
}

#[tokio::test(start_paused = true)]
async fn every_trap_is_kept_and_decides_at_the_done() {
    let (client, mut peer) = Peer::logged_in(Options::default()).await;
    let reply = run(&client, Command::new("/x"));
    let command = peer.hears().await;
    peer.answers(&command, &["!trap", "=category=1", "=message=first\r\nline", "=unheard=of"]).await;
    peer.answers(&command, &["!trap", "=message=second"]).await;
    peer.answers(&command, &["!done"]).await;
    let Err(Error::Trap { traps }) = reply.await.unwrap() else { panic!("a trap") };
    assert_eq!(traps.len(), 2);
    assert_eq!((traps[0].category, traps[0].message.as_str()), (Some(1), "first\r\nline"));
    assert_eq!(traps[1].message, "second");
}

#[tokio::test(start_paused = true)]
async fn a_missing_permission_is_its_own_error() {
    let (client, mut peer) = Peer::logged_in(Options::default()).await;
    let reply = run(&client, Command::new("/x"));
    let command = peer.hears().await;
    peer.answers(&command, &["!trap", "=message=not enough permissions (9)"]).await;
    peer.answers(&command, &["!done"]).await;
    assert!(matches!(reply.await.unwrap(), Err(Error::NotPermitted { .. })));
}

#[tokio::test(start_paused = true)]
async fn a_tag_may_stand_anywhere_and_be_missing_where_only_one_command_runs() {
    let (client, mut peer) = Peer::logged_in(Options::default()).await;
    let reply = run(&client, Command::new("/x"));
    let tag = tag(&peer.hears().await);
    peer.says(&["!re", "=a=1", &tag]).await;
    peer.says(&["!done", "=ret=*7", &tag]).await;
    let reply = reply.await.unwrap().unwrap();
    assert_eq!((reply.rows.len(), reply.ret()), (1, Some(&b"*7"[..])));

    let reply = run(&client, Command::new("/x"));
    peer.hears().await;
    peer.says(&["!trap", "=message=boom"]).await;
    peer.says(&["!done"]).await;
    assert!(matches!(reply.await.unwrap(), Err(Error::Trap { .. })));

    let (one, two) = (run(&client, Command::new("/1")), run(&client, Command::new("/2")));
    peer.hears().await;
    peer.hears().await;
    peer.says(&["!done"]).await;
    assert!(matches!(one.await.unwrap(), Err(Error::Malformed(_))), "whose it is cannot be known");
    assert!(matches!(two.await.unwrap(), Err(Error::Malformed(_))));
}

#[tokio::test(start_paused = true)]
async fn a_fatal_ends_everything_with_its_reason() {
    for fatal in
        [&["!fatal", "session terminated on request"][..], &["!fatal", "=message=session terminated on request"]]
    {
        let (client, mut peer) = Peer::logged_in(Options::default()).await;
        let (one, two) = (run(&client, Command::new("/1")), run(&client, Command::new("/2")));
        peer.hears().await;
        peer.hears().await;
        peer.says(fatal).await;
        for command in [one, two] {
            let Err(Error::Fatal { message }) = command.await.unwrap() else { panic!("fatal") };
            assert_eq!(message, "session terminated on request");
        }
        assert!(client.is_closed());
        assert!(client.run(Command::new("/3")).await.unwrap_err().ends_connection());
    }
}

#[tokio::test(start_paused = true)]
async fn values_of_any_bytes_are_sent_and_read_as_they_are() {
    let (client, mut peer) = Peer::logged_in(Options::default()).await;
    let command = Command::new("/x")
        .attribute("comment", "a=b\r\n\0c")
        .flag("once")
        .proplist(&["name", "type"])
        .query("name", "<pppoe-x>");
    let reply = run(&client, command);
    let heard = peer.hears().await;
    assert_eq!(heard[..5], ["/x", "=comment=a=b\r\n\0c", "=once=", "=.proplist=name,type", "?name=<pppoe-x>"]);
    let tag = tag(&heard);
    let mut row = vec![3, b'!', b'r', b'e', tag.len() as u8];
    row.extend_from_slice(tag.as_bytes());
    row.extend_from_slice(b"\x0b=name=caf\xe9\x93");
    row.extend_from_slice(b"\x09=v=1=2\r\n\0\0");
    peer.writes(&row).await;
    peer.says(&["!done", &tag]).await;
    let reply = reply.await.unwrap().unwrap();
    let name = reply.rows[0].get("name").unwrap();
    assert_eq!(name.as_bytes(), b"caf\xe9\x93");
    assert_eq!(name.text(), "caf\u{e9}\u{201c}");
    assert_eq!(reply.rows[0].get("v").unwrap().as_bytes(), b"1=2\r\n\0");
}

#[tokio::test(start_paused = true)]
async fn dropping_the_last_client_closes_the_connection() {
    let (client, mut peer) = Peer::logged_in(Options::default()).await;
    let clone = client.clone();
    drop(client);
    let reply = run(&clone, Command::new("/x"));
    let command = peer.hears().await;
    peer.answers(&command, &["!done"]).await;
    reply.await.unwrap().unwrap();
    drop(clone);
    assert!(peer.is_left().await);
}

#[tokio::test(start_paused = true)]
async fn commands_beyond_the_limit_wait_their_turn() {
    let mut options = Options::default();
    options.limits.commands = 2;
    let (client, mut peer) = Peer::logged_in(options).await;
    let commands: Vec<_> = (0..3).map(|n| run(&client, Command::new(format!("/{n}")))).collect();
    let (first, _second) = (peer.hears().await, peer.hears().await);
    let third = tokio::time::timeout(SECOND, peer.hears()).await;
    assert!(third.is_err(), "the third waits");
    peer.answers(&first, &["!done"]).await;
    assert!(peer.hears().await[0].starts_with('/'));
    drop(commands);
}
