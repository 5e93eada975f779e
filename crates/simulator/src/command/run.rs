//! Finds out which command was given, and answers or refuses it as a router does.

use super::menus::{self, BuiltIn, Printed};
use super::{Command, Reply, ethernet, follow, monitor, print, scripted};
use crate::Fault;
use crate::lock::lock;
use crate::session::Disconnected;

/// Answers a command to its end; some end only when they are cancelled. `may_read`: the policies of the user say so.
pub(crate) async fn run(command: Command, reply: Reply, may_read: bool) -> Result<(), Disconnected> {
    let scripted = scripted::take(&mut lock(&reply.router.scripts), &command);
    if let Some(steps) = scripted {
        return scripted::run(steps, &reply).await;
    }
    let Some(known) = Known::of(&command.path, &reply) else { return refuse(&command, &reply).await };
    if !may_read || reply.router.faults().has(&Fault::NoPermission) {
        return reply.refuse(None, "not enough permissions (9)").await;
    }
    match known {
        Known::Print(printed) => print::run(printed, &command, &reply).await,
        Known::Listen => follow::listen(&command, &reply).await,
        Known::Monitor => monitor::run(&command, &reply).await,
        Known::Ethernet => ethernet::run(&command, &reply).await,
    }
}

/// Actions that would change the settings of a router.
const WRITES: [&[u8]; 9] =
    [b"/add", b"/set", b"/remove", b"/enable", b"/disable", b"/comment", b"/unset", b"/move", b"/reset-counters"];

/// Menus that have commands or other menus in them, but no `print` here.
const PREFIXES: [&[u8]; 6] = [b"/interface", b"/interface/ethernet", b"/ip", b"/ppp", b"/system", b"/user"];

async fn refuse(command: &Command, reply: &Reply) -> Result<(), Disconnected> {
    let prefix = command.path.rsplitn(2, |&byte| byte == b'/').nth(1).unwrap_or_default();
    let known = prefix.is_empty()
        || PREFIXES.contains(&prefix)
        || Known::of(&[prefix, b"/print"].concat(), reply).is_some()
        || reply.router.is_above_a_menu(prefix);
    let action = command.path.get(prefix.len()..).unwrap_or_default();
    if known && WRITES.contains(&action) {
        // The users of a simulated router may read and nothing else.
        return reply.refuse(None, "not enough permissions (9)").await;
    }
    let message = if known { "no such command" } else { "no such command prefix" };
    reply.refuse(Some(0), message).await
}

enum Known {
    Print(Printed),
    Listen,
    Monitor,
    Ethernet,
}

impl Known {
    fn of(path: &[u8], reply: &Reply) -> Option<Self> {
        let built_in = |menu| Some(Self::Print(Printed::BuiltIn(menu)));
        if let Some(menu) = menus::custom(path, &reply.router) {
            return Some(Self::Print(Printed::Custom(menu)));
        }
        match path {
            b"/interface/print" | b"/interface/getall" => Some(Self::Print(Printed::Interfaces)),
            b"/interface/listen" => Some(Self::Listen),
            b"/interface/monitor-traffic" => Some(Self::Monitor),
            b"/interface/ethernet/monitor" => Some(Self::Ethernet),
            b"/system/resource/print" => built_in(BuiltIn::Resource),
            b"/system/identity/print" => built_in(BuiltIn::Identity),
            b"/system/clock/print" => built_in(BuiltIn::Clock),
            b"/ppp/active/print" => built_in(BuiltIn::PppActive),
            b"/ip/route/print" => built_in(BuiltIn::Routes),
            b"/user/print" => built_in(BuiltIn::Users),
            b"/user/group/print" => built_in(BuiltIn::Groups),
            b"/user/active/print" => built_in(BuiltIn::ActiveUsers),
            _ => None,
        }
    }
}
