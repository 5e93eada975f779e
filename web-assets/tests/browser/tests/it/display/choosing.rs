//! Choosing interfaces, and interfaces that come and go.

use crate::harness::browser::{Look, browse};
use crate::harness::eventually::{eventually, s, when};
use crate::harness::router::Router;
use crate::harness::series::DOUBT;
use crate::harness::server::Server;

const BUDI: &str = "<pppoe-budi>";

#[tokio::test]
async fn choosing_interfaces_is_searching_and_ticking() {
    let router = Router::start().await;
    let server = Server::over(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.moves("ether1", 1, 20).await;

        // The search leaves what is meant.
        page.open_picker().await;
        page.keys("picker-search", "BUD").await;
        eventually(s(5), "only budi", async || when(page.options().await, |options| options == &[BUDI])).await;
        page.tick(BUDI).await;
        eventually(s(5), "two cards", async || when(page.cards().await, |cards| cards == &["ether1", BUDI])).await;
        page.close_picker().await;
        page.choose(&["ether2", BUDI]).await;
        eventually(s(5), "two others", async || {
            when(page.cards().await, |cards| cards.len() == 2 && !cards.contains(&"ether1".to_owned()))
        })
        .await;
        let chosen = page.cards().await;
        page.moves(BUDI, 2, 20).await.is_true(Router::PPPOE_RX, Router::PPPOE_TX);

        // A customer's download is what the router sends him.
        let card = eventually(s(5), "his rates", async || {
            let card = page.card(BUDI).await.ok_or("no card")?;
            if card.rx_bps.is_some() { Ok(card) } else { Err(format!("{card:?}")) }
        })
        .await;
        assert!(card.text.contains("budi"), "{card:?}");
        let download = page.direction(BUDI, "Download").await;
        assert!((download - Router::PPPOE_TX).abs() <= Router::PPPOE_TX * DOUBT, "{download} of {card:?}");
        let download = page.direction("ether2", "Download").await;
        assert!((download - 5e6).abs() <= 5e6 * DOUBT, "{download}");
        page.screenshot("chosen").await;

        // Each has the colour of its place in the choice; there is no third. Of a minute the curves are long enough.
        page.click_on("[data-testid=window][data-ms='60000']").await;
        page.moves(BUDI, 1, 20).await;
        for (colour, drawn) in [([36, 86, 214], true), ([232, 104, 12], true), ([11, 154, 120], false)] {
            let pixels = page.painted(Some(colour)).await;
            assert_eq!(pixels > 20, drawn, "{pixels} pixels of {colour:?}");
        }

        // The address remembers the choice, and so does the browser without it.
        let url = page.client().current_url().await.unwrap();
        let wanted = url.query_pairs().find(|(key, _)| key == "interface").expect("?interface=").1.into_owned();
        assert_eq!(wanted.split(',').collect::<Vec<_>>(), chosen);
        page.open(url.as_str()).await;
        eventually(s(10), "the same cards", async || when(page.cards().await, |cards| cards == &chosen)).await;
        page.open_dashboard(&server).await;
        eventually(s(10), "the same cards", async || when(page.cards().await, |cards| cards == &chosen)).await;

        // None chosen is said, and needs no stop.
        page.choose(&[]).await;
        eventually(s(5), "the hint", async || when(page.text().await, |text| text.contains("at least 1 interface")))
            .await;
        page.choose(&["ether1"]).await;
        page.moves("ether1", 1, 10).await;
        assert_eq!(router.usage().logins, 1);
        assert_eq!(page.complaints().await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_vanished_interface_is_said_to_be_gone_and_comes_back_with_a_gap() {
    let router = Router::start().await;
    let server = Server::over(&router).await;
    browse(Look::DESKTOP, async |page| {
        page.open_dashboard(&server).await;
        page.choose(&["ether1", BUDI]).await;
        page.moves(BUDI, 2, 20).await;

        router.handle.remove_interface(BUDI);
        eventually(s(10), "it is gone", async || {
            let card = page.card(BUDI).await.ok_or("its card stays")?;
            if card.text.contains("gone") { Ok(()) } else { Err(card.text) }
        })
        .await;
        let before = page.series(BUDI).await;
        page.moves("ether1", 4, 20).await;
        assert_eq!(page.series(BUDI).await.known(), before.known());

        // The same customer dials in again: the same name, another interface.
        let again = Router::interfaces().into_iter().nth(3).expect("budi");
        router.handle.add_interface(again);
        let after = page.moves(BUDI, 2, 20).await;
        after.has_gap_between(before.end(), after.end());
        after.is_true(Router::PPPOE_RX, Router::PPPOE_TX);
        let card = page.card(BUDI).await.expect("its card");
        assert!(!card.text.contains("gone"), "{card:?}");

        // And at once, between two samples: still no spike and no fall.
        router.handle.recreate_interface(BUDI);
        page.moves(BUDI, 2, 20).await.is_true(Router::PPPOE_RX, Router::PPPOE_TX);
        page.series("ether1").await.is_true(Router::RX, Router::TX);
    })
    .await;
}
