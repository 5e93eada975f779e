//! A store: where samples are sent, and where they are asked for.

use std::sync::Arc;

use lalin_history::RemoteStore;
use lalin_remote_write::{Counted, RemoteWrite, Settings};

use crate::sink::Sink;
use crate::{Address, Client, Error};

/// A store that is open, for as long as its parts are. What waits to be sent then is sent after the next start.
#[derive(Debug)]
pub struct Store {
    sink: Arc<Sink>,
    client: Arc<Client>,
}

impl Store {
    /// Must be called inside a tokio runtime, and where TLS has a provider.
    ///
    /// # Errors
    /// The queue cannot be opened, or there is no HTTP client.
    pub fn open(write: Settings, query: Address) -> Result<Self, Error> {
        let client = Arc::new(Client::new(query)?);
        Ok(Self { sink: Arc::new(Sink::new(RemoteWrite::start(write)?)), client })
    }

    /// What a history wants of it.
    pub fn parts(&self) -> RemoteStore {
        RemoteStore { questions: self.client.clone(), sink: self.sink.clone() }
    }

    /// What became of the samples so far.
    pub fn counted(&self) -> Counted {
        self.sink.counted()
    }
}
