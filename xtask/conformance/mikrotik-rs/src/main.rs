//! mikrotik-rs on the simulated routers. Words and output as in `librouteros_peer.py`.

use std::collections::HashMap;
use std::time::Duration;

use mikrotik_rs::{CommandBuilder, Event, MikrotikDevice};
use tokio::time::timeout;

const LIMIT: Duration = Duration::from_secs(5);

type Outcome = Result<(), String>;

/// Every event of a command, up to its end.
async fn events(device: &MikrotikDevice, path: &str, attributes: &[(&str, &str)]) -> Result<Vec<Event>, String> {
    let mut command = CommandBuilder::new().command(path);
    for (key, value) in attributes {
        command = command.attribute(key, Some(*value));
    }
    let mut from = device.send_command(command.build()).await.map_err(|error| error.to_string())?;
    let mut all = Vec::new();
    loop {
        match timeout(LIMIT, from.recv()).await {
            Err(_) => return Err(format!("no end within 5 s, {} events", all.len())),
            Ok(None) => return Ok(all),
            Ok(Some(event)) => all.push(event),
        }
    }
}

fn rows(events: &[Event]) -> usize {
    events.iter().filter(|event| matches!(event, Event::Reply { .. })).count()
}

fn ensure(holds: bool, otherwise: impl std::fmt::Debug) -> Outcome {
    if holds { Ok(()) } else { Err(format!("{otherwise:?}").chars().take(160).collect()) }
}

#[tokio::main]
async fn main() {
    let routers: HashMap<String, String> =
        std::env::args().skip(1).filter_map(|word| word.split_once('=').map(|(a, b)| (a.into(), b.into()))).collect();
    let connect = async |name: &str, password: &str| {
        let address = routers[name].as_str();
        let device = timeout(LIMIT, MikrotikDevice::connect(address, "admin", Some(password))).await;
        device.map_err(|_| "no login within 5 s".to_owned())?.map_err(|error| error.to_string())
    };
    let check = |name: &str, outcome: Outcome| match outcome {
        Ok(()) => println!("{name}\tok"),
        Err(why) => println!("{name}\t{}", why.replace(['\n', '\t'], " ")),
    };

    check("login plain", async {
        let device = connect("v7.18", "rahasia").await?;
        let found = events(&device, "/system/identity/print", &[]).await?;
        ensure(rows(&found) == 1, found)
    }.await);
    check("wrong password", async {
        ensure(connect("v7.18", "wrong").await.is_err(), "a wrong password is taken")
    }.await);
    check("login challenge", async {
        let device = connect("v6.42", "rahasia").await?;
        let found = events(&device, "/system/identity/print", &[]).await?;
        ensure(rows(&found) == 1, found)
    }.await);
    check("wrong password, plain login on 6.42", async {
        ensure(connect("v6.42", "wrong").await.is_err(), "connect() succeeds with a wrong password")
    }.await);
    check("print 1,000 rows", async {
        let found = events(&connect("large", "rahasia").await?, "/interface/print", &[]).await?;
        ensure(rows(&found) == 1_001, rows(&found))
    }.await);
    check("tags", async {
        let device = connect("v7.18", "rahasia").await?;
        let (a, b, c) = tokio::join!(
            events(&device, "/interface/print", &[]),
            events(&device, "/system/identity/print", &[]),
            events(&device, "/interface/print", &[]),
        );
        let found = [rows(&a?), rows(&b?), rows(&c?)];
        ensure(found[0] == found[2] && found[0] > 10 && found[1] == 1, found)
    }.await);
    check("trap", async {
        let found = events(&connect("v7.18", "rahasia").await?, "/no/such/thing", &[]).await?;
        ensure(found.iter().any(|event| matches!(event, Event::Trap { .. })), found)
    }.await);
    check("nothing found (!empty)", async {
        let device = connect("v7.18", "rahasia").await?;
        let command = CommandBuilder::new().command("/interface/print").query_equal("name", "x").build();
        let mut from = device.send_command(command).await.map_err(|error| error.to_string())?;
        let first = timeout(LIMIT, from.recv()).await.map_err(|_| "no end within 5 s")?;
        ensure(matches!(first, Some(Event::Empty { .. } | Event::Done { .. })), first)
    }.await);
    check("stream and cancel", async {
        let device = connect("v7.18", "rahasia").await?;
        let command = CommandBuilder::new().command("/interface/monitor-traffic").attribute("interface", Some("ether1")).build();
        let mut from = device.send_command(command).await.map_err(|error| error.to_string())?;
        let row = timeout(LIMIT, from.recv()).await.map_err(|_| "no row within 5 s")?;
        ensure(matches!(row, Some(Event::Reply { .. })), row)?;
        drop(from);
        let found = events(&device, "/system/identity/print", &[]).await?;
        ensure(rows(&found) == 1, found)
    }.await);
    check("fatal", async {
        let found = events(&connect("v7.18", "rahasia").await?, "/quit", &[]).await?;
        ensure(found.iter().any(|event| matches!(event, Event::Fatal { .. })), found)
    }.await);
}
