//! What mikrotik_api makes of one command: ADDRESS PATH [USER PASSWORD].

use std::collections::HashMap;

#[tokio::main]
async fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (user, password) = if words.len() > 3 { (&*words[2], &*words[3]) } else { ("admin", "rahasia") };
    let api = match mikrotik_api::connect(words[0].as_str()).await {
        Ok(api) => api,
        Err(error) => return println!("{error}"),
    };
    match api.authenticate(user, password).await {
        Err(error) => println!("{error:?}"),
        Ok(_) if words.len() > 3 => println!("logged in"),
        Ok(api) => match api.generic_array_call::<HashMap<String, String>>(&words[1], None).await {
            Ok(rows) => println!("rows {rows:?}"),
            Err(error) => println!("{error:?}"),
        },
    }
}
