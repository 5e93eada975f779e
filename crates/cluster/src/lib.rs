//! Several machines that run Lalin as one, over NATS with JetStream.
