//! The body of `/api/interface-stats`, written straight into bytes: with a thousand interfaces it has 46,000 fields, and
//! one text for each of them would be most of the work.

use lalin_stats::{Counters, Identity, Interface, PointOfView};
use serde_json::json;

use crate::answers::rows_done;
use crate::json::{RateBounds, point_of_view};

/// What all rows of an answer have in common.
pub(super) struct Sampled {
    pub(super) sampled_at: String,
    pub(super) age_ms: u64,
    pub(super) state: &'static str,
    pub(super) band: RateBounds,
    /// Whether the MAC addresses of the ports are shown.
    pub(super) details: bool,
}

/// One interface.
pub(super) struct StatsRow<'a> {
    pub(super) interface: &'a Interface,
    pub(super) identity: &'a Identity,
    pub(super) counters: &'a Counters,
    pub(super) side: PointOfView,
    pub(super) rx_bps: Option<u64>,
    pub(super) tx_bps: Option<u64>,
}

/// The rows as a JSON array of about `count` of them.
pub(super) fn array<'a>(count: usize, rows: impl Iterator<Item = StatsRow<'a>>, sampled: &Sampled) -> Vec<u8> {
    let mut out = Rows(Vec::with_capacity(2 + count * BYTES));
    let common = Common::of(sampled);
    for (place, row) in rows.enumerate() {
        out.0.push(if place == 0 { b'[' } else { b',' });
        out.row(&row, &common);
        rows_done(place + 1);
    }
    if out.0.is_empty() {
        out.0.push(b'[');
    }
    out.0.push(b']');
    out.0
}

/// About what a row takes.
const BYTES: usize = 900;

struct Rows(Vec<u8>);

/// What stands in each row as it is, in JSON.
struct Common {
    details: bool,
    /// Behind the rates, where there are any.
    band: String,
    /// The end of the row.
    end: String,
}

impl Common {
    fn of(sampled: &Sampled) -> Self {
        let Sampled { sampled_at, age_ms, state, band, details } = sampled;
        let band = match *band {
            // As everywhere in the API.
            RateBounds { low: Some(low), high: Some(high) } => {
                format!(",\"low\":{},\"high\":{}", json!(low), json!(high))
            }
            _ => String::new(),
        };
        let end = format!(",\"sampledAt\":\"{sampled_at}\",\"ageMs\":{age_ms},\"state\":\"{state}\"}}");
        Self { details: *details, band, end }
    }
}

/// A field in both spellings.
macro_rules! both {
    ($out:expr, $dashed:literal, $camel:literal, $how:ident, $value:expr) => {{
        $out.raw(concat!("\"", $dashed, "\":\""));
        let begun = $out.0.len();
        $out.$how($value);
        let value = begun..$out.0.len();
        $out.raw(concat!("\",\"", $camel, "\":\""));
        $out.0.extend_from_within(value);
        $out.raw("\",");
    }};
}

/// A field whose spellings are the same.
macro_rules! one {
    ($out:expr, $name:literal, $how:ident, $value:expr) => {{
        $out.raw(concat!("\"", $name, "\":\""));
        $out.$how($value);
        $out.raw("\",");
    }};
}

impl Rows {
    fn row(&mut self, row: &StatsRow<'_>, common: &Common) {
        let StatsRow { interface, identity, counters, side, rx_bps, tx_bps } = row;
        let flag = |flag: bool| if flag { "true" } else { "false" };
        let mac = interface.mac_address.as_deref().filter(|_| common.details).unwrap_or_default();
        self.raw("{");
        both!(self, ".id", "id", text, interface.id.as_str());
        one!(self, "name", text, &interface.name);
        one!(self, "type", text, &interface.kind);
        one!(self, "mtu", text, interface.mtu.as_deref().unwrap_or_default());
        both!(self, "actual-mtu", "actualMtu", number, interface.actual_mtu.map(u64::from));
        one!(self, "l2mtu", number, interface.l2_mtu.map(u64::from));
        both!(self, "mac-address", "macAddress", text, mac);
        both!(self, "last-link-up-time", "lastLinkUpTime", text, interface.last_link_up.as_deref().unwrap_or_default());
        both!(self, "link-downs", "linkDowns", number, interface.link_downs);
        both!(self, "rx-byte", "rxByte", number, counters.rx_bytes);
        both!(self, "tx-byte", "txByte", number, counters.tx_bytes);
        both!(self, "rx-packet", "rxPacket", number, counters.rx_packets);
        both!(self, "tx-packet", "txPacket", number, counters.tx_packets);
        both!(self, "rx-drop", "rxDrop", number, counters.rx_drops);
        both!(self, "tx-drop", "txDrop", number, counters.tx_drops);
        both!(self, "tx-queue-drop", "txQueueDrop", number, counters.tx_queue_drops);
        both!(self, "rx-error", "rxError", number, counters.rx_errors);
        both!(self, "tx-error", "txError", number, counters.tx_errors);
        one!(self, "disabled", raw, flag(interface.disabled));
        one!(self, "running", raw, flag(interface.running));
        one!(self, "comment", text, interface.comment.as_deref().unwrap_or_default());
        one!(self, "key", text, &identity.key);
        self.raw("\"line\":");
        self.number(Some(identity.line));
        self.raw(",\"pointOfView\":\"");
        self.raw(point_of_view(*side));
        self.raw("\",\"rxBps\":");
        self.number_or_null(*rx_bps);
        self.raw(",\"txBps\":");
        self.number_or_null(*tx_bps);
        if rx_bps.is_some() || tx_bps.is_some() {
            self.raw(&common.band);
        }
        self.raw(&common.end);
    }

    fn raw(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    /// What stands between the quotation marks of a JSON string.
    fn text(&mut self, text: &str) {
        let is_plain = |byte: &u8| *byte >= b' ' && *byte != b'"' && *byte != b'\\';
        if text.as_bytes().iter().all(is_plain) {
            return self.raw(text);
        }
        let begun = self.0.len();
        // Into memory: it cannot fail.
        let _ = serde_json::to_writer(&mut self.0, text);
        self.0.remove(begun);
        self.0.pop();
    }

    /// Nothing where the router did not send it.
    fn number(&mut self, number: Option<u64>) {
        if let Some(number) = number {
            self.raw(itoa::Buffer::new().format(number));
        }
    }

    fn number_or_null(&mut self, number: Option<u64>) {
        match number {
            Some(_) => self.number(number),
            None => self.raw("null"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn names_are_text_whatever_is_in_them_and_no_digit_is_lost() {
        let name = "\"][{\\<b>\u{1}\u{7f}é\u{2028}";
        let mut interface = Interface::new("*1", name, "ether");
        interface.comment = Some("a\nb".into());
        interface.mac_address = Some("0C:00:E6:1F:95:00".into());
        let identity = Identity { line: u64::MAX, key: name.into() };
        let counters = Counters::bytes(u64::MAX, 0);
        let row = |rx_bps| StatsRow {
            interface: &interface,
            identity: &identity,
            counters: &counters,
            side: PointOfView::Customer,
            rx_bps,
            tx_bps: None,
        };
        let band = RateBounds { low: Some(0.98), high: Some(1.0) };
        let sampled = Sampled { sampled_at: "now".to_owned(), age_ms: 7, state: "live", band, details: false };
        let rows = array(2, [row(Some(10)), row(None)].into_iter(), &sampled);
        let rows: Value = serde_json::from_slice(&rows).unwrap();
        assert_eq!(rows[0]["name"], name);
        assert_eq!((&rows[0]["comment"], &rows[0]["key"]), (&json!("a\nb"), &json!(name)));
        assert_eq!(
            (&rows[0]["rx-byte"], &rows[0]["rxByte"]),
            (&json!(u64::MAX.to_string()), &json!(u64::MAX.to_string()))
        );
        assert_eq!((&rows[0]["tx-byte"], &rows[0]["rx-packet"]), (&json!("0"), &json!("")));
        assert_eq!((&rows[0]["low"], &rows[0]["high"], &rows[0]["rxBps"]), (&json!(0.98), &json!(1.0), &json!(10)));
        assert_eq!((&rows[1]["rxBps"], rows[1].get("low")), (&Value::Null, None));
        assert_eq!((&rows[1]["line"], &rows[1]["macAddress"]), (&json!(u64::MAX), &json!("")));
        let none: Value = serde_json::from_slice(&array(0, [].into_iter(), &sampled)).unwrap();
        assert_eq!(none, json!([]));
    }
}
