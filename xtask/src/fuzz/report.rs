//! What libFuzzer says of a run, as a row of a table.

/// One target's run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Report {
    pub(super) target: &'static str,
    pub(super) executions: u64,
    /// Executions a second.
    pub(super) speed: u64,
    /// Edges, and features: edges with how often they were passed.
    pub(super) coverage: u64,
    pub(super) features: u64,
    /// The most memory, MiB.
    pub(super) memory: u64,
    /// How many inputs were found and were there before.
    pub(super) corpus: usize,
    /// How many inputs were kept, and their bytes.
    pub(super) kept: Option<(usize, usize)>,
    /// Where the inputs are that broke something.
    pub(super) crashes: Vec<String>,
}

impl Report {
    /// From what a run has printed.
    pub(super) fn read(target: &'static str, log: &str) -> Self {
        let mut report = Self { target, ..Self::default() };
        for line in log.lines() {
            let number = |name: &str| line.strip_prefix(name).and_then(|rest| rest.trim().parse::<u64>().ok());
            if let Some(number) = number("stat::number_of_executed_units:") {
                report.executions = number;
            } else if let Some(number) = number("stat::average_exec_per_sec:") {
                report.speed = number;
            } else if let Some(number) = number("stat::peak_rss_mb:") {
                report.memory = number;
            } else if let Some((_, path)) = line.split_once("Test unit written to ") {
                report.crashes.push(path.trim().to_owned());
            } else if line.starts_with('#') {
                report.coverage = after(line, "cov:").unwrap_or(report.coverage);
                report.features = after(line, "ft:").unwrap_or(report.features);
            }
        }
        report
    }
}

/// The number behind a word.
fn after(line: &str, word: &str) -> Option<u64> {
    let mut words = line.split_whitespace().skip_while(|other| *other != word);
    words.nth(1)?.parse().ok()
}

/// Prints the table.
pub(super) fn print(reports: &[Report]) {
    println!("\n{}", line(&["target", "executions", "exec/s", "cov", "ft", "peak MiB", "corpus", "kept", "crashes"]));
    for report in reports {
        let kept = report.kept.map_or("-".into(), |(count, bytes)| format!("{count}, {bytes} B"));
        let numbers = [report.executions, report.speed, report.coverage, report.features, report.memory];
        let mut cells = vec![report.target.to_owned()];
        cells.extend(numbers.iter().map(u64::to_string));
        cells.extend([report.corpus.to_string(), kept, report.crashes.len().to_string()]);
        println!("{}", line(&cells.iter().map(String::as_str).collect::<Vec<_>>()));
    }
    let executions: u64 = reports.iter().map(|report| report.executions).sum();
    println!("{executions} executions in all");
}

fn line(cells: &[&str]) -> String {
    let widths = [8, 11, 8, 6, 7, 9, 7, 14, 8];
    cells.iter().zip(widths).map(|(cell, width)| format!("{cell:>width$}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "\
INFO: seed corpus: files: 14 min: 1b max: 211b total: 1096b rss: 36Mb
#15\tINITED cov: 1109 ft: 1812 corp: 14/1096b exec/s: 0 rss: 41Mb
#1024\tREDUCE cov: 1200 ft: 2222 corp: 30/2b lim: 211 exec/s: 512 rss: 60Mb L: 3/211 MS: 1 EraseBytes-
Done 2048 runs in 2 second(s)
stat::number_of_executed_units: 2048
stat::average_exec_per_sec:     1024
stat::peak_rss_mb:              61
";

    #[test]
    fn a_run_is_read_from_what_it_printed() {
        let expected = Report {
            target: "codec",
            executions: 2_048,
            speed: 1_024,
            coverage: 1_200,
            features: 2_222,
            memory: 61,
            ..Report::default()
        };
        assert_eq!(Report::read("codec", LOG), expected);
    }

    #[test]
    fn an_input_that_broke_something_is_named() {
        let log = format!("{LOG}artifact_prefix='x/'; Test unit written to x/crash-1234\n");
        assert_eq!(Report::read("codec", &log).crashes, ["x/crash-1234"]);
    }
}
