//! `cargo xtask bench attack`: what strangers without an account can do to a server that has 512 MB.
//!
//! Everything is on loopback; other addresses are other ones of 127.0.0.0/8, which the server counts like any
//! stranger's. While the attack lasts a viewer's open stream may miss no tick, and a new visitor is answered within 1 s.

#![expect(clippy::disallowed_types, reason = "this measures real time, there is no runtime to pause")]

use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use socket2::{Domain, Socket, Type};

use crate::process::{Owned, built, cargo, done};

/// What the service's unit allows.
const MEMORY: u64 = 512 << 20;
/// The longest a new visitor may wait.
const SLOWEST: Duration = Duration::from_secs(1);
/// How long each part of the attack is kept up.
const KEPT_UP: Duration = Duration::from_secs(8);
/// As many addresses as the strangers come from.
const ADDRESSES: usize = 500;

/// One part of the attack: how many connections, and what each of them sends.
struct Part {
    name: &'static str,
    connections: usize,
    /// From this many addresses.
    addresses: usize,
    sends: fn() -> Vec<u8>,
}

const PARTS: [Part; 6] = [
    Part {
        name: "65,000 of 65,500 bytes of a login, from 500 addresses",
        connections: 6_000,
        addresses: ADDRESSES,
        sends: unfinished,
    },
    Part {
        name: "65,000 of 65,500 bytes of a login, from one address",
        connections: 6_000,
        addresses: 1,
        sends: unfinished,
    },
    Part {
        name: "4,000 of 4,090 bytes of a login",
        connections: 6_000,
        addresses: ADDRESSES,
        sends: small_and_unfinished,
    },
    Part { name: "connections that say nothing", connections: 8_400, addresses: ADDRESSES, sends: Vec::new },
    Part {
        name: "a head of 120,000 bytes without an end",
        connections: 6_000,
        addresses: ADDRESSES,
        sends: endless_head,
    },
    Part {
        name: "four pages asked for at once, and no answer read",
        connections: 3_000,
        addresses: ADDRESSES,
        sends: pipelined,
    },
];

pub(crate) fn attack(root: &Path, words: &[&str]) -> Result<()> {
    let profile = match words {
        [] => "release",
        ["debug"] => "debug",
        _ => bail!("bench attack [debug]"),
    };
    let mut build = cargo();
    build.args(["build", "--locked", "--package", "lalin"]).current_dir(root);
    if profile == "release" {
        build.arg("--release");
    }
    done(&mut build)?;
    let folder = std::env::temp_dir().join(format!("lalin-attack-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let group = Group::new();
    println!(
        "the server {}",
        group.as_ref().map_or("has no memory limit here: only its peak is checked", |group| group.kind)
    );
    let (mut server, address) = start(&built(root, profile, "lalin"), &folder, group.as_ref())?;
    let quiet = peak(server.id(), group.as_ref());
    let result = under_attack(&mut server, address, group.as_ref());
    println!(
        "memory: {} before, {} at the most (bar {})",
        mega(quiet),
        mega(peak(server.id(), group.as_ref())),
        mega(MEMORY)
    );
    let most = peak(server.id(), group.as_ref());
    drop(server);
    fs::remove_dir_all(&folder)?;
    result?;
    if most >= MEMORY {
        bail!("over the bar");
    }
    Ok(())
}

fn mega(bytes: u64) -> String {
    format!("{:.0} MB", bytes as f64 / 1e6)
}

fn under_attack(server: &mut Owned, address: SocketAddr, group: Option<&Group>) -> Result<()> {
    let stop = Arc::new(AtomicBool::new(false));
    let viewer = Viewer::open(address, stop.clone())?;
    let visitor = Visitor::start(address, stop.clone());
    let mut failures = Vec::new();
    for part in &PARTS {
        let begin = Instant::now();
        let held = strangers(address, part);
        while begin.elapsed() < KEPT_UP {
            if let Some(status) = server.try_wait()? {
                bail!("{}: the server ended: {status}", part.name);
            }
            std::thread::park_timeout(Duration::from_millis(100));
        }
        let (answered, slowest, missed) = visitor.taken();
        println!(
            "{} x {}: {} stood; {answered} visitors answered, the slowest in {:.0} ms, {missed} not; {}",
            part.connections,
            part.name,
            held.len(),
            slowest.as_secs_f64() * 1e3,
            mega(peak(server.id(), group)),
        );
        if slowest > SLOWEST || missed > 0 || answered == 0 {
            failures.push(part.name);
        }
    }
    stop.store(true, Ordering::Relaxed);
    let ticks = viewer.end()?;
    visitor.end();
    println!("the viewer who was there before saw {} ticks without a gap", ticks);
    if !failures.is_empty() {
        bail!("a new visitor waited for more than {} ms under: {}", SLOWEST.as_millis(), failures.join(", "));
    }
    Ok(())
}

// ===== what the strangers send =====

fn login(length: usize, sent: usize) -> Vec<u8> {
    let mut bytes = format!(
        "POST /api/v1/login HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
    )
    .into_bytes();
    bytes.extend_from_slice(br#"{"name":""#);
    bytes.resize(bytes.len() + sent, b'a');
    bytes
}

fn unfinished() -> Vec<u8> {
    login(65_500, 65_000)
}

fn small_and_unfinished() -> Vec<u8> {
    login(4_090, 4_000)
}

fn endless_head() -> Vec<u8> {
    let mut bytes = b"GET / HTTP/1.1\r\nHost: localhost\r\n".to_vec();
    for n in 0..1_200 {
        bytes.extend_from_slice(format!("X-{n:05}: {}\r\n", "a".repeat(89)).as_bytes());
    }
    bytes
}

fn pipelined() -> Vec<u8> {
    b"GET /prepaid/dashboard HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(4)
}

/// Opens the connections of a part and sends what it sends, as far as the system takes it. Those that stand.
fn strangers(address: SocketAddr, part: &Part) -> Vec<TcpStream> {
    let bytes = (part.sends)();
    let open = |n: usize| -> std::io::Result<TcpStream> {
        let mut stream = connect(source(n % part.addresses), address)?;
        stream.set_nonblocking(true)?;
        match stream.write(&bytes) {
            Err(error) if error.kind() != ErrorKind::WouldBlock => Err(error),
            _ => Ok(stream),
        }
    };
    (0..part.connections).filter_map(|n| open(n).ok()).collect()
}

/// An address of a stranger's.
fn source(n: usize) -> Ipv4Addr {
    let [.., high, low] = (n as u32).to_be_bytes();
    Ipv4Addr::new(127, 1, high, low.wrapping_add(1))
}

fn connect(from: Ipv4Addr, to: SocketAddr) -> std::io::Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.bind(&SocketAddr::from((from, 0)).into())?;
    socket.connect_timeout(&to.into(), Duration::from_secs(2))?;
    Ok(socket.into())
}

// ===== who must not notice =====

/// Somebody whose stream is open since before the attack.
struct Viewer(JoinHandle<Result<usize>>);

impl Viewer {
    fn open(address: SocketAddr, stop: Arc<AtomicBool>) -> Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(stream, "GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
        Ok(Self(std::thread::spawn(move || {
            let (mut ticks, mut last) = (0, None);
            for line in BufReader::new(stream).lines() {
                let line = line.context("the viewer's stream")?;
                let tick =
                    line.strip_prefix("data: {\"seq\":").and_then(|rest| rest.split(',').next()?.parse::<u64>().ok());
                if let Some(seq) = tick {
                    if last.is_some_and(|last| seq != last + 1) {
                        bail!("the viewer missed a tick: {seq} after {last:?}");
                    }
                    (ticks, last) = (ticks + 1, Some(seq));
                }
                if stop.load(Ordering::Relaxed) {
                    return Ok(ticks);
                }
            }
            bail!("the viewer's stream ended after {ticks} ticks")
        })))
    }

    fn end(self) -> Result<usize> {
        self.0.join().map_err(|_| anyhow::anyhow!("the viewer"))?
    }
}

/// How many were answered, the slowest, and how many were not.
type Seen = (usize, Duration, usize);

/// Somebody new every half a second, each on a connection of their own.
struct Visitor {
    seen: Arc<Mutex<Seen>>,
    asking: JoinHandle<()>,
}

impl Visitor {
    fn start(address: SocketAddr, stop: Arc<AtomicBool>) -> Self {
        let seen = Arc::new(Mutex::new((0, Duration::ZERO, 0)));
        let shared = seen.clone();
        let asking = std::thread::spawn(move || {
            let mut n = 0_u8;
            while !stop.load(Ordering::Relaxed) {
                n = n.wrapping_add(1);
                let answer = ask(Ipv4Addr::new(127, 2, 0, n.max(1)), address);
                let mut seen = shared.lock().unwrap_or_else(PoisonError::into_inner);
                match answer {
                    Ok(took) => (seen.0, seen.1) = (seen.0 + 1, seen.1.max(took)),
                    Err(error) => {
                        println!("  a visitor was not answered: {error:#}");
                        seen.2 += 1;
                    }
                }
                drop(seen);
                std::thread::park_timeout(Duration::from_millis(500));
            }
        });
        Self { seen, asking }
    }

    fn taken(&self) -> Seen {
        std::mem::replace(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner), (0, Duration::ZERO, 0))
    }

    fn end(self) {
        let _ = self.asking.join();
    }
}

/// The page, and whether the server is well: how long the slower of both took.
fn ask(from: Ipv4Addr, address: SocketAddr) -> Result<Duration> {
    let mut slowest = Duration::ZERO;
    for path in ["/prepaid/dashboard", "/healthz"] {
        let begin = Instant::now();
        let mut stream = connect(from, address)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).context(path)?;
        if !answer.starts_with(b"HTTP/1.1 200") {
            bail!("{path}: {}", String::from_utf8_lossy(&answer[..answer.len().min(40)]));
        }
        slowest = slowest.max(begin.elapsed());
    }
    Ok(slowest)
}

// ===== the server, and its memory =====

fn start(binary: &Path, folder: &Path, group: Option<&Group>) -> Result<(Owned, SocketAddr)> {
    let mut command = Command::new("sh");
    let enter = group.map_or(String::new(), |group| format!("echo $$ > {}/cgroup.procs && ", group.path.display()));
    command.args(["-c", &format!("{enter}exec \"$@\""), "sh"]).arg(binary).args(["demo", "--listen", "127.0.0.1:0"]);
    command.current_dir(folder).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut server = Owned::start(&mut command)?;
    let stdout = server.stdout.take().context("no output")?;
    let address = super::start::address(stdout).context("no line with the address within the limit")?;
    Ok((server, address.parse()?))
}

/// A control group with the unit's limit; removed when dropped.
struct Group {
    path: PathBuf,
    kind: &'static str,
}

impl Group {
    /// `None` where none can be made: not Linux, or not allowed.
    fn new() -> Option<Self> {
        let name = format!("lalin-attack-{}", std::process::id());
        let (root, limit, kind) = match Path::new("/sys/fs/cgroup/cgroup.controllers").exists() {
            true => ("/sys/fs/cgroup", "memory.max", "is in a control group (v2) of 512 MB"),
            false => (
                "/sys/fs/cgroup/memory",
                "memory.limit_in_bytes",
                "is in a control group (v1) of 512 MB, which does not count what the sockets hold",
            ),
        };
        let path = Path::new(root).join(name);
        fs::create_dir(&path).ok()?;
        let group = Self { path, kind };
        fs::write(group.path.join(limit), MEMORY.to_string()).ok()?;
        Some(group)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Only an empty one can be removed; the server is waited for before.
        let _ = fs::remove_dir(&self.path);
    }
}

/// The most memory so far: of the group, or of the process.
fn peak(process: u32, group: Option<&Group>) -> u64 {
    let of_group = group.and_then(|group| {
        let read = |name: &str| fs::read_to_string(group.path.join(name)).ok();
        read("memory.peak").or_else(|| read("memory.max_usage_in_bytes"))?.trim().parse().ok()
    });
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let of_process = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = of_process.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    of_group.or(kilobytes.map(|kilobytes| kilobytes << 10)).unwrap_or(0)
}
