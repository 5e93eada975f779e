//! The series of a history in a store, by name and label.

/// A quantity that is summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// Bytes received in measured time.
    RxBytes,
    /// Bytes sent in measured time.
    TxBytes,
    /// Packets received.
    RxPackets,
    /// Packets sent.
    TxPackets,
    /// Packets with errors, both directions; not sent where there are none.
    Errors,
    /// Packets dropped, both directions; not sent where there are none.
    Drops,
    /// Bytes received in time that was not measured; not sent where there are none.
    UnmeasuredRx,
    /// The same of bytes sent.
    UnmeasuredTx,
    /// How long was measured, ms.
    Milliseconds,
    /// How often the counters began at zero; not sent where they did not.
    Resets,
}

impl Field {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::RxBytes,
        Self::TxBytes,
        Self::RxPackets,
        Self::TxPackets,
        Self::Errors,
        Self::Drops,
        Self::UnmeasuredRx,
        Self::UnmeasuredTx,
        Self::Milliseconds,
        Self::Resets,
    ];

    /// The value of the label `of`.
    pub fn of(self) -> &'static str {
        [
            "rx_bytes",
            "tx_bytes",
            "rx_packets",
            "tx_packets",
            "errors",
            "drops",
            "unmeasured_rx_bytes",
            "unmeasured_tx_bytes",
            "milliseconds",
            "resets",
        ][self as usize]
    }
}

/// A rate in five minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RateField {
    /// The highest average over 10 s and more, received, bit/s.
    RxMax,
    /// The same of what was sent.
    TxMax,
    /// The lowest average, received.
    RxMin,
    /// The same of what was sent.
    TxMin,
}

impl RateField {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::RxMax, Self::TxMax, Self::RxMin, Self::TxMin];

    /// The value of the label `of`.
    pub fn of(self) -> &'static str {
        ["rx_max", "tx_max", "rx_min", "tx_min"][self as usize]
    }
}

/// A series of a line or a router.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Metric {
    /// What passed since the sample before.
    Passed(Field),
    /// What passed in five minutes.
    FiveMinutes(Field),
    /// How fast, in five minutes.
    Rate(RateField),
    /// A stretch without measured time is over: how long ago the line was seen before.
    GapAge,
    /// The same: how long the stretch was.
    GapLength,
    /// When the line was seen, ms since 1970; with the name that the router uses.
    Seen,
    /// How long the router was read since the sample before, ms.
    RouterRead,
    /// The five minutes that end here were recorded whole: their rows are there.
    Booked,
}

impl Metric {
    /// All of them, each at its [`Metric::number`].
    pub fn all() -> Vec<Self> {
        let passed = Field::ALL.map(Self::Passed);
        let rows = Field::ALL.map(Self::FiveMinutes);
        let rates = RateField::ALL.map(Self::Rate);
        let others = [Self::GapAge, Self::GapLength, Self::Seen, Self::RouterRead, Self::Booked];
        passed.into_iter().chain(rows).chain(rates).chain(others).collect()
    }

    /// Its place in [`Metric::all`], for ever.
    pub fn number(self) -> usize {
        match self {
            Self::Passed(field) => field as usize,
            Self::FiveMinutes(field) => 10 + field as usize,
            Self::Rate(field) => 20 + field as usize,
            Self::GapAge => 24,
            Self::GapLength => 25,
            Self::Seen => 26,
            Self::RouterRead => 27,
            Self::Booked => 28,
        }
    }

    /// The metric's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed(_) => "lalin_line_passed",
            Self::FiveMinutes(_) => "lalin_line_passed_5m",
            Self::Rate(_) => "lalin_line_rate_5m",
            Self::GapAge | Self::GapLength => "lalin_line_gap",
            Self::Seen => "lalin_line_seen_ms",
            Self::RouterRead => "lalin_router_read_ms",
            Self::Booked => "lalin_router_booked",
        }
    }

    /// The value of its label `of`, where it has one.
    pub fn of(self) -> Option<&'static str> {
        match self {
            Self::Passed(field) | Self::FiveMinutes(field) => Some(field.of()),
            Self::Rate(field) => Some(field.of()),
            Self::GapAge => Some("age_ms"),
            Self::GapLength => Some("length_ms"),
            Self::Seen | Self::RouterRead | Self::Booked => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_at_its_number_and_no_two_are_one_series() {
        let all = Metric::all();
        assert!(all.iter().enumerate().all(|(place, metric)| metric.number() == place));
        let mut series: Vec<_> = all.iter().map(|metric| (metric.name(), metric.of())).collect();
        series.sort_unstable();
        series.dedup();
        assert_eq!(series.len(), all.len());
    }
}
