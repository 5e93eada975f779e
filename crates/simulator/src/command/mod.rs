//! The commands a client may give once it is logged in: each a file, or a few lines in `menus`. Login, `/cancel` and
//! `/quit` are the session's own.

mod ethernet;
mod listen;
mod menus;
mod monitor;
mod print;
mod query;
mod reply;
mod sentence;
mod span;

pub(crate) use reply::Reply;
pub(crate) use sentence::Command;

use crate::Fault;
use crate::outlet::Gone;
use menus::Menu;

/// Answers a command to its end, which for some is only when it is cancelled.
pub(crate) async fn run(command: Command, reply: Reply) -> Result<(), Gone> {
    let Some(known) = Known::of(&command.path) else {
        let prefix = command.path.rsplitn(2, |&byte| byte == b'/').nth(1).unwrap_or_default();
        let known = prefix.is_empty() || [&b"/interface"[..], b"/ppp", b"/system", b"/user"].contains(&prefix);
        let known = known || Known::of(&[prefix, b"/print"].concat()).is_some();
        let action = command.path.get(prefix.len()..).unwrap_or_default();
        if known && WRITES.contains(&action) {
            // Its users may read, and no more.
            return reply.refuse(None, "not enough permissions (9)").await;
        }
        let message = if known { "no such command" } else { "no such command prefix" };
        return reply.refuse(Some(0), message).await;
    };
    if *reply.router.fault() == Fault::NoPermission {
        return reply.refuse(None, "not enough permissions (9)").await;
    }
    match known {
        Known::Print(menu) => print::run(menu, &command, &reply).await,
        Known::Listen => listen::run(&command, &reply).await,
        Known::Monitor => monitor::run(&command, &reply).await,
        Known::Links => ethernet::run(&command, &reply).await,
    }
}

/// What would change a router's settings.
const WRITES: [&[u8]; 9] =
    [b"/add", b"/set", b"/remove", b"/enable", b"/disable", b"/comment", b"/unset", b"/move", b"/reset-counters"];

enum Known {
    Print(Menu),
    Listen,
    Monitor,
    Links,
}

impl Known {
    fn of(path: &[u8]) -> Option<Self> {
        Some(match path {
            b"/interface/print" | b"/interface/getall" => Self::Print(Menu::Interface),
            b"/interface/listen" => Self::Listen,
            b"/interface/monitor-traffic" => Self::Monitor,
            b"/interface/ethernet/monitor" => Self::Links,
            b"/system/resource/print" => Self::Print(Menu::Resource),
            b"/system/identity/print" => Self::Print(Menu::Identity),
            b"/system/clock/print" => Self::Print(Menu::Clock),
            b"/ppp/active/print" => Self::Print(Menu::DialledIn),
            b"/user/active/print" => Self::Print(Menu::ActiveUsers),
            _ => return None,
        })
    }
}
