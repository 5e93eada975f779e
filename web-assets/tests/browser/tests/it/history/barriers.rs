//! The pages of the past have no barriers and no text that is cut off: on a desktop in English, in a hand in Indonesian.

use crate::display::accessibility::no_barriers;
use crate::display::text_boxes::at_each;
use crate::harness::browser::{Look, browse};
use crate::harness::past::HOUR;
use crate::harness::router::Router;
use crate::history::{recorded, until};

#[tokio::test]
async fn the_past_has_no_barriers_on_a_desktop() {
    seen(Look::DESKTOP, &[(1366, 768), (1920, 1080)]).await;
}

#[tokio::test]
async fn the_past_has_no_barriers_on_a_desktop_in_indonesian() {
    seen(Look::DESKTOP.asking_for("id-ID,id").dark(), &[(1366, 768)]).await;
}

#[tokio::test]
async fn the_past_has_no_barriers_in_a_hand() {
    seen(Look::PHONE.asking_for("id-ID,id"), &[(768, 1024), (375, 812), (320, 640)]).await;
}

async fn seen(look: Look, sizes: &[(u32, u32)]) {
    let router = Router::start().await;
    let (server, past) = recorded(&router, "").await;
    browse(look, async |page| {
        let mut wrong = String::new();
        let month = page.eval_with("return new Date(arguments[0]).toISOString().slice(0, 7)", vec![past.outage.into()]);
        let month = month.await.as_str().unwrap().to_owned();
        let report = format!("/prepaid/report?router=pusat&interface=ether1&month={month}");
        let chart = format!(
            "/prepaid/dashboard?router=pusat&interface=ether1&compare=day&{}",
            past.stretch(past.outage - HOUR, past.outage + 2 * HOUR)
        );
        for (path, ready) in [
            (chart.as_str(), "[data-testid=past-view]:not([data-loading]) [data-testid=past-top]:not([hidden])"),
            ("/prepaid/usage?router=pusat", "#usage-detail .hour-map"),
            (report.as_str(), "#report h1"),
            ("/settings", "#set-recording:not([hidden])"),
        ] {
            page.client().goto(&server.url(path)).await.unwrap();
            until(page, path, &format!("return document.querySelector({ready:?}) !== null")).await;
            no_barriers(page, path).await;
            at_each(page, sizes, path, &mut wrong).await;
        }
        assert!(wrong.is_empty(), "{wrong}");
    })
    .await;
}
