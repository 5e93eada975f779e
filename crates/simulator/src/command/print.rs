//! `print` on every menu: `.proplist`, queries, `count-only`, `from`, and repeating by `interval` or `follow`.

use std::ops::ControlFlow::{self, Break, Continue};
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval, sleep};

use super::menus::{self, Menu};
use super::query::Query;
use super::{Command, Reply, listen, span};
use crate::outlet::{BATCH, Gone};
use crate::port::{Port, Wanted};
use crate::{AnswerTime, Fault};

/// What a print takes; those that only change a terminal's layout change nothing here.
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

/// No faster than this is a print repeated.
const FASTEST: Duration = Duration::from_millis(50);

/// What of a menu is to be printed.
struct Selection<'a> {
    menu: Menu,
    query: Query,
    proplist: Option<&'a [u8]>,
    /// Ids or names.
    from: Option<Vec<&'a [u8]>>,
}

/// Prints a menu.
pub(crate) async fn run(menu: Menu, command: &Command, reply: &Reply) -> Result<(), Gone> {
    if command.beyond(KNOWN).is_some() {
        return reply.refuse(None, "unknown parameter").await;
    }
    let selection = Selection {
        menu,
        query: Query::of(&command.queries),
        proplist: command.get(".proplist").filter(|list| !list.is_empty()),
        from: command.get("from").map(|list| list.split(|&byte| byte == b',').collect()),
    };
    // Before the rows: what changes while they are printed is not to be missed.
    let events = reply.router.events.subscribe();
    if command.flag("follow-only") {
        return listen::follow(events, command, reply).await;
    }
    if command.flag("count-only") {
        return late(reply, |reply| async move {
            let count = selection.print(None, &reply).await?;
            reply.done_with(count.to_string().as_bytes()).await
        })
        .await;
    }
    if let Some(every) = command.get("interval") {
        let Some(every) = span::parse(every) else {
            return reply.refuse(Some(1), "invalid value for argument interval").await;
        };
        let mut rounds = interval(every.max(FASTEST));
        rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            rounds.tick().await;
            selection.say(reply).await?;
        }
    }
    if command.flag("follow") {
        selection.say(reply).await?;
        return listen::follow(events, command, reply).await;
    }
    late(reply, |reply| async move {
        selection.say(&reply).await?;
        reply.done().await
    })
    .await
}

/// Answers after the time that a print takes: what is read is read at one moment, which lies within it.
async fn late<F: Future<Output = Result<(), Gone>>>(
    reply: &Reply,
    answer: impl FnOnce(Reply) -> F,
) -> Result<(), Gone> {
    let Some(AnswerTime { before, after }) = reply.router.answer_time() else { return answer(reply.clone()).await };
    sleep(before).await;
    let held = reply.held();
    answer(held.clone()).await?;
    sleep(after).await;
    held.release().await
}

impl Selection<'_> {
    /// Says the rows, or that there are none.
    async fn say(&self, reply: &Reply) -> Result<(), Gone> {
        let wanted = self.proplist.map_or(Wanted::ALL, Wanted::of);
        if self.print(Some(wanted), reply).await? == 0 && reply.router.version.says_empty() {
            reply.empty().await?;
        }
        Ok(())
    }

    /// Says the rows where they are wanted, and counts them.
    async fn print(&self, wanted: Option<Wanted>, reply: &Reply) -> Result<usize, Gone> {
        if self.menu != Menu::Interface {
            return self.print_small(wanted.is_some(), reply).await;
        }
        let fault = reply.router.fault();
        if let Fault::SlowPrint(time) = *fault {
            sleep(time).await;
        }
        let (mut count, mut after) = (0, 0);
        loop {
            let mut batch = Vec::new();
            let most = match *fault {
                Fault::Trickle(apart) => {
                    sleep(apart).await;
                    1
                }
                _ => BATCH,
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

    /// The rows of the interfaces of a higher serial than `after`, about `most` bytes of them. Between two
    /// batches interfaces may come and go; other commands of the session have their turn.
    fn batch(
        &self,
        (after, count): (&mut u32, &mut usize),
        most: usize,
        wanted: Option<Wanted>,
        reply: &Reply,
        to: &mut Vec<u8>,
    ) -> ControlFlow<()> {
        let mut ports = reply.router.ports();
        let next = ports.list.partition_point(|port| port.serial <= *after);
        for port in &mut ports.list[next..] {
            if to.len() >= most {
                return Continue(());
            }
            *after = port.serial;
            if !self.keeps(port) {
                continue;
            }
            *count += 1;
            if let Some(wanted) = wanted {
                port.sentence(reply.tag(), wanted, to);
            }
        }
        Break(())
    }

    fn keeps(&self, port: &mut Port) -> bool {
        if let Some(from) = &self.from {
            let id = port.id();
            if !from.iter().any(|from| *from == id.as_bytes() || *from == port.spec.name) {
                return false;
            }
        }
        keeps(&self.query, port)
    }

    async fn print_small(&self, wanted: bool, reply: &Reply) -> Result<usize, Gone> {
        let mut rows = menus::rows(self.menu, &reply.router);
        rows.retain(|row| {
            let value = |key: &[u8]| {
                let (_, value) = row.iter().find(|(name, _)| name.as_bytes() == key)?;
                Some(value.into())
            };
            let from = |from: &Vec<&[u8]>| from.iter().any(|from| value(b".id").as_deref() == Some(*from));
            self.from.as_ref().is_none_or(from) && self.query.keeps(value)
        });
        if wanted {
            let asked = |key: &str| {
                self.proplist.is_none_or(|list| list.split(|&byte| byte == b',').any(|name| name == key.as_bytes()))
            };
            for row in &rows {
                let row = row.iter().filter(|(key, _)| asked(key)).map(|(key, value)| (*key, value.as_slice()));
                let mut sentence = Vec::new();
                reply.encode("!re", row, &mut sentence);
                reply.send(sentence).await?;
            }
        }
        Ok(rows.len())
    }
}

/// Whether a query keeps an interface.
pub(crate) fn keeps(query: &Query, port: &mut Port) -> bool {
    if query.is_empty() {
        return true;
    }
    let counters = port.counters();
    query.keeps(|key| port.value(key, counters))
}
