//! A real Prometheus scrapes a serving `lalin`: what it makes of it is the router's truth, promtool has nothing to say, and
//! every panel of the dashboard in `deploy/grafana` shows something.
//!
//! It scrapes for 22 s before its rates are looked at; `LALIN_SCRAPES=60` makes it so many seconds.

use std::path::PathBuf;

use routeros_simulator::{Config, InterfaceSpec, LossRates, Traffic};
use serde_json::Value;

use crate::program::{Lalin, Server};
use crate::simulated_router::SimulatedRouter;
use crate::stores::{Kind, Store, promtool};

const DOWN: f64 = 80e6;
const UP: f64 = 8e6;

/// A simulated router with a steady line and one that loses packets.
struct Router {
    simulator: SimulatedRouter,
}

impl Router {
    fn new() -> Self {
        let steady = |bps: f64| Traffic::Constant { bps };
        let mut losses = LossRates::default();
        losses.rx_errors = 2.0;
        losses.tx_drops = 2.0;
        let ether1 = InterfaceSpec::ether("ether1").comment("WAN").traffic(steady(DOWN), steady(UP));
        let ether2 = InterfaceSpec::ether("ether2").traffic(steady(UP), steady(UP)).losses(losses);
        let config = Config::default().interfaces([ether1, ether2]);
        Self { simulator: SimulatedRouter::start(config) }
    }

    /// A `lalin` that samples it each second because it is scraped.
    fn serve(&self, more: &str) -> Server {
        let address = self.simulator.addr().unwrap();
        let configuration = format!(
            "[sampling]\ninterval = \"1s\"\n[metrics]\nrecord = true\n{more}[[router]]\nid = \"pusat\"\n\
             address = \"{address}\"\nuser = \"admin\"\npassword = \"\"\n"
        );
        Lalin::new(&["serve", "--listen", "127.0.0.1:0", "--config", "lalin.toml"])
            .env("LALIN_HISTORY", "true")
            .file("lalin.toml", &configuration)
            .serve()
    }
}

/// What Prometheus is to do.
fn scrapes(lalin: &Server) -> String {
    let job = |name: &str, format: &str| {
        format!(
            "  - job_name: {name}\n    metrics_path: /metrics\n    params: {{ format: [{format}] }}\n    \
             static_configs: [{{ targets: ['{}'] }}]\n",
            lalin.address
        )
    };
    format!("scrape_configs:\n{}{}", job("lalin", "openmetrics"), job("classic", "classic"))
}

fn deploy(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../deploy").join(path)
}

#[test]
fn its_rate_is_that_of_the_router_in_both_formats() {
    let router = Router::new();
    let lalin = router.serve("");
    let prometheus = Store::start(Kind::Prometheus, &scrapes(&lalin));
    let seconds: u64 = std::env::var("LALIN_SCRAPES").ok().and_then(|text| text.parse().ok()).unwrap_or(22);
    let (all, steady) = (seconds + 10, seconds - 7);
    for job in ["lalin", "classic"] {
        let series = |metric: &str| format!("{metric}{{job=\"{job}\",router=\"pusat\",interface=\"ether1\"}}");
        let received = series("lalin_interface_rx_bytes_total");
        prometheus
            .eventually(&format!("count_over_time({received}[{all}s]) >= {seconds}"), |results| !results.is_empty());
        assert_eq!(prometheus.number(&format!("up{{job=\"{job}\"}}")), Some(1.0), "{job}");
        for (metric, truth) in [("lalin_interface_rx_bytes_total", DOWN), ("lalin_interface_tx_bytes_total", UP)] {
            // The newest sample is up to two seconds old; before that there is one each second.
            let rate = format!("8 * rate({}[{steady}s] offset 3s)", series(metric));
            let rate = prometheus.number(&rate).unwrap();
            assert!((rate / truth - 1.0).abs() < 0.02, "{job} {metric}: {rate} instead of {truth}");
        }
        assert_eq!(prometheus.number(&format!("lalin_router_up{{job=\"{job}\"}}")), Some(1.0), "{job}");
    }
}

#[test]
fn promtool_has_nothing_to_say_of_the_metrics_and_the_rules() {
    let router = Router::new();
    let lalin = router.serve("[remote-write]\nurl = \"http://127.0.0.1:1/\"\n");
    let scraped = lalin.eventually("/metrics", |answer| answer.text.contains("lalin_interface_rx_bytes_total{"));
    let (fine, said) = promtool(&["check", "metrics"], &deploy(""), &scraped.text);
    assert!(fine && said.is_empty(), "{said}");
    let rules = deploy("prometheus");
    let (fine, said) = promtool(&["check", "rules", "lalin.rules.yml"], &rules, "");
    assert!(fine && said.contains("SUCCESS"), "{said}");
    let (fine, said) = promtool(&["test", "rules", "lalin.rules.test.yml"], &rules, "");
    assert!(fine, "{said}");
}

#[test]
fn every_panel_of_the_dashboard_shows_something() {
    let router = Router::new();
    let target = Store::start(Kind::Prometheus, "");
    let lalin = router.serve(&format!("[remote-write]\nurl = \"{}\"\n", target.write_address()));
    let prometheus = Store::start(Kind::Prometheus, &scrapes(&lalin));
    let text = std::fs::read_to_string(deploy("grafana/lalin.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&text).unwrap();
    let mut queries = 0;
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().into_iter().flatten() {
            let expression = target["expr"].as_str().unwrap();
            let expression =
                ["$router", "$interface"].iter().fold(expression.to_owned(), |text, name| text.replace(name, ".+"));
            let expression = expression.replace("$__rate_interval", "20s").replace("$__range", "1m");
            assert!(!expression.contains('$'), "{expression}: a variable that this test does not know");
            prometheus.eventually(&expression, |results| !results.is_empty());
            queries += 1;
        }
    }
    assert!(queries >= 12, "{queries} queries");
    let names = dashboard["templating"]["list"].as_array().unwrap();
    let names: Vec<&str> = names.iter().filter_map(|variable| variable["name"].as_str()).collect();
    assert!(["router", "interface"].iter().all(|name| names.contains(name)), "{names:?}");
}
