//! What our own client makes of one command: ADDRESS PATH [USER PASSWORD].

use std::time::Duration;

use routeros::{Client, Command, Credentials, Error, Options};

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (user, password) = if words.len() > 3 { (&*words[2], &*words[3]) } else { ("admin", "rahasia") };
    let (host, port) = words[0].rsplit_once(':').expect("HOST:PORT");
    let credentials = Credentials::new(user, password);
    let client = Client::connect(host, port.parse().expect("a port"), &credentials, &Options::default()).await;
    let client = match client {
        Ok(client) => client,
        Err(error) => return println!("{error:?}"),
    };
    if words.len() > 3 {
        return println!("logged in");
    }
    let command = || Command::new(&words[1]).timeout(Duration::from_secs(1));
    match client.run(command()).await {
        Ok(reply) => {
            let rows: Vec<_> = reply.rows.iter().map(|row| {
                row.attributes().map(|(key, value)| format!("{}={}", key.escape_ascii(), value.escape_ascii())).collect::<Vec<_>>()
            }).collect();
            let text = reply.rows.first().and_then(|row| row.get("name")).map(|name| name.text().into_owned());
            println!("rows {rows:?} ret {:?} text {text:?}", reply.ret().map(|ret| ret.escape_ascii().to_string()));
        }
        Err(error) => {
            println!("{error:?}");
            if matches!(error, Error::TimedOut { .. }) {
                let again = client.run(Command::new("/t/rows")).await;
                println!("and then {} rows on the same connection", again.map_or(0, |reply| reply.rows.len()));
            }
        }
    }
}
