//! Errors and drops of an interface: how fast they grow, and how many there are.

use std::time::Duration;

/// How fast errors and drops grow, per second. They grow while the link is up.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct LossRates {
    /// `rx-error`.
    pub rx_errors: f64,
    /// `tx-error`.
    pub tx_errors: f64,
    /// `rx-drop`.
    pub rx_drops: f64,
    /// `tx-drop`.
    pub tx_drops: f64,
    /// `tx-queue-drop`.
    pub tx_queue_drops: f64,
}

/// Numbers of errors and drops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LossCounters {
    /// `rx-error`.
    pub rx_errors: u64,
    /// `tx-error`.
    pub tx_errors: u64,
    /// `rx-drop`.
    pub rx_drops: u64,
    /// `tx-drop`.
    pub tx_drops: u64,
    /// `tx-queue-drop`.
    pub tx_queue_drops: u64,
}

impl LossRates {
    /// Sets errors per second, received and sent.
    #[must_use]
    pub fn errors(mut self, rx: f64, tx: f64) -> Self {
        (self.rx_errors, self.tx_errors) = (rx, tx);
        self
    }

    /// Sets drops per second, received and sent.
    #[must_use]
    pub fn drops(mut self, rx: f64, tx: f64) -> Self {
        (self.rx_drops, self.tx_drops) = (rx, tx);
        self
    }

    /// Sets drops of the transmit queue per second.
    #[must_use]
    pub fn queue_drops(mut self, tx: f64) -> Self {
        self.tx_queue_drops = tx;
        self
    }

    pub(crate) fn plus(&self, more: &Self) -> Self {
        Self {
            rx_errors: self.rx_errors + more.rx_errors,
            tx_errors: self.tx_errors + more.tx_errors,
            rx_drops: self.rx_drops + more.rx_drops,
            tx_drops: self.tx_drops + more.tx_drops,
            tx_queue_drops: self.tx_queue_drops + more.tx_queue_drops,
        }
    }

    /// What is lost in a time.
    pub(crate) fn until(&self, time: Duration) -> LossCounters {
        // A cast of a negative number, or of none at all, gives 0.
        let count = |per_second: f64| (per_second * time.as_secs_f64()) as u64;
        LossCounters {
            rx_errors: count(self.rx_errors),
            tx_errors: count(self.tx_errors),
            rx_drops: count(self.rx_drops),
            tx_drops: count(self.tx_drops),
            tx_queue_drops: count(self.tx_queue_drops),
        }
    }
}

impl LossCounters {
    /// Sets errors, received and sent.
    #[must_use]
    pub fn errors(mut self, rx: u64, tx: u64) -> Self {
        (self.rx_errors, self.tx_errors) = (rx, tx);
        self
    }

    /// Sets drops, received and sent.
    #[must_use]
    pub fn drops(mut self, rx: u64, tx: u64) -> Self {
        (self.rx_drops, self.tx_drops) = (rx, tx);
        self
    }

    /// Sets drops of the transmit queue.
    #[must_use]
    pub fn queue_drops(mut self, tx: u64) -> Self {
        self.tx_queue_drops = tx;
        self
    }

    pub(crate) fn plus(self, more: Self) -> Self {
        Self {
            rx_errors: self.rx_errors.saturating_add(more.rx_errors),
            tx_errors: self.tx_errors.saturating_add(more.tx_errors),
            rx_drops: self.rx_drops.saturating_add(more.rx_drops),
            tx_drops: self.tx_drops.saturating_add(more.tx_drops),
            tx_queue_drops: self.tx_queue_drops.saturating_add(more.tx_queue_drops),
        }
    }
}
