//! What one node has another one write down: who looks after an alert of a router that is held there.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use lalin_alerts::{Acknowledged, Alert, News};
use lalin_stats::RouterId;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{sleep, timeout};

use super::shared::Shared;
use crate::buckets::site_part;
use crate::error::Error;

#[derive(Serialize, Deserialize)]
struct Question {
    alert: String,
    by: Option<Acknowledged>,
}

#[derive(Serialize, Deserialize)]
struct Answer {
    alert: Option<Alert>,
}

fn subject(shared: &Shared, site: Option<&str>, node: &str) -> String {
    shared.connection.subject(&[site_part(site), "node", node, "alerts"])
}

/// Asks whoever wrote the router's key last.
pub(super) async fn ask(
    shared: &Shared,
    router: &RouterId,
    alert: &str,
    by: Option<Acknowledged>,
) -> Result<Option<Alert>, Error> {
    let (site, node) = shared.writers.get(router).map(|writer| writer.clone()).ok_or(Error::NoAnswer)?;
    let question = Question { alert: alert.to_owned(), by };
    let bytes = serde_json::to_vec(&question).map_err(|error| Error::Server(error.to_string()))?;
    let asked = shared.connection.client().request(subject(shared, site.as_deref(), &node), bytes.into());
    let answer = timeout(PATIENCE, asked).await.map_err(|_| Error::NoAnswer)?.map_err(|_| Error::NoAnswer)?;
    let answer: Answer = serde_json::from_slice(&answer.payload).map_err(|error| Error::Server(error.to_string()))?;
    Ok(answer.alert)
}

/// Answers what others ask of this node.
pub(super) async fn answer(shared: Arc<Shared>, tell: mpsc::Sender<News>) {
    let asked = subject(&shared, shared.connection.site(), shared.connection.node());
    loop {
        if let Ok(mut questions) = shared.connection.client().subscribe(asked.clone()).await {
            while let Some(message) = questions.next().await {
                let Some(reply) = message.reply else { continue };
                let Ok(Question { alert, by }) = serde_json::from_slice(&message.payload) else { continue };
                let (answer, answered) = oneshot::channel();
                if tell.send(News::Acknowledge { id: alert, by, answer }).await.is_err() {
                    return;
                }
                // One after the other: they are of people.
                let Ok(Ok(alert)) = timeout(PATIENCE, answered).await else { continue };
                let Ok(bytes) = serde_json::to_vec(&Answer { alert }) else { continue };
                // Whoever asks waits for a limited time.
                let _ = shared.connection.client().publish(reply, bytes.into()).await;
            }
        }
        sleep(RETRY).await;
    }
}

const PATIENCE: Duration = Duration::from_secs(2);
const RETRY: Duration = Duration::from_secs(1);
