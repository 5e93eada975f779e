//! Connects, with or without TLS, and sends requests.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::io::{AsyncWriteExt as _, BufReader};
use tokio::net::TcpSocket;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use crate::answer::{Answer, Head};
use crate::connection::{Connection, LIMIT, Stream};
use crate::event_stream::EventStream;
use crate::request::Request;

/// A client of one address.
#[derive(Clone, Debug)]
pub struct Client {
    address: SocketAddr,
    from: Ipv4Addr,
    tls: Option<(Arc<ClientConfig>, ServerName<'static>)>,
}

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
        let mut stream: Box<dyn Stream> = match &self.tls {
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

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;

    use super::*;

    /// Sends these answers, each on a connection of its own.
    async fn server(answers: &'static [&'static str]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            for answer in answers {
                listener.accept().await.unwrap().0.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        address
    }

    #[tokio::test]
    async fn bodies_are_read_however_their_length_is_told() {
        let address = server(&[
            "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"a\": 1}and more",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n5\r\n\": 1}\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\n{\"a\": 1}",
            "HTTP/1.1 204 No Content\r\nX-Kind: none\r\n\r\n",
        ])
        .await;
        let client = Client::new(&address);
        for _ in 0..3 {
            assert_eq!(client.get("/").await.json, json!({"a": 1}));
        }
        let empty = client.get("/").await;
        assert_eq!((empty.status, empty.header("x-kind"), empty.text.as_str()), (204, "none", ""));
    }

    #[tokio::test]
    async fn events_are_found_by_their_name() {
        let address = server(&[
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1f\r\nevent: hello\ndata: {\"b\": 2}\n\n\r\nevent: tick\ndata: 1\n\n",
        ])
        .await;
        let mut stream = Client::new(&address).stream(&Request::new("GET", "/")).await;
        assert_eq!((stream.status(), stream.next("tick").await), (200, json!(1)));
    }
}
