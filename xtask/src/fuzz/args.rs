//! The words behind `cargo xtask fuzz`.

use anyhow::{Context, Result, bail};

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Args {
    /// For all targets together.
    pub(super) seconds: u64,
    /// How many targets run at a time.
    pub(super) jobs: usize,
    /// Whether what was found goes into the corpus.
    pub(super) keep: bool,
    pub(super) targets: Vec<&'static str>,
}

impl Args {
    /// Reads them; without a target every one is meant.
    pub(super) fn read(words: &[&str], known: &[&'static str]) -> Result<Self> {
        let mut args = Self { seconds: 60, jobs: 1, keep: false, targets: Vec::new() };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut number = || -> Result<u64> {
                let text = words.next().with_context(|| format!("{word} wants a number"))?;
                text.parse::<u64>().ok().filter(|n| *n > 0).with_context(|| format!("{word} {text}: no number above 0"))
            };
            match *word {
                "--seconds" => args.seconds = number()?,
                "--jobs" => args.jobs = number()?.try_into()?,
                "--keep" => args.keep = true,
                target => match known.iter().find(|name| **name == target) {
                    Some(name) => args.targets.push(name),
                    None => bail!("no such target: {target}; there are {}", known.join(", ")),
                },
            }
        }
        if args.targets.is_empty() {
            args.targets = known.to_vec();
        }
        Ok(args)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["codec", "login"];

    #[test]
    fn without_words_every_target_is_run_for_a_minute_in_all() {
        let args = Args::read(&[], KNOWN).unwrap();
        assert_eq!(args, Args { seconds: 60, jobs: 1, keep: false, targets: vec!["codec", "login"] });
    }

    #[test]
    fn everything_can_be_said() {
        let args = Args::read(&["--seconds", "5", "login", "--keep", "--jobs", "2"], KNOWN).unwrap();
        assert_eq!(args, Args { seconds: 5, jobs: 2, keep: true, targets: vec!["login"] });
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for words in [&["mndp"][..], &["--seconds"], &["--seconds", "0"], &["--jobs", "x"]] {
            assert!(Args::read(words, KNOWN).is_err(), "{words:?}");
        }
    }
}
