//! The fleet as the API's keeper: what is changed is written down first, and runs then.

use std::net::IpAddr;

use async_trait::async_trait;
use lalin_http::{Checked, Discovered, Form, Keeper, KeeperError, Kept, Source};
use lalin_stats::RouterId;
use lalin_store::{Error, Store, Timestamp};
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, error_span};

use crate::{Fleet, Said, checks, form, stack};

impl Fleet {
    fn store(&self) -> Result<&Store, KeeperError> {
        self.0.store.as_ref().ok_or(KeeperError::NothingKept)
    }

    fn said(&self, id: &RouterId) -> Result<Said, KeeperError> {
        let said = self.0.entries.get(id).map(|entry| entry.said.clone());
        said.ok_or_else(|| KeeperError::Unknown(id.clone()))
    }
}

#[async_trait]
impl Keeper for Fleet {
    fn routers(&self) -> Vec<Kept> {
        let usual = self.0.sampling.interval;
        self.in_order(|entry| Kept { about: entry.told.about.clone(), ..entry.said.kept(usual) })
    }

    fn router(&self, id: &RouterId) -> Option<Kept> {
        let entry = self.0.entries.get(id)?;
        Some(Kept { about: entry.told.about.clone(), ..entry.said.kept(self.0.sampling.interval) })
    }

    fn look(&self) {
        self.ask();
    }

    async fn add(&self, form: Form) -> Result<RouterId, KeeperError> {
        let _turn = self.0.changes.lock().await;
        let store = self.store()?;
        let said = form::new(form, |id| self.0.entries.contains_key(id))?;
        let id = said.id.clone();
        store.add_router(id.clone(), said.to_store(), Timestamp::now()).await.map_err(|error| of_store(error, &id))?;
        self.add_said(said)?;
        Ok(id)
    }

    async fn change(&self, id: &RouterId, form: Form) -> Result<(), KeeperError> {
        let _turn = self.0.changes.lock().await;
        let said = self.said(id)?;
        said.editable()?;
        let store = self.store()?;
        let said = form::changed(said, form)?;
        store
            .change_router(id.clone(), said.to_store(), Timestamp::now())
            .await
            .map_err(|error| of_store(error, id))?;
        self.add_said(said)?;
        Ok(())
    }

    async fn remove(&self, id: &RouterId) -> Result<(), KeeperError> {
        let _turn = self.0.changes.lock().await;
        self.said(id)?.editable()?;
        self.store()?.remove_router(id.clone()).await.map_err(|error| of_store(error, id))?;
        self.forget(id);
        Ok(())
    }

    fn retry(&self, id: &RouterId) -> bool {
        let Some(entry) = self.0.entries.get(id) else { return false };
        if let Some(source) = &entry.source {
            source.try_now();
        }
        true
    }

    async fn check(&self, of: Option<&RouterId>, form: Form) -> Result<Checked, KeeperError> {
        let said = match of {
            Some(id) => {
                let before = self.said(id)?;
                let host = before.host.clone();
                let said = form::changed(before, form)?;
                // Another host is the word of whoever asks, and no longer that of the file's operator.
                let source = if said.host == host { said.source } else { Source::Stored };
                Said { source, ..said }
            }
            None => form::new(form, |_| false)?,
        };
        // Somebody waits for it: it does not stand in the queue of a thousand others.
        let session = stack::session(&said, &self.0.sampling, None);
        let session = session.map_err(|detail| KeeperError::Field { field: "tls", detail })?;
        let check = async move { lalin_mikrotik::check(&session).await };
        let check = self.0.runtime.spawn(check.instrument(error_span!("router", router = %said.id)));
        let report = AbortOnDropHandle::new(check).await.map_err(|error| {
            tracing::error!(%error, router = %said.id, "a check ended without a result");
            KeeperError::Store
        })?;
        Ok(checks::view(report))
    }

    fn discovered(&self) -> Discovered {
        let _on = self.0.runtime.enter();
        self.0.hearing.discovered()
    }

    fn setup_script(&self, user: &str, from: Option<IpAddr>, tls: bool) -> String {
        lalin_mikrotik::setup_script(user, from, tls)
    }
}

fn of_store(error: Error, id: &RouterId) -> KeeperError {
    match error {
        Error::Taken { .. } => KeeperError::Taken(id.clone()),
        Error::Unknown { .. } => KeeperError::Unknown(id.clone()),
        Error::Invalid { field, reason } => KeeperError::Field { field, detail: reason.to_owned() },
        Error::Full => KeeperError::DiskFull,
        Error::ReadOnly => KeeperError::ReadOnly,
        Error::Busy => KeeperError::Busy,
        other => {
            tracing::error!(error = %other, "the routers are not written down");
            KeeperError::Store
        }
    }
}
