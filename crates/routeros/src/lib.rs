//! The MikroTik RouterOS API protocol: bytes, sentences, login, tagged commands.
