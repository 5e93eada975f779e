//! `lalin history stats`: what is kept, what it takes, and what it will take.

use lalin_history::{Archive, FolderStats, FolderTier, Settings, Zone};
use serde_json::json;

use crate::columns::table;
use crate::error::Error;
use crate::figures::{bytes, count, decimal};
use crate::words::say;

pub(super) fn stats(archive: &Archive, settings: &Settings, as_json: bool) -> Result<(), Error> {
    let stats = archive.stats(settings)?;
    if as_json {
        println!("{}", serde_json::to_string_pretty(&json(&stats))?);
    } else {
        print!("{}", said(&stats, &archive.reader().zone()));
    }
    Ok(())
}

fn said(stats: &FolderStats, zone: &Zone) -> String {
    let heads = ["tier", "files", "size", "sample", "lines", "from", "to"];
    let mut rows: Vec<Vec<String>> = vec![heads.iter().map(|head| say(&format!("history.head-{head}"), &[])).collect()];
    let row = |tier: &FolderTier| {
        vec![
            say(&format!("tier.{}", tier.tier.code()), &[]),
            count(tier.files),
            bytes(tier.bytes),
            format!("{} B", decimal(tier.bytes_a_sample)),
            count(tier.lines),
            zone.local(tier.from_ms),
            zone.local(tier.to_ms),
        ]
    };
    rows.extend(stats.tiers.iter().map(row));
    let mut text = table(&rows);
    let (journal, database) = (bytes(stats.journal_bytes), bytes(stats.database_bytes));
    let since = stats.totals_from_ms.map_or_else(|| "-".to_owned(), |from| zone.local(from));
    let beside = [("journal", &journal as &dyn std::fmt::Display), ("database", &database), ("since", &since)];
    text += &format!("{}\n", say("history.beside", &beside));
    let (lines, routers) = (count(stats.lines), count(stats.routers));
    text += &format!("{}\n", say("history.lines", &[("lines", &lines), ("routers", &routers)]));
    let (now, full) = (bytes(stats.bytes), bytes(stats.estimate_bytes));
    text + &format!("{}\n", say("history.takes", &[("now", &now), ("full", &full)]))
}

fn json(stats: &FolderStats) -> serde_json::Value {
    let tier = |tier: &FolderTier| {
        json!({
            "tier": tier.tier.code(), "files": tier.files, "bytes": tier.bytes, "bytesASample": tier.bytes_a_sample,
            "bytesADay": tier.bytes_a_day, "lines": tier.lines, "fromMs": tier.from_ms, "toMs": tier.to_ms,
        })
    };
    json!({
        "tiers": stats.tiers.iter().map(tier).collect::<Vec<_>>(),
        "journalBytes": stats.journal_bytes,
        "databaseBytes": stats.database_bytes,
        "lines": stats.lines,
        "routers": stats.routers,
        "totalsFromMs": stats.totals_from_ms,
        "bytes": stats.bytes,
        "estimateBytes": stats.estimate_bytes,
    })
}
