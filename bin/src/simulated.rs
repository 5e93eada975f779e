//! The simulated router: under the demo's server, or alone for others' tests.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use lalin_config::{Config, Flags};
use routeros_simulator::{Announcement, Announcer, Config as Simulated, Simulator};

use crate::cli::{DemoFlags, SimulateFlags};
use crate::error::Error;
use crate::{logs, serve, signals};

/// The port of neighbour discovery.
const MNDP: u16 = 5678;

/// Serves the dashboard over a simulated router. Nothing is short-circuited: it is reached over TCP like any other.
pub(crate) async fn demo(demo: DemoFlags, variables: impl Iterator<Item = (String, String)>) -> Result<(), Error> {
    // Other users of this machine should not be able to log in.
    let (user, password) = ("admin", format!("{:016x}", fastrand::u64(..)));
    let simulated = Simulated::demo(usize::from(demo.interfaces)).credentials(user, &*password);
    let name = simulated.identity.clone();
    let simulator = Simulator::start(simulated, SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
    let address = simulator.addr().ok_or(Error::NoSimulator)?;
    let flags = Flags { router: Some(format!("{user}@{address}")), ..demo.flags() };
    let secret = ("LALIN_ROUTER_PASSWORD".to_owned(), password);
    let mut config = Config::load(None, variables.chain([secret]), flags)?;
    for router in &mut config.routers {
        router.name = Some(name.clone());
    }
    logs::start(&config.log)?;
    tracing::info!(%address, "simulated MikroTik");
    serve::run(&config, None).await
}

/// Runs a simulated router until it is asked to stop.
pub(crate) async fn simulate(flags: &SimulateFlags) -> Result<(), Error> {
    let config = Simulated::demo(usize::from(flags.interfaces)).credentials(&*flags.user, &*flags.password);
    let identity = config.identity.clone();
    let simulator = Simulator::start(config, SocketAddr::new(flags.address, flags.port)).await?;
    let address = simulator.addr().ok_or(Error::NoSimulator)?;
    println!("MikroTik (simulated): {address}, user {:?}", flags.user);
    let _announcer = if flags.mndp { Some(announcer(&identity, flags.address)?) } else { None };
    signals::stop_asked().await;
    let usage = simulator.handle().usage();
    println!("{} logins, {} commands, {} bytes sent", usage.logins, usage.commands, usage.bytes_out);
    Ok(())
}

/// Tells the network of the simulated router, as a real one does.
fn announcer(identity: &str, address: IpAddr) -> Result<Announcer, Error> {
    let ipv4 = match address {
        IpAddr::V4(address) if !address.is_unspecified() => Some(address),
        _ => None,
    };
    let announced = Announcement::default().identity(identity).ipv4(ipv4);
    let everybody = SocketAddr::from((Ipv4Addr::BROADCAST, MNDP));
    Announcer::start(announced, (Ipv4Addr::UNSPECIFIED, MNDP).into(), vec![everybody]).map_err(Error::Discovery)
}
