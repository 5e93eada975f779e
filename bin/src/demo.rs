//! `lalin demo`: the server over three simulated routers, so that everything can be seen before there is a router. One
//! is near, one far away over a mobile network, one dead. Nothing is short-circuited: they are reached over TCP like any
//! other. Only the past is made up: the hour from the same truth that the simulated routers go on by, and a month of
//! history.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use lalin_config::{Config, Flags, RouterOrigin, RouterSettings, Secret};
use lalin_dashboard::DemoAccount;
use lalin_fleet::{Fleet, RecordingPolicy};
use lalin_monitor::{Monitor, Update};
use lalin_stats::RouterId;
use lalin_store::{Access, EncryptionKey, LineChange, LineScope, Store, Timestamp};
use routeros_simulator::{AnswerTimes, Config as Simulated, Fault, Handle, InterfaceSpec, Simulator, Traffic};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use zeroize::Zeroizing;

use crate::cli::DemoFlags;
use crate::demo_past;
use crate::demo_truth::{PAST, Truth};
use crate::error::Error;
use crate::logs;
use crate::serve::{self, Beside};
use crate::words::say;

/// The most values that are made up for it: fewer minutes of a router with thousands of interfaces.
const PAST_VALUES: usize = 1_000_000;
/// The first customer goes this long after the start.
const FIRST_LEAVES: Duration = Duration::from_secs(20);
/// The port to the world, and what is subscribed there, bit/s down and up.
const WAN: &str = "ether1";
const SUBSCRIPTION: (u64, u64) = (500_000_000, 100_000_000);
/// The user on the simulated routers.
const USER: &str = "lalin";

/// One of the routers, and what its interfaces' traffic is.
struct Router {
    settings: RouterSettings,
    simulator: Simulator,
    truth: Truth,
}

/// Serves the pages over them.
pub(crate) async fn run(
    demo: DemoFlags,
    lang: Option<String>,
    variables: impl Iterator<Item = (String, String)>,
) -> Result<(), Error> {
    let interfaces = usize::from(demo.interfaces);
    let mut config = Config::load(None, variables, Flags { lang, ..demo.flags() })?;
    let log = logs::start(&config.log)?;
    let local = config.server.listen.ip().to_canonical().is_loopback();
    // At the machine itself whoever looks needs no login; with one they may change things.
    config.server.open |= local;
    let store = Store::in_memory(EncryptionKey::random()?)?;
    let accounts = accounts(&store, local).await?;
    let mut routers = Vec::new();
    for described in [near(interfaces), far(), dead()] {
        let router = start(described).await?;
        store.add_router(router.settings.clone(), Timestamp::now()).await?;
        subscribed(&store, &router).await?;
        routers.push(router);
    }
    let mut said = vec![say("start.demo", &[])];
    said.extend(accounts.iter().map(|DemoAccount { name, password, role }| {
        let role = say(&format!("role.{role}"), &[]);
        say("start.demo-account", &[("name", name), ("password", password), ("role", &role)])
    }));
    // Ends them with the server.
    let mut tasks = JoinSet::new();
    let begin = |monitor: Arc<Monitor>| {
        for router in &routers {
            tasks.spawn(remember(monitor.clone(), router.settings.id.clone(), router.truth.clone()).boxed());
            tasks.spawn(customers(router.simulator.handle()).boxed());
        }
    };
    // Where others reach it they are told at the terminal alone.
    let accounts = if local { accounts } else { Vec::new() };
    let mut folder = None;
    let record = |config: &Config, fleet: &Fleet, chosen: &RecordingPolicy| {
        let truths = routers.iter().map(|router| (router.settings.id.clone(), router.truth.clone()));
        let (recording, made) = demo_past::record(config, fleet, chosen, truths.collect())?;
        folder = Some(made);
        Some(recording)
    };
    let demonstration =
        Beside { record: Box::new(record), tells: false, accounts, said, begin: Box::new(begin), ..Beside::none() };
    serve::run(&config, Some(store), log, demonstration).await
}

/// What the provider has bought of the one before it.
async fn subscribed(store: &Store, router: &Router) -> Result<(), Error> {
    if !router.truth.traffic.contains_key(WAN) {
        return Ok(());
    }
    let change = LineChange {
        limit_down_bps: Some(Some(SUBSCRIPTION.0)),
        limit_up_bps: Some(Some(SUBSCRIPTION.1)),
        ..LineChange::default()
    };
    store.change_line(LineScope::Everyone, router.settings.id.clone(), WAN.to_owned(), change).await?;
    Ok(())
}

/// An administrator and one who may only look.
async fn accounts(store: &Store, local: bool) -> Result<Vec<DemoAccount>, Error> {
    let mut accounts = Vec::new();
    for (name, access) in [("admin", Access::administrator()), ("budi", Access::viewer())] {
        // Easy to type at the machine itself; where others reach it, nobody guesses it.
        let password = if local { format!("demo-{name}") } else { format!("{:012x}", fastrand::u64(..) >> 16) };
        let role = access.role().as_str();
        store.add_user(name, Zeroizing::new(password.clone()), access, Timestamp::now()).await?;
        accounts.push(DemoAccount { name: name.to_owned(), password, role });
    }
    Ok(accounts)
}

// ===== the routers =====

fn near(interfaces: usize) -> (&'static str, &'static str, Simulated) {
    ("sukamaju", "kantor", Simulated::demo(interfaces))
}

/// Over a mobile network, whose pauses delay every answer.
fn far() -> (&'static str, &'static str, Simulated) {
    let whole = Simulated::demo(36);
    let fixed = whole.interfaces.iter().filter(|one| !one.dynamic && !one.disabled);
    // Other customers than those of the first router.
    let customers = whole.interfaces.iter().filter(|one| one.dynamic).skip(18);
    let all = fixed.chain(customers).cloned().map(|mut one| {
        (one.rx, one.tx) = (scaled(one.rx, 0.35), scaled(one.tx, 0.35));
        one
    });
    let config = Simulated::default().identity("RTRWNET-Bukit").interfaces(all);
    ("bukit", "pop", config.answer_times(AnswerTimes::mobile()))
}

/// Its port is closed.
fn dead() -> (&'static str, &'static str, Simulated) {
    let port = InterfaceSpec::ether("ether1").comment("WAN");
    ("pasar", "pop", Simulated::default().identity("RTRWNET-Pasar").interfaces([port]).fault(Fault::Refuse))
}

fn scaled(traffic: Traffic, by: f64) -> Traffic {
    match traffic {
        Traffic::Constant { bps } => Traffic::Constant { bps: bps * by },
        Traffic::Sine { mean_bps, amplitude_bps, period } => {
            Traffic::Sine { mean_bps: mean_bps * by, amplitude_bps: amplitude_bps * by, period }
        }
        Traffic::Burst { high_bps, low_bps, on, off } => {
            Traffic::Burst { high_bps: high_bps * by, low_bps: low_bps * by, on, off }
        }
        Traffic::Idle => Traffic::Idle,
    }
}

async fn start((id, tag, mut simulated): (&'static str, &'static str, Simulated)) -> Result<Router, Error> {
    // Other users of this machine should not be able to log in.
    let password = format!("{:016x}", fastrand::u64(..));
    for interface in &mut simulated.interfaces {
        interface.age = PAST;
        if interface.dynamic {
            // The session began with the hour; those before it are made up.
            *interface = interface.clone().counters(0, 0);
        }
    }
    let name = simulated.identity.clone();
    let named = |one: &InterfaceSpec| (String::from_utf8_lossy(&one.name).into_owned(), (one.rx, one.tx));
    let traffic = Arc::new(simulated.interfaces.iter().filter(|one| one.running).map(named).collect());
    let truth = Truth { began: Instant::now(), traffic };
    let simulated = simulated.credentials(USER, &*password);
    let simulator = Simulator::start(simulated, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let address = simulator.addr().ok_or(Error::NoSimulator)?;
    tracing::info!(%address, %name, "simulated MikroTik");
    let id: RouterId = id.parse().map_err(|_| Error::NoSimulator)?;
    let mut settings = RouterSettings::new(id, &address.ip().to_string(), address.port(), USER);
    settings.name = Some(name);
    settings.password = Some(Secret::new(password));
    settings.tags = vec![tag.to_owned()];
    settings.origin = RouterOrigin::Stored;
    Ok(Router { settings, simulator, truth })
}

// ===== what happens on them =====

/// Records a router from its first sample on, so that the hour before it joins what follows without a gap.
async fn remember(monitor: Arc<Monitor>, id: RouterId, truth: Truth) {
    let Some(router) = monitor.get(&id) else { return };
    let mut samples = router.record(None, Duration::ZERO);
    let mut past = Some(truth);
    drop(router);
    while let Some(update) = samples.next().await {
        let Update::Tick(frame) = update else { continue };
        if let (Some(truth), Some(router)) = (past.take(), monitor.get(&id)) {
            // As often as somebody who watches is told.
            let step = monitor.settings().interval.max(Duration::from_millis(1));
            let steps = (PAST.as_millis() / step.as_millis()) as usize;
            let most = PAST_VALUES / frame.interfaces.len().max(1);
            router.recall(steps.min(most), step, |interface, from, to| truth.rate(interface, from, to));
        }
    }
}

/// Customers hang up and dial in again, one at a time: their interface goes, and another of the same name comes.
async fn customers(router: Handle) {
    let mut away: Option<InterfaceSpec> = None;
    sleep(FIRST_LEAVES).await;
    loop {
        match away.take() {
            Some(customer) => router.add_interface(customer.counters(0, 0).age(Duration::ZERO)),
            None => {
                let mut dialled: Vec<InterfaceSpec> = router.interfaces();
                dialled.retain(|one| one.dynamic);
                if dialled.is_empty() {
                    return;
                }
                let leaves = dialled.swap_remove(fastrand::usize(..dialled.len()));
                router.remove_interface(&leaves.name);
                away = Some(leaves);
            }
        }
        sleep(Duration::from_secs(fastrand::u64(6..=18))).await;
    }
}
