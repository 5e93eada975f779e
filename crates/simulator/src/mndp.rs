//! Neighbour discovery (MNDP) as a router answers it: an announcement to everybody at the start, each minute, and
//! whenever somebody asks. Like the rest of this crate it has an encoder of its own.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::task::AbortOnDropHandle;

/// What a router announces of itself.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Announcement {
    /// `/system/identity`; any bytes.
    pub identity: Vec<u8>,
    /// The model.
    pub board: String,
    /// The version of RouterOS, with its build time.
    pub version: String,
    /// The number of its licence.
    pub software_id: String,
    /// The MAC address of the interface that sends it.
    pub mac: [u8; 6],
    /// The address of that interface, if it has one.
    pub ipv4: Option<Ipv4Addr>,
    /// The name of that interface.
    pub interface: String,
}

impl Default for Announcement {
    fn default() -> Self {
        Self {
            identity: b"MikroTik".to_vec(),
            board: "RB5009UG+S+".to_owned(),
            version: "7.18.2 (stable) 2025-03-11 11:59:04".to_owned(),
            software_id: "LALI-N001".to_owned(),
            mac: [0xDC, 0x2C, 0x6E, 0, 0, 1],
            ipv4: None,
            interface: "ether1".to_owned(),
        }
    }
}

/// Answers neighbour discovery until it is dropped.
pub struct Announcer {
    addr: SocketAddr,
    _task: AbortOnDropHandle<()>,
}

/// How often it announces without a question.
const EVERY: Duration = Duration::from_secs(60);

impl Announcer {
    /// Listens for questions on an address, usually `0.0.0.0:5678`, and announces to `to`, usually
    /// `255.255.255.255:5678`; a question is also answered to its sender.
    ///
    /// # Errors
    /// If the address is not available.
    pub fn start(announced: Announcement, listen: SocketAddr, to: Vec<SocketAddr>) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(listen), Type::DGRAM, Some(Protocol::UDP))?;
        socket.set_reuse_address(true)?;
        #[cfg(all(unix, not(any(target_os = "solaris", target_os = "illumos"))))]
        socket.set_reuse_port(true)?;
        if listen.is_ipv4() {
            socket.set_broadcast(true)?;
        }
        socket.set_nonblocking(true)?;
        socket.bind(&listen.into())?;
        let socket = Arc::new(UdpSocket::from_std(socket.into())?);
        let addr = socket.local_addr()?;
        let task = AbortOnDropHandle::new(tokio::spawn(answer(socket, announced, to)));
        Ok(Self { addr, _task: task })
    }

    /// The address it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

async fn answer(socket: Arc<UdpSocket>, announced: Announcement, to: Vec<SocketAddr>) {
    let begun = Instant::now();
    let mut sequence = 0_u16;
    let mut minute = interval(EVERY);
    minute.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut question = [0; 64];
    loop {
        let asker = tokio::select! {
            _ = minute.tick() => None,
            asked = socket.recv_from(&mut question) => match asked {
                // Four zero bytes, perhaps followed by an empty field; announcements are longer.
                Ok((length @ 4..=9, asker)) if question[..length.min(4)] == [0; 4] => Some(asker),
                _ => continue,
            },
        };
        sequence = sequence.wrapping_add(1);
        let datagram = announced.encode(sequence, begun.elapsed());
        for target in to.iter().chain(&asker) {
            // A network that is down may come back.
            let _ = socket.send_to(&datagram, target).await;
        }
    }
}

impl Announcement {
    /// Sets the name of the router, in any code page.
    #[must_use]
    pub fn identity(mut self, identity: impl Into<Vec<u8>>) -> Self {
        self.identity = identity.into();
        self
    }

    /// Sets the model.
    #[must_use]
    pub fn board(mut self, board: impl Into<String>) -> Self {
        self.board = board.into();
        self
    }

    /// Sets the version of RouterOS.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Sets the number of the licence.
    #[must_use]
    pub fn software_id(mut self, id: impl Into<String>) -> Self {
        self.software_id = id.into();
        self
    }

    /// Sets the name, the MAC address and the address of the interface that sends it.
    #[must_use]
    pub fn interface(mut self, name: impl Into<String>, mac: [u8; 6], ipv4: Option<Ipv4Addr>) -> Self {
        (self.interface, self.mac, self.ipv4) = (name.into(), mac, ipv4);
        self
    }

    /// Sets the address of the interface that sends it.
    #[must_use]
    pub fn ipv4(mut self, address: Option<Ipv4Addr>) -> Self {
        self.ipv4 = address;
        self
    }

    fn encode(&self, sequence: u16, uptime: Duration) -> Vec<u8> {
        let mut datagram = vec![0xEF, 0x65];
        datagram.extend(sequence.to_be_bytes());
        let mut put = |kind: u8, value: &[u8]| {
            let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
            datagram.extend([0, kind]);
            datagram.extend(length.to_be_bytes());
            datagram.extend(&value[..usize::from(length)]);
        };
        put(1, &self.mac);
        put(5, &self.identity);
        put(7, self.version.as_bytes());
        put(8, b"MikroTik");
        put(10, &u32::try_from(uptime.as_secs()).unwrap_or(u32::MAX).to_le_bytes());
        put(11, self.software_id.as_bytes());
        put(12, self.board.as_bytes());
        put(14, &[1]);
        put(16, self.interface.as_bytes());
        if let Some(address) = self.ipv4 {
            put(17, &address.octets());
        }
        put(18, &[0]);
        datagram
    }
}
