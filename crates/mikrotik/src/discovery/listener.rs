//! Listening for routers and asking for them, on every suitable interface of this machine.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep};
use tokio_util::task::AbortOnDropHandle;

use super::neighbours::{Neighbour, Neighbours};
use super::packet::{Announcement, REQUEST};

/// MNDP's port.
const PORT: u16 = 5678;
/// Larger than any real announcement; what is longer is cut by the system, and then malformed.
const LARGEST: usize = 2_048;
/// All nodes of a link.
const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xFF02, 0, 0, 0, 0, 0, 0, 1);
/// A flood takes no more of the processor than this many datagrams a pause.
const BURST: u32 = 64;
const BREATH: Duration = Duration::from_millis(10);

/// How routers are looked for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DiscoverySettings {
    /// The UDP port: 5678.
    pub port: u16,
    /// How often it is asked: 5 s.
    pub ask_every: Duration,
    /// After this much silence a router is forgotten: 3 min.
    pub forget_after: Duration,
    /// Addresses to ask besides the interfaces' own networks; empty.
    pub also_ask: Vec<SocketAddr>,
}

impl Default for DiscoverySettings {
    fn default() -> Self {
        Self {
            port: PORT,
            ask_every: Duration::from_secs(5),
            forget_after: Duration::from_secs(180),
            also_ask: Vec::new(),
        }
    }
}

/// Looks for routers by MNDP until it is dropped.
pub struct Discovery {
    shared: Arc<Shared>,
    changes: watch::Receiver<u64>,
    deaf: Option<String>,
    _tasks: Vec<AbortOnDropHandle<()>>,
}

struct Shared {
    found: Mutex<Found>,
    changed: watch::Sender<u64>,
    ask: Notify,
}

#[derive(Default)]
struct Found {
    neighbours: Neighbours,
    /// The names of this machine's interfaces by their numbers.
    zones: HashMap<u32, String>,
    malformed: u64,
}

impl Discovery {
    /// Begins to listen, and asks at once. Needs a runtime.
    ///
    /// # Errors
    /// When neither an IPv4 nor an IPv6 socket can be had on the port.
    pub fn start(settings: DiscoverySettings) -> io::Result<Self> {
        let v4 = listen(Ipv4Addr::UNSPECIFIED.into(), settings.port);
        let v6 = listen(Ipv6Addr::UNSPECIFIED.into(), settings.port);
        let deaf = v4.as_ref().err().map(ToString::to_string);
        let sockets = match (v4, v6) {
            (Err(error), Err(_)) => return Err(error),
            (v4, v6) => {
                for (family, error) in [("IPv4", v4.as_ref().err()), ("IPv6", v6.as_ref().err())] {
                    if let Some(error) = error {
                        let port = settings.port;
                        tracing::warn!(%error, "UDP port {port} cannot be listened on by {family}: routers may stay unheard");
                    }
                }
                [v4, v6].into_iter().filter_map(Result::ok).map(Arc::new).collect::<Vec<_>>()
            }
        };
        let (changed, changes) = watch::channel(0);
        let shared = Arc::new(Shared { found: Mutex::default(), changed, ask: Notify::new() });
        let hear = |socket: &Arc<UdpSocket>| AbortOnDropHandle::new(tokio::spawn(hear(socket.clone(), shared.clone())));
        let mut tasks: Vec<_> = sockets.iter().map(hear).collect();
        tasks.push(AbortOnDropHandle::new(tokio::spawn(ask(sockets, shared.clone(), settings))));
        Ok(Self { shared, changes, deaf, _tasks: tasks })
    }

    /// Why nothing is heard by IPv4, by which nearly all routers tell of themselves; `None` where all is well.
    pub fn deaf(&self) -> Option<&str> {
        self.deaf.as_deref()
    }

    /// Everyone who was heard, by name.
    pub fn found(&self) -> Vec<Neighbour> {
        let found = self.shared.found();
        let mut all = found.neighbours.list();
        for neighbour in &mut all {
            let index = neighbour.zone_index;
            // On Windows a zone is a number in any case.
            let name = |index: u32| found.zones.get(&index).cloned().unwrap_or_else(|| index.to_string());
            neighbour.zone = index.map(name);
        }
        all
    }

    /// How many datagrams on the port were no MNDP.
    pub fn malformed(&self) -> u64 {
        self.shared.found().malformed
    }

    /// Asks now, not at the next turn.
    pub fn ask(&self) {
        self.shared.ask.notify_one();
    }

    /// Waits until there is something new in [`Discovery::found`].
    pub async fn changed(&mut self) {
        if self.changes.changed().await.is_err() {
            std::future::pending().await
        }
    }
}

impl Shared {
    fn found(&self) -> MutexGuard<'_, Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, datagram: &[u8], source: SocketAddr) {
        let news = {
            let mut found = self.found();
            match Announcement::read(datagram) {
                Ok(None) => false,
                Ok(Some(told)) => found.neighbours.hear(told, source, Instant::now()),
                Err(error) => {
                    tracing::debug!(%source, %error, "no MNDP");
                    found.malformed += 1;
                    false
                }
            }
        };
        if news {
            self.changed.send_modify(|count| *count = count.wrapping_add(1));
        }
    }
}

/// Takes in what comes.
async fn hear(socket: Arc<UdpSocket>, shared: Arc<Shared>) {
    let mut datagram = vec![0; LARGEST];
    let mut burst = 0;
    loop {
        match socket.recv_from(&mut datagram).await {
            Ok((length, source)) => shared.take(&datagram[..length], source),
            // Such as an answer that nobody listened for; the socket is as good as before.
            Err(error) => {
                tracing::debug!(%error, "discovery");
                sleep(BREATH).await;
            }
        }
        burst += 1;
        if burst >= BURST {
            burst = 0;
            sleep(BREATH).await;
        }
    }
}

/// Asks, and forgets routers that are silent.
async fn ask(sockets: Vec<Arc<UdpSocket>>, shared: Arc<Shared>, settings: DiscoverySettings) {
    loop {
        let links = tokio::task::spawn_blocking(links).await.unwrap_or_default();
        if cfg!(unix) {
            shared.found().zones = links.iter().map(|link| (link.index, link.name.clone())).collect();
        }
        for socket in &sockets {
            let v4 = socket.local_addr().is_ok_and(|address| address.is_ipv4());
            for link in &links {
                question(socket, v4, link, settings.port).await;
            }
            for target in settings.also_ask.iter().filter(|target| target.is_ipv4() == v4) {
                let _ = socket.send_to(&REQUEST, target).await;
            }
        }
        tokio::select! {
            () = sleep(settings.ask_every) => {}
            () = shared.ask.notified() => {}
        }
        if shared.found().neighbours.forget(settings.forget_after) {
            shared.changed.send_modify(|count| *count = count.wrapping_add(1));
        }
    }
}

/// An interface that may have a router on its other side.
struct Link {
    index: u32,
    name: String,
    own: Vec<Ipv4Addr>,
    broadcasts: Vec<Ipv4Addr>,
}

fn links() -> Vec<Link> {
    let suitable =
        |interface: &netdev::Interface| interface.is_up() && !interface.is_loopback() && !interface.is_point_to_point();
    netdev::get_interfaces()
        .into_iter()
        .filter(suitable)
        .map(|interface| Link {
            index: interface.index,
            name: interface.name.clone(),
            own: interface.ipv4.iter().map(|network| network.addr()).collect(),
            broadcasts: interface.ipv4.iter().map(|network| network.broadcast()).collect(),
        })
        .collect()
}

/// Asks on one interface. That it cannot be asked there is no failure of the others.
async fn question(socket: &UdpSocket, v4: bool, link: &Link, port: u16) {
    if !v4 {
        let _ = socket.send_to(&REQUEST, SocketAddrV6::new(ALL_NODES, port, 0, link.index)).await;
        return;
    }
    for broadcast in &link.broadcasts {
        let _ = socket.send_to(&REQUEST, (*broadcast, port)).await;
    }
    for own in &link.own {
        // The broadcast to everybody leaves by the interface whose address the socket has.
        let Ok(sender) = UdpSocket::bind((*own, 0)).await else { continue };
        if sender.set_broadcast(true).is_ok() {
            let _ = sender.send_to(&REQUEST, (Ipv4Addr::BROADCAST, port)).await;
        }
    }
}

/// A socket that shares the port: Winbox or another instance may be listening, too.
fn listen(address: IpAddr, port: u16) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(SocketAddr::new(address, port)), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_reuse_address(true)?;
    #[cfg(all(unix, not(any(target_os = "solaris", target_os = "illumos"))))]
    socket.set_reuse_port(true)?;
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    } else {
        socket.set_broadcast(true)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&SocketAddr::new(address, port).into())?;
    UdpSocket::from_std(socket.into())
}
