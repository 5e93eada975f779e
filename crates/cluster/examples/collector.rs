//! A collector that asks no router: it takes part in a cluster, and prints what it claims and lets go.
//!
//! `collector NATS-URL[,NATS-URL] NODE ROUTERS`: for the tests, which kill it, and for trying out what a cluster costs. Its
//! standard input's end ends it in good order.

use std::sync::Arc;

use lalin_cluster::{Connection, Credentials, HoldEvent, Holdings, NodeSettings, Roles, RouterPlace, Settings};
use tokio::io::AsyncReadExt;
use tokio::sync::watch;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [servers, node, count] = words.as_slice() else {
        return Err("collector NATS-URL[,NATS-URL] NODE ROUTERS".into());
    };
    let connection = Connection::open(Settings {
        servers: servers.split(',').map(str::to_owned).collect(),
        cluster: "c".into(),
        site: None,
        node: node.clone(),
        credentials: Credentials::None,
        tls: None,
    })
    .await?;
    let mut places = Vec::new();
    for number in 0..count.parse()? {
        places.push(RouterPlace { id: format!("r.{number}").parse()?, site: None });
    }
    let (_list, routers) = watch::channel(Arc::from(places));
    let roles = Roles { web: false, collect: true };
    let settings = NodeSettings { node: node.clone(), site: None, roles, weight: 1.0 };
    let holdings = Holdings::start(connection, settings, routers);
    let mut events = holdings.events();
    let reads = async {
        while let Some(event) = events.recv().await {
            match event {
                HoldEvent::Claimed { router, epoch, .. } => println!("claimed {router} {epoch}"),
                HoldEvent::Lost { router, reason } => {
                    println!("lost {router} {reason:?}");
                    holdings.released(&router);
                }
                _ => {}
            }
        }
    };
    let ended = async {
        // Whatever is said is not listened to.
        let mut said = [0; 64];
        while tokio::io::stdin().read(&mut said).await.is_ok_and(|read| read > 0) {}
        holdings.shutdown().await;
    };
    tokio::select! {
        () = reads => {}
        () = ended => {}
    }
    Ok(())
}
