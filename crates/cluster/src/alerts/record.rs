//! What stands under a router's key: its holder, for the how manieth time it changed hands, and what is kept of its alerts.
//!
//! Compressed, since a router's lines go down together and their alerts are alike. A server takes a megabyte: what is over is
//! left out first where that is not enough.

use std::io::Read;

use lalin_alerts::Kept;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// What is kept of a router, and by whom.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    pub(crate) epoch: u64,
    pub(crate) node: String,
    #[serde(default)]
    pub(crate) site: Option<String>,
    pub(crate) kept: Kept,
}

impl Record {
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let mut text = Vec::new();
        let decoder = zstd::stream::read::Decoder::new(bytes).ok()?;
        decoder.take(LONGEST_TEXT).read_to_end(&mut text).ok()?;
        serde_json::from_slice(&text).ok()
    }

    pub(crate) fn written(&self) -> Result<Vec<u8>, Error> {
        let bytes = self.packed()?;
        if bytes.len() <= LONGEST {
            return Ok(bytes);
        }
        let mut without = self.clone();
        without.kept.ended.clear();
        let bytes = without.packed()?;
        if bytes.len() <= LONGEST {
            return Ok(bytes);
        }
        // Waiting begins anew at the next holder; what was told and what is to be sent has to stay.
        without.kept.alerts.retain(|alert| alert.state != lalin_alerts::State::Pending);
        let bytes = without.packed()?;
        match bytes.len() <= LONGEST {
            true => Ok(bytes),
            false => Err(Error::TooLarge("what stands of the alerts of one router".to_owned())),
        }
    }

    fn packed(&self) -> Result<Vec<u8>, Error> {
        let text = serde_json::to_vec(self).map_err(|error| Error::Server(error.to_string()))?;
        zstd::bulk::compress(&text, LEVEL).map_err(|error| Error::Server(error.to_string()))
    }
}

const LEVEL: i32 = 3;
/// Of a server's megabyte.
const LONGEST: usize = 900_000;
/// What a compressed value may become.
const LONGEST_TEXT: u64 = 64 << 20;

#[cfg(test)]
mod tests {
    use lalin_alerts::{Alert, Rule, RuleForm, State};

    use super::*;

    fn rule() -> Rule {
        let form = RuleForm::read(r#"{"kind":"line-down","target":{"all":true}}"#).unwrap();
        form.rule("r", false).unwrap()
    }

    /// Names that do not compress.
    fn alerts(count: usize, state: State) -> Vec<Alert> {
        let alert = |_| {
            let name: String = (0..200).map(|_| fastrand::alphanumeric()).collect();
            Alert { id: name.as_str().into(), state, ..Alert::of(&rule(), Some("pop".into()), Some(name.into()), 0) }
        };
        (0..count).map(alert).collect()
    }

    #[test]
    fn what_was_written_is_read_and_alerts_that_are_alike_are_small() {
        let alike = Alert { state: State::Firing, ..Alert::of(&rule(), Some("pop".into()), Some("ether1".into()), 0) };
        let kept = Kept { alerts: vec![alike; 5_000], lines: vec![("ether1".into(), false)], ..Kept::default() };
        let record = Record { epoch: 7, node: "a".into(), site: Some("s1".into()), kept };
        let bytes = record.written().unwrap();
        assert!(bytes.len() < 50_000, "{}", bytes.len());
        assert_eq!(Record::read(&bytes), Some(record));
        assert_eq!(Record::read(b"something else"), None);
    }

    #[test]
    fn a_record_of_another_version_is_understood() {
        for text in [
            r#"{"epoch":7,"node":"a","kept":{"alerts":[],"lines":[["ether1",true]],"bootMs":null,"unsent":[]}}"#,
            r#"{"epoch":7,"node":"a","moon":1,"kept":{"alerts":[],"lines":[["ether1",true]],"unsent":[],"ended":[],"moon":2}}"#,
        ] {
            let read = Record::read(&zstd::bulk::compress(text.as_bytes(), LEVEL).unwrap()).unwrap();
            assert_eq!((read.epoch, read.node.as_str(), read.kept.lines.len()), (7, "a", 1));
        }
    }

    #[test]
    fn what_is_over_is_left_out_before_what_stands() {
        let (standing, ended) = (alerts(2_000, State::Firing), alerts(4_000, State::Cleared));
        let kept = Kept { alerts: standing.clone(), ended, ..Kept::default() };
        let read = Record::read(&Record { kept, ..Record::default() }.written().unwrap()).unwrap();
        assert_eq!((read.kept.alerts.len(), read.kept.ended.len()), (2_000, 0));
        let mut many = alerts(4_000, State::Pending);
        many.extend(standing);
        let kept = Kept { alerts: many, ..Kept::default() };
        let read = Record::read(&Record { kept, ..Record::default() }.written().unwrap()).unwrap();
        assert_eq!(read.kept.alerts.len(), 2_000);
        let kept = Kept { alerts: alerts(6_000, State::Firing), ..Kept::default() };
        assert!(matches!(Record { kept, ..Record::default() }.written(), Err(Error::TooLarge(_))));
    }
}
