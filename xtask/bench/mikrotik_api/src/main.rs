//! mikrotik_api over loopback, for `cargo xtask bench codec`: WHAT THREADS PORT SECONDS, and one line at the end: things
//! done, seconds, CPU seconds.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use mikrotik_api::{Authenticated, MikrotikAPI};
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::Builder;

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let [_, what, threads, port, seconds] = &words[..] else { panic!("WHAT THREADS PORT SECONDS") };
    let mut builder = if threads == "one" { Builder::new_current_thread() } else { Builder::new_multi_thread() };
    let budget = Duration::from_secs_f64(seconds.parse().unwrap());
    builder.enable_all().build().unwrap().block_on(run(what, port, budget));
}

async fn run(what: &str, port: &str, budget: Duration) {
    let api = mikrotik_api::connect(format!("127.0.0.1:{port}")).await.unwrap();
    let api = api.authenticate("admin", "bench").await.unwrap();
    let once = async || match what {
        "print" => rows(&api, "/interface/print").await,
        // Its own type of an interface, of 23 properties.
        "typed" => {
            let rows = api.interfaces().await.unwrap();
            for row in &rows {
                black_box(row);
            }
            rows.len()
        }
        commands => {
            let commands = 0..commands.parse::<usize>().unwrap();
            let all = commands.map(|_| rows(&api, "/system/identity/print"));
            join_all(all).await.into_iter().sum()
        }
    };
    once().await;
    let (begin, before, mut done) = (Instant::now(), cpu(), 0);
    while begin.elapsed() < budget {
        done += once().await;
    }
    println!("{done} {} {}", begin.elapsed().as_secs_f64(), (cpu() - before).as_secs_f64());
}

async fn rows(api: &MikrotikAPI<Authenticated>, path: &str) -> usize {
    let rows = api.generic_array_call::<HashMap<String, String>>(path, None).await.unwrap();
    for pair in rows.iter().flatten() {
        black_box(pair);
    }
    rows.len()
}

fn cpu() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime).try_into().unwrap()
}
