//! `lalin simulate`: simulated routers alone, for tests of other programs.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use routeros_simulator::{Announcement, Announcer, Config as Simulated, Recording, Simulator};

use crate::cli::SimulateFlags;
use crate::error::Error;
use crate::signals;
use crate::words::say;

/// The port of neighbour discovery.
const MNDP: u16 = 5678;

/// Runs simulated routers until the program is asked to stop.
pub(crate) async fn simulate(flags: &SimulateFlags) -> Result<(), Error> {
    let config = configured(flags)?;
    let (mut simulators, mut announcers) = (Vec::new(), Vec::new());
    for number in 1..=flags.count {
        let mut config = config.clone();
        if flags.count > 1 {
            config.identity = format!("{}-{number}", config.identity);
        }
        // Port 0 is a free one for each.
        let port = if flags.port == 0 { Some(0) } else { flags.port.checked_add(number - 1) };
        let port = port.ok_or(Error::NoPorts { count: flags.count, port: flags.port })?;
        let (identity, user) = (config.identity.clone(), config.users.first().map(|user| user.name.clone()));
        let simulator = Simulator::start(config, SocketAddr::new(flags.address, port)).await?;
        let address = simulator.addr().ok_or(Error::NoSimulator)?;
        let user = format!("{:?}", user.unwrap_or_default());
        println!("{}", say("simulate.router", &[("identity", &identity), ("address", &address), ("user", &user)]));
        simulators.push(simulator);
        if flags.mndp {
            announcers.push(announcer(&identity, flags.address, number)?);
        }
    }
    signals::stop_asked().await;
    let usages = simulators.iter().map(|simulator| simulator.handle().usage());
    let (logins, commands, bytes) =
        usages.fold((0, 0, 0), |sum, usage| (sum.0 + usage.logins, sum.1 + usage.commands, sum.2 + usage.bytes_out));
    println!("{}", say("simulate.sums", &[("logins", &logins), ("commands", &commands), ("bytes", &bytes)]));
    Ok(())
}

/// The router that the flags and their files describe.
fn configured(flags: &SimulateFlags) -> Result<Simulated, Error> {
    let mut config = match &flags.world {
        Some(path) => read(path, Simulated::from_json)?,
        None => Simulated::demo(usize::from(flags.interfaces)),
    };
    if let Some(path) = &flags.replay {
        config = config.recording(&read(path, Recording::parse)?);
    }
    if let Some(identity) = &flags.identity {
        config.identity.clone_from(identity);
    }
    let first = config.users.first().map(|user| user.name.clone());
    match (&flags.user, &flags.password) {
        (Some(user), password) => config = config.credentials(user, password.as_deref().unwrap_or_default()),
        (None, Some(password)) => config = config.credentials(first.unwrap_or_else(|| "admin".into()), password),
        (None, None) => {}
    }
    Ok(config)
}

fn read<T>(path: &Path, parse: impl FnOnce(&str) -> Result<T, routeros_simulator::Error>) -> Result<T, Error> {
    let wrong = |reason: String| Error::SimulatorFile { path: path.to_owned(), reason };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    parse(&text).map_err(|error| wrong(error.to_string()))
}

/// Announces a simulated router on the network, as a real one does.
fn announcer(identity: &str, address: IpAddr, number: u16) -> Result<Announcer, Error> {
    let ipv4 = match address {
        IpAddr::V4(address) if !address.is_unspecified() => Some(address),
        _ => None,
    };
    let software_id = format!("LALI-N{number:03}");
    let announcement = Announcement::default().identity(identity).software_id(software_id).ipv4(ipv4);
    let everybody = SocketAddr::from((Ipv4Addr::BROADCAST, MNDP));
    Announcer::start(announcement, (Ipv4Addr::UNSPECIFIED, MNDP).into(), vec![everybody]).map_err(Error::Discovery)
}
