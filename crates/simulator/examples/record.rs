//! Records a session with a real router, to be replayed later:
//! `cargo run -p routeros-simulator --example record -- LISTEN ROUTER FILE`, such as
//! `127.0.0.1:8728 192.168.88.1:8728 session.txt`. Let a client connect to LISTEN; end it with Ctrl-C.

use std::error::Error;
use std::fs::File;
use std::future::pending;

use routeros_simulator::Recorder;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [listen, router, file] = &arguments[..] else { return Err("usage: record LISTEN ROUTER FILE".into()) };
    let recorder = Recorder::start(listen.parse()?, router.parse()?, File::create_new(file)?).await?;
    println!("connect a client to {}; what it and {router} say goes to {file}", recorder.addr());
    pending::<()>().await;
    Ok(())
}
