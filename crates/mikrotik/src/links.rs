//! How fast each port's link is: asked seldom, and never in the way of a read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lalin_stats::{Interface, Row};
use routeros::{Client, Command, Reply};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

/// So often the links are asked for, while somebody watches.
const EVERY: Duration = Duration::from_secs(60);
/// So many ports are asked about; no router has more.
const MOST: usize = 128;

/// The rates of the ports' links, as far as the router told them.
#[derive(Debug, Default)]
pub(crate) struct Links(Arc<Mutex<Known>>);

#[derive(Debug, Default)]
struct Known {
    /// bit/s by the port's name.
    rates: HashMap<Box<str>, u64>,
    asked: Option<Instant>,
    asking: Option<AbortOnDropHandle<()>>,
}

impl Links {
    /// Puts what is known into the rows; asks anew where that is long ago, beside whatever else is asked. A failure changes
    /// nothing: some ports and some users are not told.
    pub(crate) fn fill(&self, rows: &mut [Row], client: &Client) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let ports = || rows.iter().map(|row| &row.interface).filter(|interface| &*interface.kind == "ether");
        if known.asked.is_none_or(|asked| asked.elapsed() >= EVERY) {
            known.asked = Some(Instant::now());
            let ids: Vec<&str> = ports().filter(|port| port.running).map(|port| port.id.as_str()).take(MOST).collect();
            if !ids.is_empty() {
                let ask = Command::new("/interface/ethernet/monitor")
                    .attribute("numbers", ids.join(","))
                    .flag("once")
                    .proplist(&["name", "rate"]);
                let (client, shared) = (client.clone(), self.0.clone());
                known.asking = Some(AbortOnDropHandle::new(tokio::spawn(async move {
                    if let Ok(reply) = client.run(ask).await {
                        shared.lock().unwrap_or_else(PoisonError::into_inner).rates = read(&reply);
                    }
                })));
            }
        }
        if known.rates.is_empty() {
            return;
        }
        for row in rows.iter_mut().filter(|row| &*row.interface.kind == "ether") {
            let rate = known.rates.get(&*row.interface.name).copied().filter(|_| row.interface.running);
            if rate != row.interface.link_bps {
                row.interface = Arc::new(Interface { link_bps: rate, ..(*row.interface).clone() });
            }
        }
    }
}

fn read(reply: &Reply) -> HashMap<Box<str>, u64> {
    let rate = |row: &routeros::Sentence| {
        let rate = bits_per_second(&row.get("rate")?.text())?;
        Some((row.get("name")?.text().into_owned().into_boxed_str(), rate))
    };
    reply.rows.iter().filter_map(rate).collect()
}

/// `1Gbps`, `100Mbps`, `2.5Gbps`, and RouterOS 7's `1G-baseT`, `10G-baseSR-LR`, `100M-baseT-full`.
fn bits_per_second(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at(digits);
    let factor = match unit.bytes().next()? {
        b'k' | b'K' => 1e3,
        b'M' => 1e6,
        b'G' => 1e9,
        b'T' => 1e12,
        _ => return None,
    };
    let bits = number.parse::<f64>().ok()? * factor;
    (1.0..=1e13).contains(&bits).then_some(bits as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_as_either_version_writes_it() {
        let cases = [
            ("10Mbps", Some(10_000_000)),
            ("100Mbps", Some(100_000_000)),
            ("1Gbps", Some(1_000_000_000)),
            ("2.5Gbps", Some(2_500_000_000)),
            ("10G-baseSR-LR", Some(10_000_000_000)),
            ("100M-baseT-full", Some(100_000_000)),
            ("", None),
            ("auto", None),
            ("0Gbps", None),
            ("9999999999Gbps", None),
        ];
        for (text, rate) in cases {
            assert_eq!(bits_per_second(text), rate, "{text}");
        }
    }
}
