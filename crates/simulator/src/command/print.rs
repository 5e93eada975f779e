//! `print` on every menu: `.proplist`, queries, `count-only`, `from`, and repeating by `interval` or `follow`.

use std::borrow::Cow;
use std::ops::ControlFlow::{self, Break, Continue};
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, sleep};

use super::menus::{self, Printed};
use super::query::Query;
use super::{Command, Reply, duration, follow};
use crate::AnswerTime;
use crate::router::{Interface, Wanted};
use crate::session::{BATCH, Disconnected};

/// The attributes of a print. Those that only change the layout on a terminal have no effect here.
const KNOWN: &[&str] = &[
    ".proplist",
    "append",
    "as-value",
    "brief",
    "count-only",
    "detail",
    "file",
    "follow",
    "follow-only",
    "from",
    "interval",
    "oid",
    "stats",
    "stats-detail",
    "terse",
    "value-list",
    "where",
    "without-paging",
];

/// A print is repeated no faster than this.
const FASTEST: Duration = Duration::from_millis(50);

/// Which rows of a menu are printed, and what of them.
struct Selection<'a> {
    printed: Printed,
    query: Query,
    proplist: Option<&'a [u8]>,
    /// Ids or names.
    from: Option<Vec<&'a [u8]>>,
}

/// Prints a menu.
pub(crate) async fn run(printed: Printed, command: &Command, reply: &Reply) -> Result<(), Disconnected> {
    if command.unknown_attribute(KNOWN).is_some() {
        return reply.refuse(None, "unknown parameter").await;
    }
    let selection = Selection {
        printed,
        query: Query::of(&command.queries),
        proplist: command.get(".proplist").filter(|list| !list.is_empty()),
        from: command.get("from").map(|list| list.split(|&byte| byte == b',').collect()),
    };
    // Subscribed before the rows are printed, so that no change meanwhile is missed.
    let events = reply.router.events.subscribe();
    if command.flag("follow-only") {
        return follow::follow(events, command, reply).await;
    }
    if command.flag("count-only") {
        return delayed(reply, |reply| async move {
            let count = selection.print(None, &reply).await?;
            reply.done_with(count.to_string().as_bytes()).await
        })
        .await;
    }
    if let Some(every) = command.get("interval") {
        let Some(every) = duration::parse(every) else {
            return reply.refuse(Some(1), "invalid value for argument interval").await;
        };
        let mut rounds = interval(every.max(FASTEST));
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            rounds.tick().await;
            selection.send_rows(reply).await?;
        }
    }
    if command.flag("follow") {
        selection.send_rows(reply).await?;
        return follow::follow(events, command, reply).await;
    }
    delayed(reply, |reply| async move {
        selection.send_rows(&reply).await?;
        reply.done().await
    })
    .await
}

/// Answers after the time that a print takes. All rows are read at one moment within that time.
async fn delayed<F: Future<Output = Result<(), Disconnected>>>(
    reply: &Reply,
    answer: impl FnOnce(Reply) -> F,
) -> Result<(), Disconnected> {
    let Some(AnswerTime { before, after }) = reply.router.answer_time() else { return answer(reply.clone()).await };
    sleep(before).await;
    let held = reply.held();
    answer(held.clone()).await?;
    sleep(after).await;
    held.release().await
}

impl Selection<'_> {
    /// Sends the rows, or that there are none.
    async fn send_rows(&self, reply: &Reply) -> Result<(), Disconnected> {
        let wanted = self.proplist.map_or(Wanted::ALL, Wanted::of);
        if self.print(Some(wanted), reply).await? == 0 && reply.router.version.says_empty() {
            reply.empty().await?;
        }
        Ok(())
    }

    /// Counts the rows, and sends them if any properties are wanted.
    async fn print(&self, wanted: Option<Wanted>, reply: &Reply) -> Result<usize, Disconnected> {
        let Printed::Interfaces = self.printed else { return self.print_menu(wanted.is_some(), reply).await };
        let faults = reply.router.faults();
        if let Some(time) = faults.slow_print() {
            sleep(time).await;
        }
        let (mut count, mut after) = (0, 0);
        loop {
            let mut batch = Vec::new();
            let most = match faults.trickle() {
                Some(apart) => {
                    sleep(apart).await;
                    1
                }
                None => BATCH,
            };
            let more = self.batch((&mut after, &mut count), most, wanted, reply, &mut batch);
            if !batch.is_empty() {
                reply.send(batch).await?;
            }
            if more.is_break() {
                return Ok(count);
            }
        }
    }

    /// Appends the rows of interfaces with a higher serial than `after`, about `most` bytes of them. Between two
    /// batches, interfaces may come and go, and other commands of the session take their turn.
    fn batch(
        &self,
        (after, count): (&mut u32, &mut usize),
        most: usize,
        wanted: Option<Wanted>,
        reply: &Reply,
        to: &mut Vec<u8>,
    ) -> ControlFlow<()> {
        let mut interfaces = reply.router.interfaces();
        let next = interfaces.list.partition_point(|interface| interface.serial <= *after);
        for interface in &mut interfaces.list[next..] {
            if to.len() >= most {
                return Continue(());
            }
            *after = interface.serial;
            if !self.keeps(interface) {
                continue;
            }
            *count += 1;
            if let Some(wanted) = wanted {
                interface.sentence(reply.tag(), wanted, to);
            }
        }
        Break(())
    }

    fn keeps(&self, interface: &mut Interface) -> bool {
        if let Some(from) = &self.from {
            let id = interface.id();
            if !from.iter().any(|from| *from == id.as_bytes() || *from == interface.spec.name) {
                return false;
            }
        }
        self.query.keeps_interface(interface)
    }

    /// The same for every other menu, whose rows are few.
    async fn print_menu(&self, wanted: bool, reply: &Reply) -> Result<usize, Disconnected> {
        let mut rows = menus::rows(&self.printed, &reply.router);
        rows.retain(|row| {
            let value = |key: &[u8]| row.get(str::from_utf8(key).ok()?).map(Cow::Borrowed);
            let from = |from: &Vec<&[u8]>| from.iter().any(|from| row.get(".id") == Some(*from));
            self.from.as_ref().is_none_or(from) && self.query.keeps(value)
        });
        if wanted {
            let asked = |key: &str| {
                self.proplist.is_none_or(|list| list.split(|&byte| byte == b',').any(|name| name == key.as_bytes()))
            };
            for row in &rows {
                let row = row.0.iter().filter(|(key, _)| asked(key));
                let mut sentence = Vec::new();
                reply.encode("!re", row.map(|(key, value)| (key.as_str(), value.as_slice())), &mut sentence);
                reply.send(sentence).await?;
            }
        }
        Ok(rows.len())
    }
}
