//! The public client over loopback, as its users write it.

use std::hint::black_box;
use std::time::Duration;

use futures_util::future::join_all;
use routeros::{Client, Command, Credentials, Options};

use crate::Watch;
use crate::rows::{ROWS, look};

/// Logged in and warm.
pub async fn ready(what: &str, port: u16) -> Client {
    let credentials = Credentials::new("admin", "bench");
    let client = Client::connect("127.0.0.1", port, &credentials, &Options::default()).await.unwrap();
    once(&client, what).await;
    client
}

/// Does it again and again until the time is up.
pub async fn run(client: &Client, what: &str, budget: Duration) -> String {
    let mut watch = Watch::start(budget);
    while watch.goes_on(once(client, what).await) {}
    watch.line()
}

/// `print` collects rows, `stream` takes them one by one, a number is so many commands in flight.
async fn once(client: &Client, what: &str) -> usize {
    match what {
        "print" => print(client).await,
        "stream" => stream(client).await,
        commands => trips(client, commands.parse().unwrap()).await,
    }
}

async fn print(client: &Client) -> usize {
    let reply = client.run(Command::new("/interface/print")).await.unwrap();
    let mut sum = 0;
    for row in &reply.rows {
        row.attributes().for_each(|pair| look(&mut sum, pair));
    }
    black_box(sum);
    assert_eq!(reply.rows.len(), ROWS);
    reply.rows.len()
}

async fn stream(client: &Client) -> usize {
    let mut rows = client.stream(Command::new("/interface/print")).await.unwrap();
    let (mut count, mut sum) = (0, 0);
    while let Some(row) = rows.next().await {
        row.unwrap().attributes().for_each(|pair| look(&mut sum, pair));
        count += 1;
    }
    black_box(sum);
    assert_eq!(count, ROWS);
    count
}

async fn trips(client: &Client, commands: usize) -> usize {
    let identity = || client.run(Command::new("/system/identity/print"));
    for reply in join_all((0..commands).map(|_| identity())).await {
        assert_eq!(reply.unwrap().rows.len(), 1);
    }
    commands
}
