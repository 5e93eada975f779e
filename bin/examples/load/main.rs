//! The measurements of `cargo xtask bench` that need a whole server: it is started as a process of its own, its routers
//! are simulated here, and whoever it is compared with is asked in turns with it.
//!
//! A measurement and no test: what it prints depends on the machine. `cargo xtask bench` builds it, sets `LALIN_BIN` and
//! where the peers are, and makes a table of the lines that begin with `row`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a measurement fails by panicking")]

mod accuracy;
mod bare;
mod client;
#[cfg(feature = "cluster")]
mod cluster;
mod fleet;
mod one_router;
mod report;
mod scrape;
mod server;
mod serving;
mod viewers;
// A cluster as the tests of whole processes start it.
#[cfg(feature = "cluster")]
#[path = "../../tests/cluster/nodes.rs"]
#[allow(dead_code, reason = "more is done with it there")]
mod nodes;
#[cfg(feature = "cluster")]
#[path = "../../tests/cluster/routers.rs"]
#[allow(dead_code, reason = "more is done with them there")]
mod routers;
#[cfg(feature = "cluster")]
#[path = "../../tests/cluster/sizes.rs"]
#[allow(dead_code, reason = "more is asked for there")]
mod sizes;

use report::Effort;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if let ["bare", folder] = words[..] {
        // The peer itself, which the measurement of serving starts.
        return bare::serve(folder.as_ref());
    }
    let effort = if words.contains(&"--quick") { Effort::Quick } else { Effort::Whole };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        match words.first() {
            Some(&"serving") => serving::run(effort).await,
            Some(&"viewers") => viewers::run(effort).await,
            Some(&"lines") => viewers::changing_lines(effort).await,
            Some(&"commands") => viewers::commands(effort).await,
            Some(&"routers") => fleet::run(effort).await,
            Some(&"one-router") => one_router::run(effort).await,
            Some(&"accuracy") => accuracy::run(effort).await,
            Some(&"scrape") => scrape::run(effort).await,
            #[cfg(feature = "cluster")]
            Some(&"cluster") => cluster::run(effort).await,
            _ => panic!("serving, viewers, lines, commands, routers, one-router, accuracy, scrape or cluster"),
        }
    });
    runtime.shutdown_background();
}
