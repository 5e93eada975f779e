//! What `alerts.db` is where several machines watch: a copy of what they share, and the messages of this one.

use rusqlite::{Row, params};

use super::Database;
use crate::state::{Alert, State};
use crate::{Error, outbox};

impl Database {
    /// Lets go of what is about a router, or with `None` about any: states and messages that wait. What is over stays.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn let_go(&self, router: Option<String>) -> Result<(), Error> {
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            let messages = outbox::withdraw(&transaction, router.as_deref())?;
            if messages > 0 {
                tracing::info!(messages, "left to the machine that holds their routers");
            }
            for sql in [
                "DELETE FROM alert WHERE (over = 0 OR owes = 1) AND router IS NOT NULL AND (?1 IS NULL OR router = ?1)",
                "DELETE FROM line WHERE ?1 IS NULL OR router = ?1",
                "DELETE FROM boot WHERE ?1 IS NULL OR router = ?1",
            ] {
                transaction.prepare_cached(sql)?.execute([&router])?;
            }
            Ok(transaction.commit()?)
        })
        .await
    }

    /// Of these messages, channel and id, those that still wait.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn still_wait(&self, messages: Vec<(String, String)>) -> Result<Vec<(String, String)>, Error> {
        self.run(move |connection| {
            let mut one =
                connection.prepare_cached("SELECT 1 FROM outbox WHERE channel = ?1 AND notice = ?2 AND waits = 1")?;
            let mut waiting = Vec::new();
            for (channel, notice) in messages {
                if one.exists([&channel, &notice])? {
                    waiting.push((channel, notice));
                }
            }
            Ok(waiting)
        })
        .await
    }

    /// The alerts of a router that ended last, the latest first.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn ended_last(&self, router: String, most: u32) -> Result<Vec<Alert>, Error> {
        self.run(move |connection| {
            let mut rows = connection.prepare_cached(
                "SELECT body FROM alert WHERE over = 1 AND router = ?1 ORDER BY at DESC, id LIMIT ?2",
            )?;
            let read = |row: &Row<'_>| row.get::<_, String>(0);
            let rows = rows.query_map(params![router, most], read)?.collect::<Result<Vec<_>, _>>()?;
            Ok(rows.iter().filter_map(|body| serde_json::from_str(body).ok()).collect())
        })
        .await
    }

    /// Remembers what ended at another machine.
    ///
    /// # Errors
    /// [`Error::Database`].
    pub async fn take_in(&self, ended: Vec<Alert>, now_ms: i64) -> Result<(), Error> {
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            let mut news = 0;
            for one in ended.iter().filter(|one| one.state == State::Cleared) {
                let at = one.cleared_ms.unwrap_or(one.since_ms);
                let body = serde_json::to_string(one)?;
                news += transaction
                    .prepare_cached(
                        "INSERT INTO alert (id, at, router, interface, over, owes, body)
                        VALUES (?1, ?2, ?3, ?4, 1, 0, ?5) ON CONFLICT (id) DO UPDATE SET
                        at = excluded.at, interface = excluded.interface, over = 1, owes = 0, body = excluded.body
                        WHERE over = 0 OR body != excluded.body",
                    )?
                    .execute(params![&*one.id, at, one.router, one.interface.as_deref(), body])?;
            }
            if news > 0 {
                super::states::forget(&transaction, now_ms)?;
            }
            Ok(transaction.commit()?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::Batch;
    use crate::{Kind, Language, Notice, Rule, RuleForm};

    use super::*;

    fn alert(id: &str, router: &str, state: State) -> Alert {
        let rule: Rule = RuleForm { name: "Putus".into(), ..RuleForm::of(Kind::LineDown) }.rule("1", false).unwrap();
        let cleared_ms = (state == State::Cleared).then_some(2_000);
        let of = Alert::of(&rule, Some(router.to_owned()), Some("ether1".into()), 1_000);
        Alert { id: id.into(), state, cleared_ms, ..of }
    }

    fn notice(id: &str, router: Option<&str>) -> Notice {
        Notice { router: router.map(str::to_owned), ..Notice::test(id.to_owned(), Language::Id, 1_000) }
    }

    fn batch() -> Batch {
        let several = Notice { told_with: Some("b".into()), ..notice("n-several", None) };
        let alerts =
            [alert("a-1", "a", State::Firing), alert("b-1", "b", State::Firing), alert("b-0", "b", State::Cleared)];
        Batch {
            alerts: alerts.into_iter().map(|alert| (alert.id.clone(), alert)).collect(),
            notices: vec![("noc".into(), notice("n-a", Some("a"))), ("noc".into(), several)],
            taken_up: vec![("noc".into(), notice("n-b", Some("b"))), ("noc".into(), notice("n-none", None))],
            lines: [(("b".to_owned(), "ether1".into()), true)].into(),
            boots: [("b".to_owned(), 5)].into(),
        }
    }

    async fn waiting(database: &Database) -> Vec<String> {
        let all = ["n-a", "n-b", "n-several", "n-none"].map(|id| ("noc".to_owned(), id.to_owned()));
        database.still_wait(all.to_vec()).await.unwrap().into_iter().map(|(_, id)| id).collect()
    }

    #[test]
    fn a_batch_is_taken_apart_by_router() {
        let mut batch = batch();
        assert_eq!(batch.routers().into_iter().collect::<Vec<_>>(), ["a", "b"]);
        let part = batch.take_part("b");
        assert_eq!((part.alerts.len(), part.notices.len(), part.taken_up.len()), (2, 1, 1));
        assert_eq!((part.lines.len(), part.boots.len()), (1, 1));
        assert_eq!((batch.alerts.len(), batch.notices.len(), batch.taken_up.len()), (1, 1, 1));
        batch.add(part);
        assert_eq!((batch.alerts.len(), batch.routers().len()), (3, 2));
    }

    #[tokio::test]
    async fn a_router_that_is_let_go_leaves_what_is_over_and_its_messages_can_be_queued_again() {
        let database = Database::in_memory().unwrap();
        database.write(batch(), 1_000).await.unwrap();
        assert_eq!(waiting(&database).await, ["n-a", "n-b", "n-several", "n-none"]);
        database.let_go(Some("b".into())).await.unwrap();
        assert_eq!(waiting(&database).await, ["n-a", "n-none"]);
        let left = database.remembered().await.unwrap();
        assert_eq!((left.alerts.len(), left.lines.len(), left.boots.len()), (1, 0, 0));
        assert_eq!(database.ended_last("b".into(), 5).await.unwrap().len(), 1);
        let counted =
            database.run(|db| Ok(db.query_row("SELECT waiting FROM outbox_channel", [], |row| row.get::<_, i64>(0))?));
        assert_eq!(counted.await.unwrap(), 2);
        // Held again.
        database.write(batch(), 1_000).await.unwrap();
        let doubtful = database.run(|db| {
            let mut rows = db.prepare("SELECT notice FROM outbox WHERE doubtful = 1 ORDER BY notice")?;
            Ok(rows.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?)
        });
        assert_eq!(doubtful.await.unwrap(), ["n-b", "n-none"]);
        database.let_go(None).await.unwrap();
        assert_eq!(waiting(&database).await, ["n-none"]);
        assert!(database.remembered().await.unwrap().alerts.is_empty());
    }

    #[tokio::test]
    async fn what_ended_elsewhere_is_remembered_once_and_takes_the_place_of_what_stood() {
        let database = Database::in_memory().unwrap();
        database.write(batch(), 1_000).await.unwrap();
        let ended = vec![alert("b-1", "b", State::Cleared), alert("b-2", "b", State::Firing)];
        for _ in 0..2 {
            database.take_in(ended.clone(), 3_000).await.unwrap();
        }
        let ids = database.ended_last("b".into(), 5).await.unwrap().into_iter().map(|one| one.id.to_string());
        assert_eq!(ids.collect::<Vec<_>>(), ["b-0", "b-1"]);
        assert_eq!(database.remembered().await.unwrap().alerts.len(), 1, "that of the other router stands");
    }
}
