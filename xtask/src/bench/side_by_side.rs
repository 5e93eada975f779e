//! `cargo xtask bench`: everything that has a bar, beside its peers, as one table. What it runs is the example `load` of the
//! server's package; here the peers are installed, and the rows become a table.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::clients;
use crate::process::{built, cargo, done, said, target};
use crate::tools::{NODE, NPM, WRK, provide};

use super::{row::Row, start};

/// The parts that `load` measures, and what stands above them in the table.
const PARTS: [(&str, &str); 9] = [
    ("serving", "`/api/interface-stats`, and the same bytes by a bare handler"),
    ("viewers", "event streams"),
    ("lines", "lists that change"),
    ("commands", "what viewers ask of the router"),
    ("routers", "many routers"),
    ("one-router", "one router"),
    ("accuracy", "freshness and accuracy"),
    ("scrape", "a scrape beside mktxp's"),
    ("cluster", "several machines beside one"),
];
/// A part that says nothing for this long hangs.
const PATIENCE: Duration = Duration::from_secs(300);
/// Where the table stands in the document.
const BEGIN: &str = "<!-- the table of `cargo xtask bench --write` -->";
const END: &str = "<!-- end of the table -->";

/// All parts, and start and size.
pub(crate) fn all(root: &Path, words: &[&str]) -> Result<()> {
    if words.iter().any(|word| !["--quick", "--write"].contains(word)) {
        bail!("bench [--quick] [--write]");
    }
    let (quick, write) = (words.contains(&"--quick"), words.contains(&"--write"));
    let peers = Peers::install(root)?;
    let mut table = Table::default();
    for (part, title) in PARTS {
        table.add(title, measured(root, &peers, part, quick));
    }
    table.add("start and size", start::rows(root, quick));
    for missing in &peers.missing {
        println!("{missing}");
    }
    let text = table.text(&peers.missing);
    let path = target(root).join("bench").join("table.md");
    fs::create_dir_all(path.parent().unwrap_or(root))?;
    fs::write(&path, &text)?;
    println!("\n{text}\n{} has it", path.display());
    if write {
        put(&root.join("docs/reference/benchmarks.md"), &text)?;
    }
    if table.missed > 0 && !quick {
        bail!("{} bars missed", table.missed);
    }
    Ok(())
}

/// One part alone.
pub(crate) fn one(root: &Path, part: &str, words: &[&str]) -> Result<()> {
    let title = PARTS.iter().find(|(name, _)| *name == part).map(|(_, title)| title);
    let title = title.with_context(|| format!("there is no bench {part}: see cargo xtask help"))?;
    if words.iter().any(|word| *word != "--quick") {
        bail!("bench {part} [--quick]");
    }
    let peers = Peers::install(root)?;
    let mut table = Table::default();
    table.add(title, measured(root, &peers, part, words.contains(&"--quick")));
    println!("{}", table.text(&peers.missing));
    Ok(())
}

/// Who is measured beside Lalin, and the programs for it.
struct Peers {
    load: PathBuf,
    lalin: PathBuf,
    variables: Vec<(&'static str, PathBuf)>,
    /// Why some are not there.
    missing: Vec<String>,
}

impl Peers {
    /// Builds ours in the release profile and installs the others.
    fn install(root: &Path) -> Result<Self> {
        let build = ["build", "--release", "--locked", "--package", "lalin", "--bin", "lalin", "--example", "load"];
        done(cargo().args(build).current_dir(root))?;
        let folder = target(root).join("bench");
        let mut variables = vec![("BENCH_FOLDER", root.join("xtask/bench"))];
        let mut missing = Vec::new();
        match provide([&WRK]) {
            Ok([wrk]) => variables.push(("BENCH_WRK", wrk)),
            Err(why) => missing.push(format!("answers a second cannot be measured without wrk: {why}")),
        }
        let node = provide([&NODE, &NPM]).map_err(anyhow::Error::msg);
        match node.and_then(|_| clients::first_system(&folder.join("first-system"))) {
            Ok(()) => variables.push(("BENCH_NODE_MODULES", folder.join("first-system/node_modules"))),
            Err(why) => missing.push(format!("the first system's design is not among them: {why:#}")),
        }
        match clients::mktxp(&folder.join("mktxp")) {
            Ok(python) => variables.push(("BENCH_PYTHON", python)),
            Err(why) => missing.push(format!("mktxp is not among them: {why:#}")),
        }
        if let Err(why) = crate::nats::run(root) {
            missing.push(format!("a cluster cannot be measured without its servers: {why:#}"));
        }
        let load = target(root).join("release/examples").join(format!("load{}", std::env::consts::EXE_SUFFIX));
        Ok(Self { load, lalin: built(root, "release", "lalin"), variables, missing })
    }
}

fn measured(root: &Path, peers: &Peers, part: &str, quick: bool) -> Result<Vec<Row>> {
    let mut command = Command::new(&peers.load);
    command.arg(part).args(quick.then_some("--quick")).current_dir(root);
    command.env("LALIN_BIN", &peers.lalin).envs(peers.variables.iter().cloned());
    println!("bench {part}");
    let (text, ended) = said(&mut command, PATIENCE)?;
    let mut rows: Vec<Row> = text.lines().filter_map(read).collect();
    if !ended {
        rows.push([part.to_owned(), "hangs".to_owned(), String::new(), "**no**".to_owned()]);
    }
    if rows.is_empty() {
        bail!("bench {part} measured nothing; what it said is above");
    }
    Ok(rows)
}

fn read(line: &str) -> Option<Row> {
    let cells: Vec<&str> = line.strip_prefix("row\t")?.split('\t').collect();
    Some(<[&str; 4]>::try_from(cells).ok()?.map(str::to_owned))
}

#[derive(Default)]
struct Table {
    rows: String,
    missed: usize,
}

impl Table {
    fn add(&mut self, title: &str, rows: Result<Vec<Row>>) {
        let _ = writeln!(self.rows, "| **{title}** | | | |");
        let failed =
            |error: anyhow::Error| vec![["it failed".into(), format!("{error:#}"), String::new(), "**no**".into()]];
        for row in rows.unwrap_or_else(failed) {
            println!("  {}: {} {}", row[0], row[1], row[3]);
            self.missed += usize::from(row[3] == "**no**");
            let _ = writeln!(self.rows, "| {} |", row.map(|cell| cell.replace('|', "/")).join(" | "));
        }
    }

    fn text(&self, missing: &[String]) -> String {
        let mut text =
            format!("| what | measured | to be reached | reached |\n| --- | --- | --- | --- |\n{}", self.rows);
        for missing in missing {
            let _ = write!(text, "\nNot measured: {}.\n", missing.lines().next().unwrap_or_default());
        }
        text
    }
}

/// Puts the table into the document, in the place of the one there.
fn put(path: &Path, table: &str) -> Result<()> {
    let text = fs::read_to_string(path)?;
    let marks = text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) = marks.with_context(|| format!("{} has no place for the table", path.display()))?;
    fs::write(path, format!("{before}{BEGIN}\n\n{table}\n{END}{after}"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_a_table_and_missed_bars_are_counted() {
        let rows = ["row\ta\t1 ms\tunder 2 ms\tyes", "row\tb\t3 ms\tunder 2 ms\t**no**", "chatter", "row\ttoo few"];
        let mut table = Table::default();
        table.add("one", Ok(rows.iter().filter_map(|line| read(line)).collect()));
        table.add("two", Err(anyhow::anyhow!("no wrk")));
        assert_eq!(table.missed, 2);
        let text = table.text(&["wrk: install it\nby hand".to_owned()]);
        assert!(text.contains("| a | 1 ms | under 2 ms | yes |\n| b | 3 ms | under 2 ms | **no** |"), "{text}");
        assert!(
            text.contains("| it failed | no wrk |") && text.ends_with("Not measured: wrk: install it.\n"),
            "{text}"
        );
    }

    #[test]
    fn the_table_takes_the_place_of_the_last_one() {
        let path = std::env::temp_dir().join(format!("lalin-table-{}.md", std::process::id()));
        fs::write(&path, format!("before\n{BEGIN}\nold\n{END}\nafter\n")).unwrap();
        put(&path, "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), format!("before\n{BEGIN}\n\nnew\n{END}\nafter\n"));
        fs::write(&path, "none").unwrap();
        assert!(put(&path, "new").is_err());
        fs::remove_file(&path).unwrap();
    }
}
