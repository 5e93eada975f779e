//! mikrotik-rs over loopback, for `cargo xtask bench codec`: WHAT THREADS PORT SECONDS, and one line at the end: things
//! done, seconds, CPU seconds.

use std::hint::black_box;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use mikrotik_rs::{CommandBuilder, Event, MikrotikDevice};
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
    let device = MikrotikDevice::connect(format!("127.0.0.1:{port}"), "admin", Some("bench")).await.unwrap();
    let once = async || match what {
        "print" => rows(&device, "/interface/print").await,
        commands => {
            let commands = 0..commands.parse::<usize>().unwrap();
            let all = commands.map(|_| rows(&device, "/system/identity/print"));
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

async fn rows(device: &MikrotikDevice, path: &str) -> usize {
    let mut events = device.send_command(CommandBuilder::new().command(path).build()).await.unwrap();
    let mut count = 0;
    while let Some(event) = events.recv().await {
        match event {
            Event::Reply { response, .. } => {
                for pair in &response.attributes {
                    black_box(pair);
                }
                count += 1;
            }
            Event::Done { .. } => break,
            other => panic!("{other:?}"),
        }
    }
    count
}

fn cpu() -> Duration {
    clock_gettime(ClockId::ProcessCPUTime).try_into().unwrap()
}
