//! `lalin history verify`: whether everything that is kept is what was written.

use lalin_history::{Archive, Fault, Report};
use serde_json::json;

use crate::error::Error;
use crate::figures::count;
use crate::progress::{ProgressLine, Unit};
use crate::visible_text::visible;
use crate::words::say;

/// Looks at everything and says what it found; fails where that is anything.
pub(super) fn verify(archive: &Archive, as_json: bool) -> Result<(), Error> {
    let mut line = ProgressLine::new(Unit::Steps);
    let report = archive.verify(&mut |progress| line.tell(progress.done, progress.of, 0))?;
    drop(line);
    if as_json {
        println!("{}", serde_json::to_string_pretty(&json(&report))?);
    } else {
        let Report { segments, chunks, journals, records, totals, .. } = report;
        let figures = [segments, chunks, journals, records, totals].map(count);
        let [segments, chunks, journals, records, totals] = &figures;
        let values: [(&str, &dyn std::fmt::Display); 5] = [
            ("segments", segments),
            ("chunks", chunks),
            ("journals", journals),
            ("records", records),
            ("totals", totals),
        ];
        println!("{}", say("history.verified", &values));
        for fault in &report.faults {
            println!("  {}", visible(&said(fault, archive)));
        }
    }
    match report.faults.len() {
        0 if as_json => Ok(()),
        0 => {
            println!("{}", say("history.whole", &[]));
            Ok(())
        }
        faults => Err(Error::HistoryFaults { faults }),
    }
}

fn said(fault: &Fault, archive: &Archive) -> String {
    let mut text = format!("{}: {}", fault.file, say(&format!("fault.{}", fault.kind.code()), &[]));
    if let Some((router, line)) = &fault.line {
        text += &format!(" · {router} · {line}");
    }
    if let Some(at_ms) = fault.at_ms {
        text += &format!(" · {}", archive.reader().zone().local(at_ms));
    }
    format!("{text} ({})", fault.what)
}

fn json(report: &Report) -> serde_json::Value {
    let fault = |fault: &Fault| {
        let (router, line) = fault.line.clone().unzip();
        json!({
            "kind": fault.kind.code(), "file": fault.file, "router": router, "line": line, "atMs": fault.at_ms,
            "what": fault.what,
        })
    };
    json!({
        "ok": report.faults.is_empty(),
        "segments": report.segments,
        "chunks": report.chunks,
        "journals": report.journals,
        "records": report.records,
        "totals": report.totals,
        "faults": report.faults.iter().map(fault).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use lalin_history::FaultKind;

    use crate::words::known;

    #[test]
    fn every_fault_has_words() {
        for kind in [
            FaultKind::Segment,
            FaultKind::Chunk,
            FaultKind::Journal,
            FaultKind::Database,
            FaultKind::Unknown,
            FaultKind::Total,
        ] {
            assert!(known(&format!("fault.{}", kind.code())).is_some(), "{kind:?}");
        }
    }
}
