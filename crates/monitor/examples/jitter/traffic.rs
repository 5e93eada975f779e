//! Traffic whose sum is known at every moment.

/// A kind of traffic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Traffic {
    Constant,
    Sine,
    Bursts,
    Heavy,
    OnOff50,
    Heavy50,
    /// A constant line among four wild ones.
    AmongWild,
    /// One of fifty that carries a hundred times as much.
    Dominant,
    /// A constant line that changes to so many times its rate, and back.
    Step(f64),
}

pub(crate) const ALL: &[Traffic] = &[
    Traffic::Constant,
    Traffic::Sine,
    Traffic::Bursts,
    Traffic::Heavy,
    Traffic::OnOff50,
    Traffic::Heavy50,
    Traffic::AmongWild,
    Traffic::Dominant,
    Traffic::Step(1.2),
    Traffic::Step(1.5),
    Traffic::Step(2.0),
    Traffic::Step(10.0),
    Traffic::Step(0.0),
];

impl Traffic {
    pub(crate) fn name(self) -> String {
        match self {
            Self::Constant => "constant".into(),
            Self::Sine => "sine".into(),
            Self::Bursts => "bursts".into(),
            Self::Heavy => "heavy".into(),
            Self::OnOff50 => "on/off, 50".into(),
            Self::Heavy50 => "heavy, 50".into(),
            Self::AmongWild => "among wild".into(),
            Self::Dominant => "dominant, 50".into(),
            Self::Step(factor) => format!("step x{factor}"),
        }
    }

    pub(crate) fn lines(self) -> usize {
        match self {
            Self::OnOff50 | Self::Heavy50 | Self::Dominant => 50,
            Self::AmongWild => 5,
            _ => 1,
        }
    }

    /// How many seeds: fifty lines take their time, and one point in a thousand of a constant line has a bar.
    pub(crate) fn seeds(self) -> u64 {
        match self {
            Self::Constant => 16,
            _ if self.lines() < 50 => 4,
            _ => 1,
        }
    }

    /// Whether a false spike has no excuse.
    pub(crate) fn is_constant(self) -> bool {
        matches!(self, Self::Constant | Self::AmongWild)
    }

    /// What flows for so long, seconds.
    pub(crate) fn make(self, interval: f64, length: f64, random: &mut fastrand::Rng) -> Vec<Line> {
        let wild = |random: &mut fastrand::Rng, kind| match kind {
            0 => on_off(length, random, 1e6),
            _ => heavy(length, random, 1e6),
        };
        match self {
            Self::Constant => vec![Line::of([(length, 12.5e6)])],
            Self::Sine => {
                let rate = |at: f64| 12.5e6 * (1.0 + 0.5 * (at / 60.0 * std::f64::consts::TAU).sin());
                vec![Line::of((0..(length * 10.0) as usize).map(|tenth| (0.1, rate(tenth as f64 / 10.0))))]
            }
            Self::Bursts => vec![bursts(length, random)],
            Self::Heavy => vec![heavy(length, random, 12.5e6)],
            Self::OnOff50 => (0..50).map(|_| wild(random, 0)).collect(),
            Self::Heavy50 => (0..50).map(|_| wild(random, 1)).collect(),
            Self::AmongWild => {
                let mut lines = vec![Line::of([(length, 12.5e6)])];
                lines.extend((0..4).map(|n| wild(random, n % 2)));
                lines
            }
            Self::Dominant => {
                let mut lines: Vec<_> = (0..49).map(|n| wild(random, n % 2)).collect();
                lines.push(heavy(length, random, 100e6));
                lines
            }
            Self::Step(factor) => {
                let (mut pieces, mut at, mut high) = (Vec::new(), 0.0, false);
                while at < length {
                    let lasts = interval * (12.0 + random.f64());
                    pieces.push((lasts, if high { 12.5e6 * factor } else { 12.5e6 }));
                    at += lasts;
                    high = !high;
                }
                vec![Line::of(pieces)]
            }
        }
    }
}

fn on_off(length: f64, random: &mut fastrand::Rng, mean: f64) -> Line {
    let rate = mean * (0.2 + 4.0 * random.f64() * random.f64());
    let (mut pieces, mut at, mut on) = (Vec::new(), 0.0, random.bool());
    while at < length {
        let lasts = 0.5 - 10.0 * (1.0 - random.f64()).ln();
        pieces.push((lasts, if on { rate } else { 0.0 }));
        at += lasts;
        on = !on;
    }
    Line::of(pieces)
}

/// Ten to thirty percent from tick to tick, and sometimes much more.
fn heavy(length: f64, random: &mut fastrand::Rng, mean: f64) -> Line {
    let normal = |random: &mut fastrand::Rng| (0..12).map(|_| random.f64()).sum::<f64>() - 6.0;
    let pieces = (length / 0.25) as usize + 1;
    Line::of((0..pieces).map(|_| (0.25, mean * (0.6 * normal(random)).exp())))
}

fn bursts(length: f64, random: &mut fastrand::Rng) -> Line {
    let (mut pieces, mut at, mut on) = (Vec::new(), 0.0, false);
    while at < length {
        let lasts = 1.0 + 2.0 * random.f64();
        pieces.push((lasts, if on { 12.5e6 } else { 1.25e6 }));
        at += lasts;
        on = !on;
    }
    Line::of(pieces)
}

/// One line's traffic: pieces of a steady rate.
pub(crate) struct Line {
    /// Each piece's beginning, bytes before it, and rate.
    pieces: Vec<(f64, f64, f64)>,
}

impl Line {
    /// Of lengths and rates.
    fn of(pieces: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let (mut at, mut bytes) = (0.0, 0.0);
        let piece = |(lasts, rate)| {
            let piece = (at, bytes, rate);
            at += lasts;
            bytes += lasts * rate;
            piece
        };
        Self { pieces: pieces.into_iter().map(piece).collect() }
    }

    /// What flowed until then.
    pub(crate) fn bytes(&self, at: f64) -> u64 {
        let next = self.pieces.partition_point(|(from, ..)| *from <= at).max(1);
        let (from, bytes, rate) = self.pieces[next - 1];
        (bytes + (at - from) * rate) as u64
    }

    /// When the rate changed, and from what to what.
    pub(crate) fn changes(&self) -> impl Iterator<Item = (f64, f64, f64)> {
        self.pieces.windows(2).map(|pair| (pair[1].0, pair[0].2, pair[1].2))
    }
}
