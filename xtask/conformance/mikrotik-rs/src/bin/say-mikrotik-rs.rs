//! What mikrotik-rs makes of one command: ADDRESS PATH [USER PASSWORD].

use mikrotik_rs::{CommandBuilder, MikrotikDevice};

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (user, password) = if words.len() > 3 { (&*words[2], &*words[3]) } else { ("admin", "rahasia") };
    let device = match MikrotikDevice::connect(words[0].as_str(), user, Some(password)).await {
        Ok(device) => device,
        Err(error) => return println!("{error}"),
    };
    if words.len() > 3 {
        return println!("logged in");
    }
    let mut from = match device.send_command(CommandBuilder::new().command(&words[1]).build()).await {
        Ok(from) => from,
        Err(error) => return println!("{error}"),
    };
    let mut seen = Vec::new();
    while let Some(event) = from.recv().await {
        seen.push(format!("{event:?}"));
    }
    println!("events {}", seen.join(", "));
}
