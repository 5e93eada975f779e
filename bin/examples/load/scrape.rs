//! One router scraped: by Lalin, and by mktxp, the exporter that most people use.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use routeros_simulator::Simulator;
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep};

use crate::client::{EventStream, get};
use crate::report::{Effort, median, number, row};
use crate::server::{Lalin, configuration, cpu, memory, near, ports};

/// What mktxp is told to read: interfaces alone, as Lalin does.
const OFF: [&str; 28] = [
    "health",
    "installed_packages",
    "dhcp",
    "dhcp_lease",
    "connections",
    "connection_stats",
    "route",
    "pool",
    "firewall",
    "neighbor",
    "dns",
    "poe",
    "monitor",
    "netwatch",
    "public_ip",
    "wireless",
    "wireless_clients",
    "capsman",
    "capsman_clients",
    "user",
    "queue",
    "bgp",
    "routing_stats",
    "certificate",
    "kid_control_devices",
    "kid_control_assigned",
    "eoip",
    "gre",
];

pub(crate) async fn run(effort: Effort) {
    let router = near(ports(50)).await;
    let lalin = Lalin::start(&configuration(Duration::from_secs(2), [&router])).await;
    let mut viewer = EventStream::open(&lalin.address, "/api/v1/stream?window=0").await.unwrap();
    viewer.tick().await;
    viewer.tick().await;
    let watching = tokio::spawn(async move { while viewer.next().await.is_some() {} });
    let before = (router.handle().usage(), lalin.cpu());
    let times = scrapes(&lalin.address, effort).await;
    watching.abort();
    let asked = router.handle().usage().prints - before.0.prints;
    row(
        "a scrape of one router of 50 interfaces, Lalin",
        format!(
            "{} ms; {asked} prints meanwhile, those of the viewer; {:.1} s of CPU; {} MB",
            number(median(times)),
            (lalin.cpu() - before.1).as_secs_f64(),
            number(lalin.memory() / 1e6)
        ),
        None,
    );
    match mktxp(&near(ports(50)).await, effort).await {
        Ok(()) => {}
        Err(why) => row("the same, mktxp", format!("not measured: {why}"), None),
    }
}

async fn scrapes(address: &str, effort: Effort) -> Vec<f64> {
    let mut times = Vec::new();
    for _ in 0..effort.pick(5, 2) {
        // mktxp answers from its memory for five seconds.
        sleep(effort.pick(Duration::from_millis(5_500), Duration::from_millis(500))).await;
        let begun = Instant::now();
        let answer = get(address, "/metrics").await;
        assert!(answer.head.contains(" 200 "), "{}", answer.head);
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    times
}

async fn mktxp(router: &Simulator, effort: Effort) -> Result<(), String> {
    let python = PathBuf::from(std::env::var_os("BENCH_PYTHON").ok_or("it is not installed")?);
    let folder = std::env::temp_dir().join(format!("lalin-mktxp-{}", std::process::id()));
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).map_err(|e| e.to_string())?;
    let off: String = OFF.iter().map(|name| format!("    {name} = False\n")).collect();
    let address = router.addr().ok_or("no simulated router")?;
    let routers = format!(
        "[bench]\n    hostname = {}\n[default]\n    enabled = True\n    port = {}\n    username = admin\n    \
         password = \"\"\n    interface = True\n{off}",
        address.ip(),
        address.port()
    );
    let server = format!("[MKTXP]\n    listen = '{port}'\n    socket_timeout = 5\n");
    for (name, text) in [("mktxp.conf", routers), ("_mktxp.conf", server)] {
        std::fs::write(folder.join(name), text).map_err(|error| error.to_string())?;
    }
    let program = python.with_file_name("mktxp");
    let mut child = Command::new(program)
        .arg("--cfg-dir")
        .arg(&folder)
        .arg("export")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| error.to_string())?;
    let measured = measured(&mut child, router, &port.to_string(), effort).await;
    let _ = child.kill().await;
    let _ = std::fs::remove_dir_all(folder);
    measured
}

async fn measured(child: &mut Child, router: &Simulator, address: &str, effort: Effort) -> Result<(), String> {
    let begun = Instant::now();
    while TcpStream::connect(address).await.is_err() {
        if begun.elapsed() > Duration::from_secs(30) || child.try_wait().is_ok_and(|ended| ended.is_some()) {
            return Err("it does not serve".into());
        }
        sleep(Duration::from_millis(200)).await;
    }
    let pid = child.id().ok_or("it ended")?;
    let (before, used) = (router.handle().usage(), cpu(pid));
    let times = scrapes(address, effort).await;
    let after = router.handle().usage();
    row(
        "the same, mktxp (from PyPI), interfaces alone",
        format!(
            "{} ms; {} commands; {:.1} s of CPU; {} MB",
            number(median(times)),
            after.commands - before.commands,
            (cpu(pid) - used).as_secs_f64(),
            number(memory(pid, "VmRSS:") / 1e6)
        ),
        None,
    );
    let body = get(address, "/metrics").await.body;
    if !String::from_utf8_lossy(&body).contains("mktxp_interface_rx_byte_total") {
        return Err("its answer has no interfaces".into());
    }
    Ok(())
}
