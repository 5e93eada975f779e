//! The limit of silence: a reply that keeps arriving is no time-out, up to the limit of the whole.

use std::time::Duration;

use routeros::{Error, Phase};
use tokio::time::{Instant, sleep};

use crate::peer::{client, command, spawned};

#[tokio::test(start_paused = true)]
async fn rows_that_keep_coming_are_no_silence_and_the_longest_silence_is_told() {
    let (client, mut peer) = client().await;
    let slow = command("/slow").silence(Duration::from_secs(3)).timeout(Duration::from_secs(30));
    let running = spawned(&client, slow);
    let heard = peer.hears().await;
    for pause in [1, 2, 2, 2, 2] {
        sleep(Duration::from_secs(pause)).await;
        peer.says(&["!re", &heard.tag(), "=name=x"]).await;
    }
    peer.done(&heard).await;
    let reply = running.await.unwrap().unwrap();
    assert_eq!((reply.rows.len(), reply.longest_silence()), (5, Some(Duration::from_secs(2))));
}

#[tokio::test(start_paused = true)]
async fn silence_and_the_whole_have_each_a_limit_and_what_comes_late_is_thrown_away() {
    let (client, mut peer) = client().await;
    let slow = || command("/slow").silence(Duration::from_secs(3)).timeout(Duration::from_secs(10));
    let began = Instant::now();
    let running = spawned(&client, slow());
    let heard = peer.hears().await;
    let after = Duration::from_secs(3);
    assert_eq!(running.await.unwrap().unwrap_err(), Error::TimedOut { phase: Phase::Command, after });
    assert_eq!(began.elapsed(), after);
    // Its late answer is nobody's, and the next command's is its own.
    assert_eq!(peer.hears().await.said(), heard.cancel());
    peer.says(&["!re", &heard.tag(), "=name=late"]).await;
    peer.done(&heard).await;
    let began = Instant::now();
    let running = spawned(&client, slow());
    let heard = peer.hears().await;
    let endless = async {
        loop {
            sleep(Duration::from_secs(1)).await;
            peer.says(&["!re", &heard.tag(), "=name=x"]).await;
        }
    };
    let after = Duration::from_secs(10);
    tokio::select! {
        outcome = running => assert_eq!(outcome.unwrap().unwrap_err(), Error::TimedOut { phase: Phase::Command, after }),
        () = endless => {}
    }
    assert_eq!(began.elapsed(), after);
    assert!(!client.is_closed());
}
