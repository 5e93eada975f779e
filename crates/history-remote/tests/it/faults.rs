//! What a store cannot answer is an error with its cause, never an empty answer.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use lalin_history::{Error, PromQl, StoreFault, When};
use lalin_history_remote::{Address, Client};
use lalin_test_client::free_port;
use tokio::runtime::Runtime;

use crate::stores::{Kind, Server};

fn fault(base: &str, promql: &str, when: When) -> Option<(StoreFault, String)> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = Runtime::new().unwrap();
    let client = runtime.block_on(async { Client::new(Address::new(base).unwrap()).unwrap() });
    match client.ask(promql, when) {
        Ok(_) => None,
        Err(Error::Store { fault, detail }) => Some((fault, detail)),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_store_that_is_not_there_cannot_be_reached() {
    let base = format!("http://127.0.0.1:{}", free_port());
    let (fault, detail) = fault(&base, "up", When::At(0)).unwrap();
    assert_eq!(fault, StoreFault::Unreachable);
    assert!(!detail.contains("127.0.0.1"), "an address may hold a secret: {detail}");
}

#[test]
fn what_a_store_refuses_is_told_with_its_words() {
    let server = Server::start_with(Kind::Prometheus, &["--query.max-samples=5"]);
    assert_eq!(fault(&server.base(), "vector(1)", When::At(1_000)), None);
    let range = When::Range { from_ms: 0, to_ms: 100_000_000, step_ms: 1_000 };
    let (refused, detail) = fault(&server.base(), "vector(1)", range).unwrap();
    assert_eq!(refused, StoreFault::Refused);
    assert!(detail.contains("exceeded maximum resolution"), "{detail}");
    let range = When::Range { from_ms: 0, to_ms: 1_000_000, step_ms: 1_000 };
    let (refused, detail) = fault(&server.base(), "vector(1)", range).unwrap();
    assert_eq!(refused, StoreFault::Refused);
    assert!(detail.contains("too many samples"), "{detail}");
    let (refused, detail) = fault(&server.base(), "sum(", When::At(0)).unwrap();
    assert_eq!(refused, StoreFault::Refused, "{detail}");
    assert_eq!(fault(&format!("{}/elsewhere", server.base()), "up", When::At(0)).unwrap().0, StoreFault::Denied);
}

/// One answer of a server that says what it is told to.
fn answering(status: &str, body: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4_096]);
        stream.write_all(answer.as_bytes()).unwrap();
    });
    base
}

#[test]
fn half_an_answer_is_none() {
    let partial = r#"{"status":"success","isPartial":true,"data":{"resultType":"vector","result":[]}}"#;
    for (status, body, expected) in [
        ("200 OK", partial, StoreFault::Partial),
        ("200 OK", "<html>hello</html>", StoreFault::Unreadable),
        ("401 Unauthorized", "", StoreFault::Denied),
        ("422 Unprocessable Entity", r#"{"status":"error","error":"too many samples"}"#, StoreFault::Refused),
        (
            "503 Service Unavailable",
            r#"{"status":"error","errorType":"timeout","error":"query timed out"}"#,
            StoreFault::TooSlow,
        ),
    ] {
        let (found, detail) = fault(&answering(status, body), "up", When::At(0)).unwrap();
        assert_eq!(found, expected, "{status}: {detail}");
    }
}
