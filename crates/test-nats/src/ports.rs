//! Ports that nobody uses at the moment.

use std::net::TcpListener;

/// So many different free ports. Somebody may take one before its server does; that server then fails to start and is
/// given others.
pub(crate) fn free(count: usize) -> Vec<u16> {
    // All are held at once, so that no port is given twice.
    let held: Vec<TcpListener> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port")).collect();
    held.iter().map(|listener| listener.local_addr().expect("a bound port").port()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_port_is_given_twice() {
        let mut ports = free(20);
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 20);
    }
}
