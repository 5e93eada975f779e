//! Commands side by side: their replies, their time limits, and what becomes of those that nobody waits for.

use std::time::Duration;

use routeros::{Category, Error, Options, Phase};
use tokio::time::{Instant, timeout};

use crate::peer::{client, command, connected, spawned};

#[tokio::test(start_paused = true)]
async fn rows_are_collected_in_order_with_the_value_of_done() {
    let (client, mut peer) = client().await;
    let run = spawned(&client, command("/interface/print").proplist(&["name"]));
    let heard = peer.hears().await;
    assert_eq!(heard.said(), ["/interface/print", "=.proplist=name"]);
    let tag = heard.tag();
    peer.says(&["!empty", &tag]).await;
    peer.says(&["!re", &tag, "=name=ether1"]).await;
    peer.says(&["!unheard-of", &tag, "=x=y"]).await;
    peer.says(&["!re", &tag]).await;
    peer.says(&["!empty", &tag]).await;
    peer.says(&["!re", "=name=ether2", &tag]).await;
    peer.says(&["!done", "=ret=*1F", &tag]).await;
    let reply = run.await.unwrap().unwrap();
    let names: Vec<_> = reply.rows.iter().map(|row| row.get("name").map(|name| name.text().into_owned())).collect();
    assert_eq!(names, [Some("ether1".into()), None, Some("ether2".into())]);
    assert_eq!(reply.ret(), Some(&b"*1F"[..]));
}

#[tokio::test(start_paused = true)]
async fn each_row_is_given_away_as_it_comes() {
    let (client, mut peer) = client().await;
    let (given, mut rows) = tokio::sync::mpsc::unbounded_channel();
    let folding = tokio::spawn(async move {
        let each = move |count: &mut usize, row: routeros::Sentence| {
            *count += 1;
            given.send(row.get("name").unwrap().text().into_owned()).unwrap();
        };
        client.fold(command("/interface/print"), 0, each).await
    });
    let heard = peer.hears().await;
    for name in ["ether1", "ether2"] {
        peer.says(&["!re", &heard.tag(), &format!("=name={name}")]).await;
        assert_eq!(rows.recv().await.as_deref(), Some(name), "before the reply has ended");
    }
    peer.says(&["!done", "=ret=*1F", &heard.tag()]).await;
    let (count, reply) = folding.await.unwrap().unwrap();
    assert_eq!((count, reply.rows.len(), reply.ret()), (2, 0, Some(&b"*1F"[..])));
}

#[tokio::test(start_paused = true)]
async fn a_command_whose_rows_are_given_away_has_the_limits_and_traps_of_any_other() {
    let mut options = Options::default();
    options.limits.rows = 10;
    let (client, mut peer) = connected(&options).await;
    let fold = || {
        let client = client.clone();
        tokio::spawn(async move { client.fold(command("/x"), 0, |count: &mut usize, _| *count += 1).await })
    };
    let folding = fold();
    let heard = peer.hears().await;
    for _ in 0..11 {
        peer.says(&["!re", &heard.tag(), "=a=b"]).await;
    }
    assert_eq!(folding.await.unwrap().unwrap_err(), Error::TooLarge);
    assert_eq!(peer.hears().await.said(), heard.cancel());
    peer.done(&heard).await;
    let folding = fold();
    let heard = peer.hears().await;
    peer.says(&["!re", &heard.tag()]).await;
    peer.says(&["!trap", &heard.tag(), "=message=interrupted"]).await;
    peer.done(&heard).await;
    assert_eq!(folding.await.unwrap().unwrap_err().to_string(), "interrupted");
    let folding = fold();
    let heard = peer.hears().await;
    folding.abort();
    assert_eq!(peer.hears().await.said(), heard.cancel());
}

#[tokio::test(start_paused = true)]
async fn replies_of_several_commands_may_interleave_and_come_in_any_order() {
    let (client, mut peer) = client().await;
    let runs: Vec<_> = (0..10).map(|number| spawned(&client, command(&format!("/{number}")))).collect();
    let mut heard = Vec::new();
    for _ in 0..10 {
        heard.push(peer.hears().await);
    }
    for round in ["=round=1", "=round=2"] {
        for command in heard.iter().rev() {
            peer.says(&["!re", &command.tag(), &format!("=path={}", command.said()[0]), round]).await;
        }
    }
    for command in heard.iter().skip(5).chain(heard.iter().take(5)) {
        peer.done(command).await;
    }
    for (number, run) in runs.into_iter().enumerate() {
        let reply = run.await.unwrap().unwrap();
        assert_eq!(reply.rows.len(), 2);
        assert!(reply.rows.iter().all(|row| row.get("path").unwrap().text() == format!("/{number}")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_comes_byte_by_byte_is_whole() {
    let (client, mut peer) = client().await;
    let run = spawned(&client, command("/x"));
    let heard = peer.hears().await;
    let mut bytes = crate::peer::sentence(&["!re", &heard.tag(), "=comment=a=b"]);
    bytes.extend(crate::peer::sentence(&["!done", &heard.tag()]));
    for byte in bytes {
        peer.sends(&[byte]).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(run.await.unwrap().unwrap().rows[0].get("comment").unwrap().text(), "a=b");
}

#[tokio::test(start_paused = true)]
async fn every_trap_reaches_the_caller() {
    let (client, mut peer) = client().await;
    let run = spawned(&client, command("/x"));
    let heard = peer.hears().await;
    let tag = heard.tag();
    peer.says(&["!trap", &tag, "=category=1", "=message=input does not match", "=hint=unheard of"]).await;
    peer.says(&["!re", &tag]).await;
    peer.says(&["!trap", &tag, "=message=failure: already have such name"]).await;
    peer.done(&heard).await;
    let error = run.await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "input does not match; failure: already have such name");
    assert!(!error.ends_connection());
    let Error::Trap { traps } = error else { panic!("{error:?}") };
    assert_eq!(traps.len(), 2);
    assert_eq!(traps[0].category, Some(Category::Argument));
    assert_eq!(traps[0].get("hint").unwrap().text(), "unheard of");
    assert_eq!(traps[1].category, None);
}

#[tokio::test(start_paused = true)]
async fn a_missing_permission_is_told_apart() {
    let (client, mut peer) = client().await;
    let run = spawned(&client, command("/interface/monitor-traffic"));
    let heard = peer.hears().await;
    peer.says(&["!trap", &heard.tag(), "=message=not enough permissions (9)"]).await;
    peer.done(&heard).await;
    let error = run.await.unwrap().unwrap_err();
    assert_eq!(error, Error::NotPermitted { message: "not enough permissions (9)".into() });
    assert!(!client.is_closed());
}

#[tokio::test(start_paused = true)]
async fn one_commands_time_out_cancels_it_and_nothing_else() {
    let (client, mut peer) = client().await;
    let began = Instant::now();
    let slow = spawned(&client, command("/slow").timeout(Duration::from_secs(2)));
    let slow_heard = peer.hears().await;
    let other = spawned(&client, command("/other"));
    let other_heard = peer.hears().await;
    let error = slow.await.unwrap().unwrap_err();
    assert_eq!(error, Error::TimedOut { phase: Phase::Command, after: Duration::from_secs(2) });
    assert_eq!(began.elapsed(), Duration::from_secs(2));
    assert!(!error.ends_connection() && error.is_retryable());
    let cancel = peer.hears().await;
    assert_eq!(cancel.said(), slow_heard.cancel());
    // Its last words are nobody's, whatever the order.
    peer.done(&cancel).await;
    peer.says(&["!re", &slow_heard.tag(), "=late=1"]).await;
    peer.says(&["!trap", &slow_heard.tag(), "=category=2", "=message=interrupted"]).await;
    peer.done(&slow_heard).await;
    peer.says(&["!re", &other_heard.tag(), "=name=x"]).await;
    peer.done(&other_heard).await;
    assert_eq!(other.await.unwrap().unwrap().rows.len(), 1);
    let third = spawned(&client, command("/third"));
    let heard = peer.hears().await;
    assert!(![slow_heard.tag(), cancel.tag()].contains(&heard.tag()));
    peer.done(&heard).await;
    third.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn slow_bytes_meet_the_time_limit_too() {
    let (client, mut peer) = client().await;
    let run = spawned(&client, command("/slow"));
    let heard = peer.hears().await;
    let began = Instant::now();
    let row = crate::peer::sentence(&["!re", &heard.tag(), "=a=b"]);
    let trickle = async {
        loop {
            for byte in &row {
                tokio::time::sleep(Duration::from_millis(300)).await;
                peer.sends(&[*byte]).await;
            }
        }
    };
    let outcome = tokio::select! {
        outcome = run => outcome.unwrap(),
        () = trickle => unreachable!("endless"),
    };
    assert!(matches!(outcome, Err(Error::TimedOut { phase: Phase::Command, .. })));
    assert_eq!(began.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_future_cancels_its_command() {
    let (client, mut peer) = client().await;
    let run = spawned(&client, command("/x"));
    let heard = peer.hears().await;
    run.abort();
    let cancel = peer.hears().await;
    assert_eq!(cancel.said(), heard.cancel());
    peer.says(&["!trap", &heard.tag(), "=category=2", "=message=interrupted"]).await;
    peer.done(&cancel).await;
    peer.done(&heard).await;
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert!(!client.is_closed(), "it ended in time");
}

#[tokio::test(start_paused = true)]
async fn a_command_that_ended_is_not_cancelled() {
    let (client, mut peer) = client().await;
    let run = spawned(&client, command("/x"));
    let heard = peer.hears().await;
    peer.done(&heard).await;
    drop(run.await.unwrap().unwrap());
    peer.hears_nothing_for(Duration::from_secs(60)).await;
}

#[tokio::test(start_paused = true)]
async fn a_router_that_does_not_end_what_was_cancelled_is_given_up() {
    let (client, mut peer) = client().await;
    let began = Instant::now();
    let slow = spawned(&client, command("/slow").timeout(Duration::from_secs(1)));
    let other = spawned(&client, command("/other").timeout(Duration::from_secs(100)));
    peer.hears().await;
    peer.hears().await;
    slow.await.unwrap().unwrap_err();
    let reason = client.closed().await;
    assert_eq!(reason, Error::TimedOut { phase: Phase::Command, after: Duration::from_secs(5) });
    assert_eq!(began.elapsed(), Duration::from_secs(6));
    assert_eq!(other.await.unwrap().unwrap_err(), reason);
    assert_eq!(client.run(command("/x")).await.unwrap_err(), reason);
    assert!(client.is_closed());
}

#[tokio::test(start_paused = true)]
async fn untagged_replies_belong_to_the_only_command_and_are_fatal_among_several() {
    let (client, mut peer) = client().await;
    let run = spawned(&client, command("/x"));
    peer.hears().await;
    peer.says(&["!trap", "=message=no such command"]).await;
    peer.says(&["!done"]).await;
    assert!(matches!(run.await.unwrap(), Err(Error::Trap { .. })));
    let runs = [spawned(&client, command("/a")), spawned(&client, command("/b"))];
    peer.hears().await;
    peer.hears().await;
    peer.says(&["!done"]).await;
    for run in runs {
        assert!(matches!(run.await.unwrap(), Err(Error::Malformed(_))));
    }
}

#[tokio::test(start_paused = true)]
async fn as_many_commands_as_allowed_are_in_flight_and_others_wait_for_a_place() {
    let mut options = Options::default();
    options.limits.commands = 2;
    let (client, mut peer) = connected(&options).await;
    let first = spawned(&client, command("/1"));
    let heard = peer.hears().await;
    let _second = spawned(&client, command("/2").timeout(Duration::from_secs(100)));
    peer.hears().await;
    let third = spawned(&client, command("/3"));
    peer.hears_nothing_for(Duration::from_secs(1)).await;
    let busy = client.run(command("/4").timeout(Duration::from_secs(1))).await.unwrap_err();
    assert_eq!(busy, Error::Busy { limit: 2 });
    assert!(busy.is_retryable() && !busy.ends_connection());
    peer.done(&heard).await;
    first.await.unwrap().unwrap();
    let heard = peer.hears().await;
    assert_eq!(heard.said(), ["/3"], "nothing of what never had a place was sent");
    peer.done(&heard).await;
    third.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_command_keeps_its_place_until_it_ended() {
    let mut options = Options::default();
    options.limits.commands = 1;
    let (client, mut peer) = connected(&options).await;
    let slow = spawned(&client, command("/slow").timeout(Duration::from_secs(1)));
    let heard = peer.hears().await;
    slow.await.unwrap().unwrap_err();
    let cancel = peer.hears().await;
    let next = spawned(&client, command("/next"));
    peer.hears_nothing_for(Duration::from_secs(1)).await;
    peer.done(&cancel).await;
    peer.done(&heard).await;
    let heard = peer.hears().await;
    peer.done(&heard).await;
    next.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_reply_beyond_the_limit_is_cancelled_and_the_connection_goes_on() {
    let mut options = Options::default();
    options.limits.rows = 10;
    let (client, mut peer) = connected(&options).await;
    let run = spawned(&client, command("/x"));
    let heard = peer.hears().await;
    for _ in 0..11 {
        peer.says(&["!re", &heard.tag(), "=a=b"]).await;
    }
    let error = run.await.unwrap().unwrap_err();
    assert!(error == Error::TooLarge && !error.is_retryable(), "{error:?}");
    assert_eq!(peer.hears().await.said(), heard.cancel());
    peer.done(&heard).await;
    let run = spawned(&client, command("/x"));
    let heard = peer.hears().await;
    peer.done(&heard).await;
    run.await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_invalid_command_is_refused_and_nothing_is_sent() {
    let (client, mut peer) = client().await;
    let error = client.run(command("/x").attribute("a=b", "c")).await.unwrap_err();
    assert!(matches!(error, Error::InvalidCommand { .. }) && !error.is_retryable(), "{error:?}");
    peer.hears_nothing_for(Duration::from_secs(1)).await;
    assert!(!client.is_closed());
}

#[tokio::test(start_paused = true)]
async fn a_name_of_a_foreign_code_page_is_read_and_sent_back_as_its_bytes() {
    let options = Options::default().with_code_page(routeros::CodePage::WINDOWS_1251);
    let (client, mut peer) = connected(&options).await;
    let run = spawned(&client, command("/x"));
    let heard = peer.hears().await;
    peer.says(&[&b"!re"[..], heard.tag().as_bytes(), b"=name=\xC8\xE2\xE0\xED"]).await;
    peer.done(&heard).await;
    let reply = run.await.unwrap().unwrap();
    let name = reply.rows[0].get("name").unwrap();
    assert_eq!(name.text(), "Иван");
    let _run = spawned(&client, command("/y").attribute("name", name.as_bytes()));
    assert_eq!(peer.hears().await.words[1], b"=name=\xC8\xE2\xE0\xED");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_no_bytes_does_not_stop_us_from_hearing_it() {
    let (client, mut peer) = client().await;
    let first = spawned(&client, command("/first"));
    let heard = peer.hears().await;
    // More than the wire holds, and nobody reads it.
    let big = spawned(&client, command("/big").attribute("script", vec![b'x'; 120_000]));
    tokio::time::sleep(Duration::from_millis(10)).await;
    peer.done(&heard).await;
    timeout(Duration::from_millis(10), first).await.expect("heard at once").unwrap().unwrap();
    let reason = client.closed().await;
    let Error::TimedOut { phase: Phase::Command, .. } = reason else { panic!("{reason:?}") };
    big.await.unwrap().unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_no_bytes_is_given_up() {
    let options = Options::default().with_write_timeout(Duration::from_secs(3));
    let (client, _peer) = connected(&options).await;
    let began = Instant::now();
    let big = client.run(command("/big").attribute("script", vec![b'x'; 120_000])).await;
    assert_eq!(big.unwrap_err(), Error::TimedOut { phase: Phase::Command, after: Duration::from_secs(3) });
    assert_eq!(began.elapsed(), Duration::from_secs(3));
    assert!(client.is_closed());
}

#[tokio::test(start_paused = true)]
async fn a_fast_reply_is_never_lost() {
    // The tag is known before the command is written, so an answer cannot overtake it.
    let (client, mut peer) = client().await;
    let router = tokio::spawn(async move {
        while let Some(heard) = peer.try_hear().await {
            peer.says(&["!re", &heard.tag(), "=a=b"]).await;
            peer.done(&heard).await;
        }
    });
    for _ in 0..1_000 {
        assert_eq!(client.run(command("/x")).await.unwrap().rows.len(), 1);
    }
    drop(client);
    router.await.unwrap();
}
