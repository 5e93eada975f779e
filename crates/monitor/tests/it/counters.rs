//! The first system's page, unchanged, draws a steady line: the counters are those of the moment asked for.

use std::time::Duration;

use lalin_stats::RouterState;
use tokio::time::{Instant, sleep, sleep_until};

use crate::source::{Behaviour, RX_BPS, Steady, router};

const POLL: Duration = Duration::from_secs(2);

/// The old page's arithmetic: poll every 2 s, difference / 2 s. Returns the points, bit/s.
async fn old_page(router: &lalin_monitor::Router, polls: usize, offset: Duration) -> Vec<f64> {
    sleep(offset).await;
    let begun = Instant::now();
    let mut points = Vec::new();
    let mut last: Option<u64> = None;
    for poll in 0..polls {
        sleep_until(begun + POLL * u32::try_from(poll).unwrap()).await;
        let asked = Instant::now();
        router.poll().await;
        let rx = router.counters(asked).unwrap().counters[0].rx_bytes.unwrap();
        if let Some(last) = last {
            points.push((rx as f64 - last as f64) * 8.0 / POLL.as_secs_f64());
        }
        last = Some(rx);
    }
    points
}

#[tokio::test(start_paused = true)]
async fn the_old_pages_arithmetic_draws_the_truth_at_every_point() {
    for interval in [1, 2, 5] {
        for pollers in [1, 50] {
            let router = router(Steady::new(), Duration::from_secs(interval));
            let pages = (0..pollers).map(|n| {
                let router = router.clone();
                tokio::spawn(async move { old_page(&router, 60, Duration::from_millis(n * 137)).await })
            });
            for page in pages.collect::<Vec<_>>() {
                for (at, point) in page.await.unwrap().into_iter().enumerate() {
                    let wrong = (point / RX_BPS as f64 - 1.0).abs();
                    assert!(wrong <= 0.02, "{interval} s, {pollers} pollers, point {at}: {point}");
                }
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_old_pages_arithmetic_stays_true_where_answers_take_most_of_the_interval() {
    let source = Steady::new();
    let router = router(source.clone(), POLL);
    let page = tokio::spawn({
        let router = router.clone();
        async move { old_page(&router, 400, Duration::from_millis(137)).await }
    });
    let mut subscription = router.subscribe(None, POLL);
    let late = |tick: u64| Duration::from_millis(tick * 7 % 10 * 160);
    for tick in 0..400 {
        source.set(|script| script.on_the_way = late(tick));
        while !matches!(subscription.next().await, Some(lalin_monitor::Update::Tick(_))) {}
    }
    page.abort();
    let asked = Instant::now();
    let delay = router.counters(asked).unwrap().delay;
    assert!(delay >= POLL + late(7), "{delay:?}");
    // From when the delay has grown.
    let points = old_page(&router, 400, Duration::ZERO);
    let feed = async {
        for tick in 0..400 {
            source.set(|script| script.on_the_way = late(tick));
            while !matches!(subscription.next().await, Some(lalin_monitor::Update::Tick(_))) {}
        }
    };
    let (points, ()) = tokio::join!(points, feed);
    for (at, point) in points.into_iter().enumerate() {
        assert!((point / RX_BPS as f64 - 1.0).abs() <= 0.03, "point {at}: {point}");
    }
}

#[tokio::test(start_paused = true)]
async fn counters_of_a_moment_never_fall_through_an_outage() {
    let source = Steady::new();
    let router = router(source.clone(), POLL);
    let mut last = 0;
    for step in 0..600 {
        match step {
            100 => source.set(|script| script.behaviour = Behaviour::Fail),
            300 => source.set(|script| script.behaviour = Behaviour::Answer),
            _ => {}
        }
        router.poll().await;
        let now = router.counters(Instant::now()).unwrap().counters[0].rx_bytes.unwrap();
        assert!(now >= last, "step {step}");
        assert!(now <= source.bytes(RX_BPS, 1_000_000_000_000), "ahead of the truth at step {step}");
        last = now;
        sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_poll_of_a_router_that_never_answers_returns_within_its_limit() {
    let source = Steady::new();
    source.set(|script| script.behaviour = Behaviour::Hang);
    let router = router(source.clone(), POLL);
    let begun = Instant::now();
    let status = router.poll().await;
    assert!(begun.elapsed() <= Duration::from_millis(3_200));
    assert_eq!(status.state, RouterState::Connecting);
    assert!(router.counters(Instant::now()).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_poll_of_a_failing_router_returns_at_once_with_the_reason() {
    let source = Steady::new();
    source.set(|script| script.behaviour = Behaviour::Fail);
    let router = router(source.clone(), POLL);
    router.poll().await;
    let begun = Instant::now();
    let status = router.poll().await;
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(status.state.failure().unwrap().reason.code(), "closed");
}

#[tokio::test(start_paused = true)]
async fn the_old_pages_arithmetic_stays_within_two_percent_where_its_polls_drift() {
    for pollers in [1, 50_u64] {
        let router = router(Steady::new(), POLL);
        let pages = (0..pollers).map(|page| {
            let router = router.clone();
            tokio::spawn(async move {
                sleep(Duration::from_millis(page * 137)).await;
                let mut last: Option<(Instant, u64)> = None;
                for poll in 0..60 {
                    let asked = Instant::now();
                    router.poll().await;
                    let rx = router.counters(asked).unwrap().counters[0].rx_bytes.unwrap();
                    if let Some((before, old)) = last {
                        let rate = (rx - old) as f64 * 8.0 / (asked - before).as_secs_f64();
                        // Moments that are 50 ms apart are wrong by up to 2.5 %; the rest is for the delay, which may grow.
                        let wrong = (rate / RX_BPS as f64 - 1.0).abs();
                        assert!(wrong <= 0.011, "{pollers} pollers, page {page}, poll {poll}: {rate}");
                    }
                    last = Some((asked, rx));
                    sleep_until(asked + POLL + Duration::from_millis((poll * 13 + page * 7) % 29)).await;
                }
            })
        });
        for page in pages.collect::<Vec<_>>() {
            page.await.unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn questions_within_a_moment_have_one_answer() {
    let router = router(Steady::new(), POLL);
    router.poll().await;
    let begun = Instant::now();
    let mut moments = Vec::new();
    for ms in 0..200 {
        let moment = router.moment(begun + Duration::from_millis(ms)).unwrap();
        assert!(moment.at + moment.delay <= begun + Duration::from_millis(ms), "never later than what was asked for");
        assert!(moment.until > begun + Duration::from_millis(ms));
        moments.push(moment.number);
    }
    moments.dedup();
    assert!((10..=11).contains(&moments.len()), "{moments:?}");
    assert!(moments.is_sorted_by(|one, next| one + 1 == *next));
}
