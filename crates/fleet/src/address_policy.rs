//! Where a router may be. Lalin connects to addresses that its users enter, so nobody may lead it to a cloud's metadata
//! service, however that address is written.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The clouds' metadata services, besides the link-local range.
const METADATA_V4: [Ipv4Addr; 3] = [
    Ipv4Addr::new(100, 100, 100, 200), // Alibaba, inside the shared range that providers use for real routers
    Ipv4Addr::new(168, 63, 129, 16),   // Azure
    Ipv4Addr::new(192, 0, 0, 192),     // Oracle
];

/// The same for IPv6; a whole network where it is the cloud's own.
const METADATA_V6: [(Ipv6Addr, u32); 5] = [
    (Ipv6Addr::new(0xFD00, 0x0EC2, 0, 0, 0, 0, 0, 0), 32), // Amazon
    (Ipv6Addr::new(0xFD20, 0x00CE, 0, 0, 0, 0, 0, 0x0254), 128), // Google
    (Ipv6Addr::new(0xFD00, 0x00C1, 0, 0, 0, 0, 0xA9FE, 0xA9FE), 128), // Oracle
    (Ipv6Addr::new(0xFD00, 0x0042, 0, 0, 0, 0, 0, 0x0042), 128), // Scaleway
    (Ipv6Addr::new(0xFE80, 0, 0, 0, 0, 0, 0xA9FE, 0xA9FE), 128), // OpenStack
];

/// Whether a router may be at this address: not at a cloud's metadata service, and not at an address that is nobody's. An
/// IPv6 address that a gateway translates to IPv4 is judged as that IPv4 address.
pub fn may_be_router(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => may_be_v4(address),
        IpAddr::V6(address) => may_be_v6(address),
    }
}

fn may_be_v4(address: Ipv4Addr) -> bool {
    let nowhere = address.octets()[0] == 0 || address.is_multicast() || address.is_broadcast();
    !(nowhere || is_metadata(&address))
}

fn is_metadata(address: &Ipv4Addr) -> bool {
    address.is_link_local() || METADATA_V4.contains(address)
}

fn may_be_v6(address: Ipv6Addr) -> bool {
    let metadata = METADATA_V6.iter().any(|(network, length)| is_within(address, *network, *length));
    // A router on the same wire may be at a link-local address; clouds have theirs there, too.
    let nowhere = address.is_unspecified() || address.is_multicast();
    !(nowhere || metadata || embedded(address).iter().any(is_metadata))
}

fn is_within(address: Ipv6Addr, network: Ipv6Addr, length: u32) -> bool {
    (address.to_bits() ^ network.to_bits()).checked_shr(128 - length).unwrap_or(0) == 0
}

/// The IPv4 addresses that an IPv6 address may lead to.
fn embedded(address: Ipv6Addr) -> Vec<Ipv4Addr> {
    let bits = address.to_bits();
    // At this many bits from the left, without the eight that RFC 6052 keeps free in the middle.
    let at = |from: u32| Ipv4Addr::from_bits((bits << from >> 96) as u32);
    let around = |from: u32| {
        let before = 64 - from;
        let left = (bits << from >> (128 - before)) as u32;
        let right = (bits << 72 >> (128 - (32 - before))) as u32;
        Ipv4Addr::from_bits(if before == 32 { left } else { left << (32 - before) | right })
    };
    let segments = address.segments();
    let mut found = Vec::new();
    match segments {
        // Compatible (but for the loopback), mapped, translated.
        [0, 0, 0, 0, 0, 0, ..] if address != Ipv6Addr::LOCALHOST => found.push(at(96)),
        [0, 0, 0, 0, 0, 0xFFFF, ..] | [0, 0, 0, 0, 0xFFFF, 0, ..] => found.push(at(96)),
        // NAT64: the well-known prefix, and the local ones, whose length only their gateway knows.
        [0x64, 0xFF9B, 0, 0, 0, 0, ..] => found.push(at(96)),
        [0x64, 0xFF9B, 1, ..] => found.extend([around(48), around(56), at(72), at(96)]),
        // 6to4; Teredo: the server, and the client, whose bits are turned over.
        [0x2002, ..] => found.push(at(16)),
        [0x2001, 0, ..] => found.extend([at(32), Ipv4Addr::from_bits(!at(96).to_bits())]),
        _ => {}
    }
    // ISATAP, within any network.
    if matches!(segments, [.., 0 | 0x0200, 0x5EFE, _, _]) {
        found.push(at(96));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clouds_own_addresses_are_no_routers_however_they_are_written() {
        for bad in [
            "169.254.169.254",
            "169.254.42.42",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "0.0.0.0",
            "0.1.2.3",
            "255.255.255.255",
            "224.0.0.1",
            "::",
            "fe80::a9fe:a9fe",
            "ff02::1",
            "fd00:ec2::254",
            "fd20:ce::254",
            "fd00:c1::a9fe:a9fe",
            "fd00:42::42",
            "::ffff:169.254.169.254",
            "::ffff:100.100.100.200",
            "::169.254.169.254",
            "::100.100.100.200",
            "::ffff:0:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b::100.100.100.200",
            "64:ff9b:1:a9fe:a9:fe00::",
            "64:ff9b:1:a9:fe:a9fe::",
            "64:ff9b:1:abcd:a9:fea9:fe00:0",
            "64:ff9b:1::169.254.169.254",
            "2002:a9fe:a9fe::1",
            "2001:0:a9fe:a9fe::1",
            "2001:0:c000:201::5601:5601",
            "2001:db8::5efe:169.254.169.254",
            "2001:db8::200:5efe:a9fe:a9fe",
        ] {
            assert!(!may_be_router(bad.parse().unwrap()), "{bad}");
        }
    }

    #[test]
    fn a_routers_own_addresses_are() {
        for good in [
            "192.168.88.1",
            "10.0.0.1",
            "127.0.0.1",
            "203.0.113.1",
            "100.64.0.1",
            "100.100.100.199",
            "::1",
            "2001:db8::1",
            "2001:db8::5efe:192.0.2.1",
            "fd00::1",
            "fd00:42::1",
            "::ffff:192.168.88.1",
            "64:ff9b::192.0.2.1",
            "64:ff9b:1:c000:2:0100::",
            "2002:c000:201::1",
        ] {
            assert!(may_be_router(good.parse().unwrap()), "{good}");
        }
    }
}
