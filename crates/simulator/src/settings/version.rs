//! What differs between versions of RouterOS, as far as a client of the API can see it.

/// A version of RouterOS whose behaviour the simulated router shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Version {
    /// 6.42: the login by challenge, dates with the month's name.
    V6_42,
    /// 6.49: the plain login, dates with the month's name.
    V6_49,
    /// 7.9: no different to a client.
    V7_9,
    /// 7.17: dates in numbers.
    V7_17,
    /// 7.18: `!empty` if there are no rows.
    #[default]
    V7_18,
}

impl Version {
    /// The version in `/system/resource`.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::V6_42 => "6.42.12 (long-term)",
            Self::V6_49 => "6.49.18 (long-term)",
            Self::V7_9 => "7.9.2 (stable)",
            Self::V7_17 => "7.17.2 (stable)",
            Self::V7_18 => "7.18.2 (stable)",
        }
    }

    /// The build time, in the format of that version.
    pub(crate) fn build_time(self) -> &'static str {
        match self {
            Self::V6_42 => "Feb/12/2019 08:12:05",
            Self::V6_49 => "Feb/27/2025 14:07:30",
            Self::V7_9 => "May/30/2023 11:52:43",
            Self::V7_17 => "2025-02-06 09:10:38",
            Self::V7_18 => "2025-03-11 11:59:04",
        }
    }

    /// Dates read `nov/19/2021 21:12:53` rather than `2021-11-19 21:12:53`.
    pub(crate) fn names_months(self) -> bool {
        self <= Self::V7_9
    }

    /// A print without rows sends `!empty` before its `!done`.
    pub(crate) fn says_empty(self) -> bool {
        self >= Self::V7_18
    }

    /// A client must answer a challenge.
    pub(crate) fn challenges(self) -> bool {
        self <= Self::V6_42
    }
}
