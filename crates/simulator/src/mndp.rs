//! Neighbour discovery as a router answers it: an announcement to everybody at the start, each minute, and whenever
//! somebody asks. With an encoder of its own, as all of this crate.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::task::AbortOnDropHandle;

/// What is announced.
#[derive(Clone, Debug)]
pub struct Announced {
    /// `/system/identity`; any bytes.
    pub identity: Vec<u8>,
    /// The model.
    pub board: String,
    /// RouterOS' version with the time of its build.
    pub version: String,
    /// The licence's number.
    pub software_id: String,
    /// The MAC address of the interface by which it is sent.
    pub mac: [u8; 6],
    /// The address on that interface, where it has one.
    pub ipv4: Option<Ipv4Addr>,
    /// That interface's name.
    pub interface: String,
}

impl Default for Announced {
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

/// So often it is announced without a question.
const EVERY: Duration = Duration::from_secs(60);

impl Announcer {
    /// Listens for questions on an address, usually `0.0.0.0:5678`, and announces to `to`, usually
    /// `255.255.255.255:5678`; a question is answered to who asked, too.
    ///
    /// # Errors
    /// Where the address cannot be had.
    pub fn start(announced: Announced, listen: SocketAddr, to: Vec<SocketAddr>) -> io::Result<Self> {
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

    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }
}

async fn answer(socket: Arc<UdpSocket>, announced: Announced, to: Vec<SocketAddr>) {
    let begun = Instant::now();
    let mut sequence = 0_u16;
    let mut minute = interval(EVERY);
    minute.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut question = [0; 64];
    loop {
        let asker = tokio::select! {
            _ = minute.tick() => None,
            asked = socket.recv_from(&mut question) => match asked {
                // Four zero bytes, perhaps with an empty field behind them; our own announcements are longer.
                Ok((length @ 4..=9, asker)) if question[..length.min(4)] == [0; 4] => Some(asker),
                _ => continue,
            },
        };
        sequence = sequence.wrapping_add(1);
        let datagram = announced.encode(sequence, begun.elapsed());
        for target in to.iter().chain(&asker) {
            // A network that is down is no reason to end.
            let _ = socket.send_to(&datagram, target).await;
        }
    }
}

impl Announced {
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
