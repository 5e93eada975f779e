//! `cargo xtask bench fleet`, `cargo xtask bench page` and `cargo xtask bench jitter`: the whole server with a thousand routers,
//! the page in a real browser, and rates under varying answer times. What they print is for people; the programs are examples of the packages that they measure.

use std::path::Path;

use anyhow::{Result, bail};

use crate::process::{built, cargo, done};
use crate::tools::{CHROMEDRIVER, CHROMIUM, provide};

/// A thousand routers, or as many as `words` say.
pub(crate) fn fleet(root: &Path, words: &[&str]) -> Result<()> {
    let count = match words {
        [] => "1000",
        [count] if count.parse::<usize>().is_ok_and(|count| count >= 10) => count,
        _ => bail!("bench fleet takes a number of routers, 10 at least"),
    };
    done(cargo().args(["build", "--release", "--locked", "--package", "lalin"]).current_dir(root))?;
    let run = ["run", "--release", "--locked", "--package", "lalin-fleet", "--example", "thousand", "--", count];
    done(cargo().args(run).current_dir(root).env("LALIN_BIN", built(root, "release", "lalin")))
}

/// Rates under varying answer times, in simulated time; `words` may be the first seed.
pub(crate) fn jitter(root: &Path, words: &[&str]) -> Result<()> {
    let seed = match words {
        [] => "0",
        [seed] if seed.parse::<u32>().is_ok() => seed,
        _ => bail!("bench jitter takes the first seed"),
    };
    let run = ["run", "--release", "--locked", "--package", "lalin-monitor", "--example", "jitter", "--", seed];
    done(cargo().args(run).current_dir(root))
}

/// What the history costs: bytes a sample, recording, reading, a start, and others beside it; `words` may be some of these.
pub(crate) fn history(root: &Path, words: &[&str]) -> Result<()> {
    if words.iter().any(|word| !["sizes", "recording", "reading", "starting", "beside"].contains(word)) {
        bail!("bench history [sizes] [recording] [reading] [starting] [beside]");
    }
    let run = ["run", "--release", "--locked", "--package", "lalin-history", "--example", "bench", "--"];
    done(cargo().args(run).args(words).current_dir(root))
}

/// The page with 2,000 interfaces, and with ten hours of ticks.
pub(crate) fn page(root: &Path) -> Result<()> {
    let [chromium, driver] = match provide([&CHROMIUM, &CHROMEDRIVER]) {
        Ok(found) => found,
        Err(missing) => bail!("{missing}"),
    };
    done(cargo().args(["build", "--release", "--locked", "--package", "lalin"]).current_dir(root))?;
    let run = ["run", "--locked", "--package", "lalin-browser-tests", "--example", "page-load"];
    let mut command = cargo();
    command.args(run).current_dir(root).env("LALIN_BIN", built(root, "release", "lalin"));
    done(command.env("E2E_CHROMIUM", chromium).env("E2E_CHROMEDRIVER", driver))
}
