//! `lalin top`: who carries how much, live in a terminal, for those who are on SSH. From the running server, or straight
//! from a router.

mod chart;
mod draw;
mod feed;
mod figures;
mod input;
mod look;
mod screen;
mod table;

use lalin_config::Flags;
use lalin_store::Access;

use self::feed::{Feed, RouterFeed, ServerFeed};
use self::table::{Order, Table};
use crate::cli::TopFlags;
use crate::client::{Client, OwnToken, Refusal};
use crate::environment::gather;
use crate::error::Error;
use crate::passwords;

/// Shows the table until `q`, or once.
pub(crate) fn run(flags: TopFlags) -> Result<(), Error> {
    let order = Order::named(&flags.sort);
    let direct = flags.router.is_some();
    let asked = Flags { router: flags.router.clone(), tls: flags.tls.clone(), ..flags.server.clone().into() };
    let (mut config, _) = gather(asked)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(Error::Runtime)?;
    if direct {
        // Of this call alone, whatever else is configured.
        let wanted = config.routers.iter().find(|router| router.enabled).cloned().ok_or(Error::NothingToCheck)?;
        config.routers = vec![wanted];
        passwords::ask(&mut config)?;
        let feed = runtime.block_on(async { RouterFeed::begin(&config, flags.interval) })?;
        return show(&runtime, feed, &flags, order);
    }
    let client = Client::of(&flags.server, &config);
    let mut own = None;
    let feed = match ServerFeed::begin(client, flags.of.clone()) {
        Err(Refusal::Login) if std::env::var_os("LALIN_TOKEN").is_none() && flags.server.url.is_none() => {
            own = runtime.block_on(OwnToken::make(&config, Access::viewer()));
            let client = Client::of(&flags.server, &config);
            let Some(token) = &own else { return Err(client.failed(Refusal::Login)) };
            ServerFeed::begin_patiently(client.with_token(token.secret()), flags.of.clone())
        }
        begun => begun,
    };
    let failed = |refusal| Client::of(&flags.server, &config).failed(refusal);
    let done = feed.map_err(failed).and_then(|feed| show(&runtime, feed, &flags, order));
    if let Some(own) = own {
        runtime.block_on(own.end());
    }
    done
}

fn show(runtime: &tokio::runtime::Runtime, mut feed: impl Feed, flags: &TopFlags, order: Order) -> Result<(), Error> {
    let _inside = runtime.enter();
    let table = Table::new(order);
    if flags.once { screen::once(&mut feed, table, flags.json) } else { screen::run(&mut feed, table, flags.interval) }
}
