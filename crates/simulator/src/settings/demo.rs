//! A router for demonstrations: that of a small provider in an Indonesian town. The same number of interfaces always
//! gives the same router.

use std::time::Duration;

use crate::{Config, InterfaceSpec, Traffic};

const NAMES: [&str; 40] = [
    "budi",
    "siti",
    "agus",
    "dewi",
    "joko",
    "rina",
    "eko",
    "putri",
    "hadi",
    "yuni",
    "slamet",
    "ani",
    "bayu",
    "lestari",
    "rudi",
    "wati",
    "bambang",
    "sri",
    "dimas",
    "fitri",
    "hendra",
    "ika",
    "iwan",
    "kartika",
    "maman",
    "mega",
    "nanang",
    "nur",
    "pak.rt",
    "ratna",
    "rizky",
    "sari",
    "teguh",
    "tuti",
    "udin",
    "wahyu",
    "warung.bude",
    "yanto",
    "yudi",
    "zainal",
];

/// The packages that customers have bought, bit/s.
const PACKAGES: [f64; 5] = [5e6, 10e6, 10e6, 20e6, 30e6];

impl Config {
    /// The router of a small provider with `n` interfaces: a WAN port, an office, a trunk, VLANs under a bridge, one
    /// port that is idle, one that is switched off, and for the rest customers who have dialled in.
    pub fn demo(n: usize) -> Self {
        let mut interfaces = fixed();
        // A router with few interfaces still shows both kinds.
        interfaces.truncate(if n < 2 * interfaces.len() { n.div_ceil(2) } else { interfaces.len() });
        for at in 0..n - interfaces.len() {
            interfaces.push(customer(at));
        }
        Self { identity: "RTRWNET-Sukamaju".to_owned(), interfaces, ..Self::default() }
    }
}

/// The interfaces of the provider itself.
fn fixed() -> Vec<InterfaceSpec> {
    vec![
        InterfaceSpec::ether("ether1")
            .comment("WAN")
            .traffic(wave(300e6, 110e6, 95), wave(52e6, 17e6, 70))
            .counters(228_405_285_520_454, 41_288_494_220_234),
        InterfaceSpec::ether("ether2")
            .comment("Kantor")
            .link("100Mbps")
            .traffic(wave(4e6, 3e6, 40), burst(38e6, 6e6, 11, 7))
            .counters(1_904_551_220_118, 9_120_337_401_882),
        InterfaceSpec::ether("ether3")
            .comment("Ke OLT")
            .slave()
            .traffic(wave(47e6, 15e6, 75), wave(255e6, 95e6, 90))
            .counters(38_119_004_271_650, 214_377_902_118_344),
        InterfaceSpec::ether("ether4").comment("Cadangan"),
        InterfaceSpec::ether("ether5").disabled(),
        InterfaceSpec::bridge("bridge-warga")
            .traffic(wave(46e6, 15e6, 75), wave(250e6, 95e6, 90))
            .counters(37_990_114_803_276, 213_806_551_907_120),
        InterfaceSpec::vlan("vlan10-hotspot")
            .comment("Hotspot balai desa")
            .traffic(wave(1.6e6, 1.2e6, 33), burst(14e6, 2e6, 6, 9))
            .counters(310_774_190_233, 2_844_190_551_047),
        InterfaceSpec::vlan("vlan20-cctv")
            .comment("CCTV")
            .traffic(Traffic::Constant { bps: 6.2e6 }, Traffic::Constant { bps: 90e3 })
            .counters(4_117_228_390_541, 60_113_884_210),
    ]
}

/// The interface of a customer. What the router receives is the customer's upload.
fn customer(at: usize) -> InterfaceSpec {
    let mut random = fastrand::Rng::with_seed(at as u64);
    let (name, street) = (NAMES[at % NAMES.len()], at / NAMES.len());
    let user = if street == 0 { name.to_owned() } else { format!("{name}-rt{street:02}") };
    let package = PACKAGES[random.usize(..PACKAGES.len())];
    let interface = InterfaceSpec::pppoe(&user)
        .counters(random.u64(2_000_000_000..90_000_000_000), random.u64(40_000_000_000..900_000_000_000));
    let seconds = random.u64(20..90);
    match random.u8(..10) {
        // Nobody is at home.
        0 => interface.traffic(Traffic::Constant { bps: 2e3 }, Traffic::Constant { bps: 3e3 }),
        // Somebody watches films.
        1..=4 => {
            let (on, off) = (random.u64(3..9), random.u64(4..14));
            interface.traffic(
                burst(package * 0.04, package * 0.004, on, off),
                burst(package * 0.93, package * 0.02, on, off),
            )
        }
        // Somebody works, somebody plays.
        _ => interface
            .traffic(wave(package * 0.05, package * 0.04, seconds), wave(package * 0.35, package * 0.3, seconds)),
    }
}

fn wave(mean_bps: f64, amplitude_bps: f64, seconds: u64) -> Traffic {
    Traffic::Sine { mean_bps, amplitude_bps, period: Duration::from_secs(seconds) }
}

fn burst(high_bps: f64, low_bps: f64, on: u64, off: u64) -> Traffic {
    Traffic::Burst { high_bps, low_bps, on: Duration::from_secs(on), off: Duration::from_secs(off) }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn there_are_as_many_as_asked_for_and_no_name_twice() {
        for n in [0, 1, 2, 5, 15, 16, 50, 2_000] {
            let interfaces = Config::demo(n).interfaces;
            let names: HashSet<_> = interfaces.iter().map(|interface| &interface.name).collect();
            assert_eq!((interfaces.len(), names.len()), (n, n));
        }
    }

    #[test]
    fn a_few_interfaces_show_both_kinds() {
        let interfaces = Config::demo(5).interfaces;
        assert_eq!(interfaces.iter().filter(|interface| interface.dynamic).count(), 2);
    }

    #[test]
    fn it_is_the_same_router_each_time() {
        assert_eq!(format!("{:?}", Config::demo(60).interfaces), format!("{:?}", Config::demo(60).interfaces));
    }
}
