//! Why a TLS handshake failed, in words for who runs the router.

use std::io;

use rustls::{AlertDescription, CertificateError, InvalidMessage, OtherError};

use crate::Error;

/// What a failed handshake means.
pub(crate) fn handshake_failed(error: io::Error) -> Error {
    let Some(inside) = error.get_ref().and_then(|error| error.downcast_ref::<rustls::Error>()) else {
        return cut(&error);
    };
    match inside {
        rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(ours)))
            if let Some(ours) = ours.downcast_ref::<Error>() =>
        {
            ours.clone()
        }
        // Nothing in common: RouterOS without a certificate offers anonymous ciphers only, and some of version 6 with
        // one only those of finite-field Diffie-Hellman.
        rustls::Error::AlertReceived(AlertDescription::HandshakeFailure | AlertDescription::InsufficientSecurity) => {
            Error::NoCertificate
        }
        rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType | InvalidMessage::UnknownProtocolVersion) => {
            Error::NotTls
        }
        rustls::Error::AlertReceived(AlertDescription::ProtocolVersion) => Error::HandshakeFailed {
            detail: "the router speaks no TLS of version 1.2 or later: update RouterOS".into(),
        },
        // Of the handshake, not of the certificate, whose signatures are the verifier's.
        rustls::Error::InvalidCertificate(CertificateError::BadSignature) => Error::HandshakeFailed {
            detail: "the router's signature does not match its certificate: an RSA key of less than 2048 bits is not \
                     supported, and somebody who shows another's certificate has not its key"
                .into(),
        },
        rustls::Error::AlertReceived(alert) => {
            Error::HandshakeFailed { detail: format!("the router broke the TLS handshake off: {alert:?}") }
        }
        other => Error::HandshakeFailed { detail: format!("the TLS handshake failed: {other}") },
    }
}

/// The connection ended amid the handshake.
fn cut(error: &io::Error) -> Error {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    match error.kind() {
        BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof => Error::closed(
            "the connection was closed during the TLS handshake: is this the port of api-ssl (usually 8729), and is this \
             address allowed (/ip/service, address, from 7.24 on available-from)?",
        ),
        _ => Error::closed(format!("the connection broke during the TLS handshake: {error}")),
    }
}
