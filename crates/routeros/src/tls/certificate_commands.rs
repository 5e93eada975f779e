//! The RouterOS commands that make a certificate for `api-ssl`: the one recipe that errors, scripts and documents show.
//!
//! The certificate names no address, so that the text is the same for every router. That is enough for a pinned
//! certificate, for trust on first use, and for one that is given as its own authority.

/// See [`Tls::CREATE_CERTIFICATE`](crate::Tls::CREATE_CERTIFICATE).
pub(crate) const CREATE_CERTIFICATE: &str = "\
/certificate add name=api-ssl common-name=api-ssl key-usage=digital-signature,key-encipherment,tls-server \
days-valid=3650
/certificate sign api-ssl
/ip service set api-ssl certificate=api-ssl disabled=no";

/// The commands in one line.
pub(crate) fn in_one_line() -> String {
    CREATE_CERTIFICATE.replace('\n', "; ")
}
