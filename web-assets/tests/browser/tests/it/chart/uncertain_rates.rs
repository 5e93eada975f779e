//! A router whose answers take now short and now long: the line goes on, and says how sure it is.

use std::time::Duration;

use routeros_simulator::{AnswerTimes, Excess};

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s};
use crate::harness::router::Router;
use crate::harness::server::Server;

#[tokio::test]
async fn a_line_goes_on_under_jitter_with_a_band_around_it() {
    for (look, name) in [(Look::DESKTOP, "jitter"), (Look::DESKTOP.dark(), "jitter-dark")] {
        let router = Router::start().await;
        let excess = Excess::EitherSide { most: Duration::from_millis(500) };
        router.handle.set_answer_times(Some(AnswerTimes::new(Duration::from_millis(20), excess)));
        let server = Server::quick(&router).await;
        browse(look, async |page| {
            page.open_dashboard(&server).await;
            let series = page.moves("ether1", 14, 40).await;
            let unknown = series.points.iter().skip(1).filter(|point| point.rx.is_none()).count();
            assert_eq!(unknown, 0, "no point is missing: {series:?}");
            page.screenshot(name).await;
            // Read as a table each row says by how much it may be wrong, where that is worth a word.
            page.click("more").await;
            page.click("table").await;
            eventually(s(5), "a doubt in the table", async || {
                let text = page.text_of("#data-table").await;
                if text.contains("± ") { Ok(()) } else { Err(text.chars().take(200).collect::<String>()) }
            })
            .await;
        })
        .await;
    }
}
