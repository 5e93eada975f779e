//! Rows as a caller's own types.

use std::collections::HashMap;
use std::time::Duration;

use bytes::BytesMut;
use routeros::{Client, Codec, Error, Limits, RowError, Sentence};
use serde::Deserialize;
use tokio_util::codec::Decoder;

use crate::peer::{client, sentence};

fn row<W: AsRef<[u8]>>(attributes: &[W]) -> Sentence {
    let words: Vec<&[u8]> = [&b"!re"[..]].into_iter().chain(attributes.iter().map(AsRef::as_ref)).collect();
    Codec::new(Limits::default()).decode(&mut BytesMut::from(&sentence(&words)[..])).unwrap().unwrap()
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Ether,
    PppoeIn,
    #[serde(other)]
    Other,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Interface {
    id: String,
    name: String,
    #[serde(rename = "type")]
    kind: Kind,
    rx_byte: u64,
    #[serde(default)]
    running: bool,
    #[serde(default)]
    disabled: bool,
    comment: Option<String>,
    actual_mtu: Option<u16>,
    uptime: Option<Duration>,
}

#[test]
fn a_row_becomes_a_struct() {
    let read: Interface = row(&[
        "=.id=*1",
        "=name=<pppoe-budi>",
        "=type=pppoe-in",
        "=rx-byte=18446744073709551615",
        "=running=yes",
        "=comment=",
        "=actual-mtu=1480",
        "=uptime=6w6d18:33:07",
        "=unheard-of=1",
    ])
    .read()
    .unwrap();
    let expected = Interface {
        id: "*1".into(),
        name: "<pppoe-budi>".into(),
        kind: Kind::PppoeIn,
        rx_byte: u64::MAX,
        running: true,
        disabled: false,
        comment: None,
        actual_mtu: Some(1480),
        uptime: Some(Duration::from_secs(4_213_987)),
    };
    assert_eq!(read, expected);
    let read: Interface = row(&["=.id=*2", "=name=x", "=type=new-in-8", "=rx-byte=0"]).read().unwrap();
    assert_eq!(read.kind, Kind::Other);
}

#[test]
fn names_in_the_routers_own_spelling_are_found_too() {
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    struct Counters<'a> {
        #[serde(rename = ".id")]
        id: &'a str,
        rx_byte: u64,
    }
    let row = row(&["=.id=*1", "=rx-byte=5"]);
    let counters: Counters = row.read().unwrap();
    assert_eq!((counters.id, counters.rx_byte), ("*1", 5));
}

#[test]
fn an_attribute_called_just_like_the_field_comes_first() {
    #[derive(Deserialize)]
    struct Job {
        id: String,
    }
    assert_eq!(row(&["=.id=*1", "=id=job"]).read::<Job>().unwrap().id, "job");
    assert_eq!(row(&["=id=job", "=.id=*1"]).read::<Job>().unwrap().id, "job");
}

#[test]
fn an_error_names_the_key_and_the_value() {
    let base = ["=.id=*1", "=name=x", "=type=ether"];
    let wrong = |last: &str| row(&[&base[..], &[last]].concat()).read::<Interface>().unwrap_err();
    let error = wrong("=rx-byte=27.8kbps");
    assert_eq!((error.key.as_deref(), error.value.as_deref()), (Some("rx-byte"), Some("27.8kbps")));
    assert!(error.to_string().starts_with("rx-byte=27.8kbps: "), "{error}");
    let missing = row(&base).read::<Interface>().unwrap_err();
    assert_eq!(missing.key, None);
    assert!(missing.to_string().contains("rx_byte"), "{missing}");
    let two = row(&[&base[..], &["=rx-byte=1", "=actual-mtu=70000"]].concat()).read::<Interface>().unwrap_err();
    assert_eq!(two.key.as_deref(), Some("actual-mtu"), "{two}");
}

#[test]
fn lists_pairs_numbers_bytes_and_maps_are_read() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Odd<'a> {
        bytes: (u64, u64),
        ports: Vec<u16>,
        none: Vec<String>,
        signal: i8,
        load: f64,
        #[serde(borrow)]
        raw: Raw<'a>,
        any: String,
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct Raw<'a>(&'a [u8]);
    let odd = row(&[
        &b"=bytes=418152/157562"[..],
        b"=ports=80,443",
        b"=none=",
        b"=signal=-72",
        b"=load=0.5",
        b"=raw=caf\xE9",
        b"=any=caf\xE9",
    ]);
    let read: Odd = odd.read().unwrap();
    let expected = Odd {
        bytes: (418_152, 157_562),
        ports: vec![80, 443],
        none: vec![],
        signal: -72,
        load: 0.5,
        raw: Raw(b"caf\xE9"),
        any: "caf\u{e9}".into(),
    };
    assert_eq!(read, expected);
    let map: HashMap<String, String> = odd.read().unwrap();
    assert_eq!(map.len(), 7);
    assert_eq!(map["ports"], "80,443");
}

#[test]
fn no_value_makes_reading_panic() {
    for value in ["", ",", "/", "never", "1/", "/1", "-", "99999999999999999999"] {
        #[derive(Debug, Deserialize)]
        #[allow(dead_code, reason = "read, not looked at")]
        struct Any {
            a: Option<(u8, u8)>,
        }
        let _: Result<Any, RowError> = row(&[format!("=a={value}")]).read();
        let _: Result<HashMap<String, Duration>, _> = row(&[format!("=a={value}")]).read();
        let _: Result<HashMap<String, Vec<i64>>, _> = row(&[format!("=a={value}")]).read();
    }
}

async fn print<T: serde::de::DeserializeOwned + Send + 'static>(
    client: &Client,
    menu: &'static str,
) -> tokio::task::JoinHandle<Result<Vec<T>, Error>> {
    let client = client.clone();
    tokio::spawn(async move { client.print::<T>(menu).await })
}

#[tokio::test(start_paused = true)]
async fn printing_asks_for_the_fields_of_the_type_and_no_more() {
    let (client, mut peer) = client().await;
    let rows = print::<Interface>(&client, "/interface").await;
    let heard = peer.hears().await;
    let properties = "=.proplist=.id,name,type,rx-byte,running,disabled,comment,actual-mtu,uptime";
    assert_eq!(heard.said(), ["/interface/print", properties]);
    for name in ["=name=ether1", "=name=ether2"] {
        peer.says(&["!re", &heard.tag(), "=.id=*1", name, "=type=ether", "=rx-byte=1"]).await;
    }
    peer.done(&heard).await;
    assert_eq!(rows.await.unwrap().unwrap().len(), 2);

    let rows = print::<HashMap<String, String>>(&client, "/interface/").await;
    let heard = peer.hears().await;
    assert_eq!(heard.said(), ["/interface/print"]);
    peer.done(&heard).await;
    assert!(rows.await.unwrap().unwrap().is_empty());

    let rows = print::<Interface>(&client, "/interface").await;
    let heard = peer.hears().await;
    peer.says(&["!re", &heard.tag(), "=name=ether1"]).await;
    peer.done(&heard).await;
    let error = rows.await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Row(_)) && !error.ends_connection() && !error.is_retryable(), "{error:?}");
}
