//! The delay models, by name.

use std::time::Duration;

use routeros_simulator::{AnswerTimes, Excess};

use crate::JITTERS;

/// One model of the network and the router.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Model {
    Lan,
    Wifi,
    Constant,
    BothSides,
    EitherSide,
    Before,
    After,
    Load,
    QueueAfter,
    QueueBefore,
    ThirdAfter,
    ThirdEither,
    Mobile,
}

pub(crate) const ALL: [Model; 13] = {
    use Model::{
        After, Before, BothSides, Constant, EitherSide, Lan, Load, Mobile, QueueAfter, QueueBefore, ThirdAfter,
        ThirdEither, Wifi,
    };
    [
        Lan,
        Wifi,
        Constant,
        BothSides,
        EitherSide,
        Before,
        After,
        Load,
        QueueAfter,
        QueueBefore,
        ThirdAfter,
        ThirdEither,
        Mobile,
    ]
};

impl Model {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Lan => "cable",
            Self::Wifi => "radio",
            Self::Constant => "constant 300 ms",
            Self::BothSides => "both sides",
            Self::EitherSide => "either side",
            Self::Before => "before",
            Self::After => "after",
            Self::Load => "load",
            Self::QueueAfter => "queue after",
            Self::QueueBefore => "queue before",
            Self::ThirdAfter => "third after",
            Self::ThirdEither => "third, either",
            Self::Mobile => "mobile pauses",
        }
    }

    /// Which excesses it is run with; one that has its own is run once, as 0.
    pub(crate) fn jitters(self) -> Vec<f64> {
        let own = matches!(self, Self::Lan | Self::Wifi | Self::Constant | Self::Mobile);
        if own { vec![0.0] } else { JITTERS.to_vec() }
    }

    /// Its largest excess as a part of the interval, where it is run with `jitter`.
    pub(crate) fn excess(self, interval: f64, jitter: f64) -> f64 {
        match self {
            Self::Lan => 0.0025 / interval,
            Self::Wifi => 0.3 / interval,
            Self::Constant => 0.0,
            Self::Mobile => 2.0 / interval,
            _ => jitter,
        }
    }

    pub(crate) fn answer_times(self, most: Duration) -> AnswerTimes {
        let excess = match self {
            Self::Lan => return AnswerTimes::lan(),
            Self::Wifi => return AnswerTimes::wifi(),
            Self::Mobile => return AnswerTimes::mobile(),
            Self::Constant => return AnswerTimes::new(Duration::from_millis(300), Excess::None),
            Self::BothSides => Excess::BothSides { most },
            Self::EitherSide => Excess::EitherSide { most },
            Self::Before => Excess::Before { most },
            Self::After => Excess::After { most },
            Self::Load => Excess::Load { most },
            Self::QueueAfter => Excess::QueueAfter { most },
            Self::QueueBefore => Excess::QueueBefore { most },
            Self::ThirdAfter => Excess::EveryThirdAfter { most },
            Self::ThirdEither => Excess::EveryThirdEither { most },
        };
        AnswerTimes::new(Duration::from_millis(10), excess)
    }
}
