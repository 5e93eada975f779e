//! Connects, with or without TLS, and sends requests.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpSocket;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::answer::{Answer, Head};
use crate::{EventStream, Request};

/// The longest anything may take, on a busy machine.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

/// A client of one address.
#[derive(Clone, Debug)]
pub struct Client {
    address: SocketAddr,
    from: Ipv4Addr,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
}

pub(crate) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

pub(crate) type Connection = BufReader<Box<dyn Io>>;

impl Client {
    /// A client of `address`, such as `127.0.0.1:3000`.
    pub fn new(address: &str) -> Self {
        let address = address.parse().unwrap_or_else(|error| panic!("{address}: {error}"));
        Self { address, from: Ipv4Addr::UNSPECIFIED, tls: None }
    }

    /// Makes it connect from this address.
    #[must_use]
    pub fn from(self, from: Ipv4Addr) -> Self {
        Self { from, ..self }
    }

    /// Makes it speak TLS to a server of this name.
    #[must_use]
    pub fn tls(self, config: Arc<ClientConfig>, name: &str) -> Self {
        Self { tls: Some((config, ServerName::try_from(name.to_owned()).unwrap())), ..self }
    }

    /// Asks once.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(&Request::new("GET", path)).await
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(&self, request: &Request) -> Answer {
        let answer = async {
            let (head, connection) = self.open(request).await;
            Answer::read(head, connection, request.method == "HEAD").await
        };
        timeout(LIMIT, answer).await.unwrap_or_else(|_| panic!("no answer in {LIMIT:?}: {request:?}"))
    }

    /// Sends a request whose answer is an event stream.
    pub async fn stream(&self, request: &Request) -> EventStream {
        let opened = timeout(LIMIT, self.open(request)).await;
        let (head, connection) = opened.unwrap_or_else(|_| panic!("no stream in {LIMIT:?}: {request:?}"));
        EventStream::new(head, connection)
    }

    async fn open(&self, request: &Request) -> (Head, Connection) {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((self.from, 0).into()).unwrap();
        let tcp = socket.connect(self.address).await;
        let tcp = tcp.unwrap_or_else(|error| panic!("{}: {error}", self.address));
        let mut stream: Box<dyn Io> = match &self.tls {
            None => Box::new(tcp),
            Some((config, name)) => {
                let connector = TlsConnector::from(config.clone());
                Box::new(connector.connect(name.clone(), tcp).await.unwrap())
            }
        };
        stream.write_all(&request.bytes(&self.address.to_string())).await.unwrap();
        stream.flush().await.unwrap();
        let mut connection = BufReader::new(stream);
        (Head::read(&mut connection).await, connection)
    }
}

/// Runs a future to its end, for tests without a runtime.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(future)
}
