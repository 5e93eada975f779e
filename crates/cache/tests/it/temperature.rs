//! A source that has nothing to do with routers, and whose own error is not even `Clone`.

use std::collections::VecDeque;
use std::num::ParseFloatError;
use std::sync::{Arc, Mutex};

use lalin_cache::{Error, Reading, Source, async_trait};
use tokio::sync::Notify;

/// The error of [`Thermometer`].
pub type Unreadable = Error<ParseFloatError>;

/// Gives one of its texts, as a number, a read.
#[derive(Default)]
pub struct Thermometer {
    texts: Mutex<VecDeque<&'static str>>,
    /// A read of `wait` waits for this.
    pub go_on: Notify,
}

impl Thermometer {
    pub fn reading(texts: &[&'static str]) -> Arc<Self> {
        Arc::new(Self { texts: Mutex::new(texts.iter().copied().collect()), go_on: Notify::new() })
    }
}

#[async_trait]
impl Source for Thermometer {
    type Data = f64;
    type Error = Unreadable;

    async fn read(&self) -> Result<Reading<f64, Unreadable>, Unreadable> {
        let text = self.texts.lock().unwrap().pop_front().unwrap();
        match text.strip_prefix("wait ") {
            Some(text) => {
                self.go_on.notified().await;
                Ok(Reading::new(text.parse::<f64>()?))
            }
            None => Ok(Reading::new(text.parse::<f64>()?)),
        }
    }
}
